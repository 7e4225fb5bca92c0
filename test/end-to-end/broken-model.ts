import { cp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nanoBase } from '@or1/nano';

type Json = Record<string, unknown>;

/** A copy of the nano base in `folder`, to be damaged. */
async function copyBase(folder: string): Promise<string> {
  await cp(Bun.fileURLToPath(nanoBase('nano-E')), folder, { recursive: true });
  return folder;
}

async function editJson(path: string, edit: (value: Json) => void): Promise<void> {
  const value = JSON.parse(await readFile(path, 'utf8')) as Json;
  edit(value);
  await writeFile(path, JSON.stringify(value));
}

/** Writes an f32 into the first entry of a tensor. */
async function pokeTensor(path: string, tensor: string, value: number): Promise<void> {
  const bytes = await readFile(path);
  const headerLength = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerLength)) as Record<
    string,
    { dtype: string; data_offsets: [number, number] }
  >;
  const { dtype, data_offsets } = header[tensor]!;
  if (dtype !== 'F32') throw new Error(`${tensor} is ${dtype}; the test writes f32`);
  bytes.writeFloatLE(value, 8 + headerLength + data_offsets[0]);
  await writeFile(path, bytes);
}

/** What can be wrong with a model folder, each by its name. */
const DAMAGES = {
  'without weights': (folder: string) => rm(join(folder, 'model.safetensors')),
  'truncated weights': (folder: string) => truncate(join(folder, 'model.safetensors'), 500_000),
  'other shapes': (folder: string) => editJson(join(folder, 'config.json'), (config) => Object.assign(config, { intermediate_size: 384 })),
  'not JSON': (folder: string) => writeFile(join(folder, 'config.json'), '{"x":'),
  'another architecture': (folder: string) =>
    editJson(join(folder, 'config.json'), (config) => Object.assign(config, { model_type: 'mamba', architectures: ['MambaForCausalLM'] })),
  'without tokenizer': (folder: string) => rm(join(folder, 'tokenizer.json')),
  'foreign tokenizer': (folder: string) =>
    editJson(join(folder, 'tokenizer.json'), ({ model }) => Object.assign((model as { vocab: Json }).vocab, { é: 60 })),
  'an infinite weight': (folder: string) => pokeTensor(join(folder, 'model.safetensors'), 'model.norm.weight', Number.POSITIVE_INFINITY),
} as const;

export type Damage = keyof typeof DAMAGES;

/** A nano base with one thing wrong, in a folder of its own below `scratch`. */
export async function brokenModel(scratch: string, damage: Damage): Promise<string> {
  const folder = await copyBase(join(scratch, damage.replaceAll(' ', '-')));
  await DAMAGES[damage](folder);
  return folder;
}
