import { describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { StorageType } from './config-types.ts';
import { openModelFolder } from './folder.ts';
import { memoryFiles } from './folder-memory.ts';
import { writeModelFolder, writeShards } from './folder-writer.ts';
import { directoryFiles } from './node/directory-files.ts';

const FIXTURES = join(import.meta.dir, '../../../test/oracles/fixtures');
const openFixture = (name: string) => openModelFolder(directoryFiles(join(FIXTURES, name)));
const json = (bytes: Uint8Array | undefined) => JSON.parse(new TextDecoder().decode(bytes));

test.each(['llama-small', 'llama-biased', 'qwen2-sharded', 'qwen3-odd'])(
  '%s: written and opened again, every bit is there',
  async (name) => {
    const { config, tensors } = await openFixture(name);
    const entries = new Map<string, Uint8Array>();
    await writeModelFolder(memoryFiles(entries), { config, tensors });
    const again = await openModelFolder(memoryFiles(entries));
    expect(again.config).toEqual(config);
    for (const tensor of tensors.names) {
      expect(again.tensors.storage(tensor)).toBe(config.storage);
      expect(await again.tensors.read(tensor)).toEqual(await tensors.read(tensor));
    }
    expect(json(entries.get('config.json'))).toEqual(config.raw);
    expect(entries.has('generation_config.json')).toBe(config.generation.raw !== null);
    // Writing what was read gives the same file, byte for byte.
    const twice = new Map<string, Uint8Array>();
    await writeModelFolder(memoryFiles(twice), { config: again.config, tensors: again.tensors });
    expect(twice).toEqual(entries);
  },
);

describe('another storage type', () => {
  test.each([
    ['llama-small', 'bf16', 'torch_dtype', 'bfloat16', 2 ** -8],
    ['llama-small', 'f16', 'torch_dtype', 'float16', 2 ** -11],
    ['qwen2-sharded', 'f32', 'dtype', 'float32', 0],
  ] as const)('%s as %s', async (name, storage: StorageType, key, spelling, error) => {
    const { config, tensors } = await openFixture(name);
    const entries = new Map<string, Uint8Array>();
    await writeModelFolder(memoryFiles(entries), { config, tensors, storage });
    expect(json(entries.get('config.json'))).toEqual({ ...config.raw, [key]: spelling });
    const again = await openModelFolder(memoryFiles(entries));
    expect(again.config.storage).toBe(storage);
    for (const tensor of tensors.names) {
      const values = await again.tensors.read(tensor);
      for (const [index, value] of (await tensors.read(tensor)).entries()) {
        expect(Math.abs(values[index]! - value)).toBeLessThanOrEqual(Math.max(Math.abs(value), 2 ** -14) * error);
      }
    }
  });
});

test('weights beyond the bound are split, with an index', async () => {
  const { config, tensors } = await openFixture('qwen3-odd');
  const entries = new Map<string, Uint8Array>();
  await writeShards(memoryFiles(entries), { config, tensors }, 20_000);
  const shards = [...entries.keys()].filter((name) => name.endsWith('.safetensors')).sort();
  // No file beyond the bound but for a tensor that is larger by itself.
  for (const shard of shards) expect(entries.get(shard)!.length).toBeLessThan(20_000 + 2_000);
  expect(shards).toEqual([1, 2, 3, 4].map((part) => `model-0000${part}-of-00004.safetensors`));
  const index = json(entries.get('model.safetensors.index.json'));
  expect(index.metadata.total_size).toBe(28641 * 2);
  expect(Object.keys(index.weight_map)).toEqual([...tensors.names]);
  const again = await openModelFolder(memoryFiles(entries));
  for (const tensor of tensors.names) expect(await again.tensors.read(tensor)).toEqual(await tensors.read(tensor));
});

test('other weights in the way are not mixed with the new ones', async () => {
  const { config, tensors } = await openFixture('llama-small');
  const files = memoryFiles(new Map([['model-00001-of-00002.safetensors', new Uint8Array(3)]]), 'there');
  await expect(writeModelFolder(files, { config, tensors })).rejects.toThrow('there holds model-00001-of-00002.safetensors');
});

test('a tensor of the wrong size or beyond f16 is named, and no config.json is written', async () => {
  const { config, tensors } = await openFixture('llama-small');
  const entries = new Map<string, Uint8Array>();
  const short = { read: async () => new Float32Array(3) };
  await expect(writeModelFolder(memoryFiles(entries), { config, tensors: short })).rejects.toThrow(
    'tensor model.embed_tokens.weight has 3 values; its shape [64, 24] takes 1536',
  );
  const large = { read: async (name: string) => (await tensors.read(name)).map((value) => (name.endsWith('norm.weight') ? 1e6 : value)) };
  await expect(writeModelFolder(memoryFiles(entries), { config, tensors: large, storage: 'f16' })).rejects.toThrow(
    'tensor model.layers.0.input_layernorm.weight: value 1000000 at index 0 does not fit in f16; store the weights as f32',
  );
  expect(entries.has('config.json')).toBe(false);
});

const nano = join(import.meta.dir, '../../../../shared/models/nano-E');
test.skipIf(!existsSync(nano))('tokenizer files are carried along unchanged', async () => {
  const files = directoryFiles(nano);
  const folder = await openModelFolder(files);
  const entries = new Map<string, Uint8Array>();
  await writeModelFolder(memoryFiles(entries), { ...folder, companions: await folder.companions() });
  for (const name of ['tokenizer.json', 'tokenizer_config.json']) expect(entries.get(name)).toEqual(await files.read(name));
  expect((await openModelFolder(memoryFiles(entries))).tokenizer?.encode('12+3', { addSpecialTokens: true })).toEqual(
    Uint32Array.of(58, 3, 4, 12, 5),
  );
});
