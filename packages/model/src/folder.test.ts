import { describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EMBEDDING, HEAD, parameterShapes } from './config-tensors.ts';
import type { JsonObject } from './config-types.ts';
import { openModelFolder } from './folder.ts';
import { memoryFiles } from './folder-memory.ts';
import { directoryFiles } from './node/directory-files.ts';

const FIXTURES = join(import.meta.dir, '../../../test/oracles/fixtures');
const SHARED = join(import.meta.dir, '../../../../shared/models');

type Folder = Map<string, Uint8Array>;

const bytesOf = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));

async function load(name: string): Promise<Folder> {
  const files = directoryFiles(join(FIXTURES, name));
  const entries: Folder = new Map();
  for (const file of await files.list()) entries.set(file, await files.read(file));
  return entries;
}

const textOf = (folder: Folder, file: string) => new TextDecoder().decode(folder.get(file));

function changeJson(folder: Folder, file: string, changes: JsonObject): void {
  folder.set(file, bytesOf({ ...JSON.parse(textOf(folder, file)), ...changes }));
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** Takes a safetensors file apart and puts it together again after `edit`, without the code under test. */
function changeTensors(
  folder: Folder,
  file: string,
  edit: (tensors: Map<string, { type: string; shape: number[]; data: Uint8Array }>) => void,
): void {
  const bytes = folder.get(file)!;
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<string, Entry>;
  const tensors = new Map<string, { type: string; shape: number[]; data: Uint8Array }>();
  for (const [name, { dtype, shape, data_offsets: range }] of Object.entries(header)) {
    if (name !== '__metadata__') tensors.set(name, { type: dtype, shape, data: bytes.slice(8 + length + range[0], 8 + length + range[1]) });
  }
  edit(tensors);
  const entries: Record<string, Entry> = {};
  let offset = 0;
  for (const [name, { type, shape, data }] of tensors) {
    entries[name] = { dtype: type, shape, data_offsets: [offset, offset + data.length] };
    offset += data.length;
  }
  const text = bytesOf(entries);
  const prefix = new Uint8Array(8);
  new DataView(prefix.buffer).setBigUint64(0, BigInt(text.length), true);
  folder.set(file, Buffer.concat([prefix, text, ...[...tensors.values()].map(({ data }) => data)]));
}

const open = (folder: Folder) => openModelFolder(memoryFiles(folder, 'here'));

describe('folders that open', () => {
  test.each([
    ['llama-small', 'f32', 20],
    ['llama-biased', 'f32', 35],
    ['qwen2-sharded', 'bf16', 26],
    ['qwen3-odd', 'f16', 25],
  ] as const)('%s', async (name, storage, count) => {
    const folder = await openModelFolder(directoryFiles(join(FIXTURES, name)));
    expect(folder.config.storage).toBe(storage);
    expect(folder.tensors.names.length).toBe(count);
    expect(folder.tokenizer).toBeNull();
    expect(folder.chatTemplate).toBeNull();
    for (const { name: tensor, shape } of parameterShapes(folder.config)) {
      expect(folder.tensors.shape(tensor)).toEqual(shape);
      expect(folder.tensors.storage(tensor)).toBe(storage);
      const values = await folder.tensors.read(tensor);
      expect(values.length).toBe(shape.reduce((product, size) => product * size, 1));
      expect(values.every(Number.isFinite)).toBe(true);
    }
  });

  test('values are those of the file', async () => {
    const folder = await load('llama-small');
    let expected: number[] = [];
    changeTensors(folder, 'model.safetensors', (tensors) => {
      const { data } = tensors.get('model.layers.1.mlp.down_proj.weight')!;
      const view = new DataView(data.buffer, data.byteOffset);
      expected = Array.from({ length: data.length / 4 }, (_, index) => view.getFloat32(4 * index, true));
    });
    expect([...(await (await open(folder)).tensors.read('model.layers.1.mlp.down_proj.weight'))]).toEqual(expected);
  });

  test('a tied head may be stored as either name or as both', async () => {
    const original = await (await open(await load('llama-small'))).tensors.read(EMBEDDING);
    for (const keepBoth of [false, true]) {
      const folder = await load('llama-small');
      changeTensors(folder, 'model.safetensors', (tensors) => {
        tensors.set(HEAD, tensors.get(EMBEDDING)!);
        if (!keepBoth) tensors.delete(EMBEDDING);
      });
      const opened = await open(folder);
      expect(opened.tensors.names).not.toContain(HEAD);
      expect(await opened.tensors.read(EMBEDDING)).toEqual(original);
    }
  });

  test('derived rotary tables of old checkpoints are passed over', async () => {
    const folder = await load('llama-small');
    changeTensors(folder, 'model.safetensors', (tensors) => {
      tensors.set('model.layers.0.self_attn.rotary_emb.inv_freq', { type: 'F32', shape: [4], data: new Uint8Array(16) });
    });
    expect((await open(folder)).tensors.names.length).toBe(20);
  });

  const tiny = join(SHARED, 'TinyStories-656K');
  test.skipIf(!existsSync(tiny))('TinyStories-656K: only lm_head.weight is stored', async () => {
    const folder = await openModelFolder(directoryFiles(tiny));
    expect(await folder.tensors.read(EMBEDDING)).toHaveLength(2048 * 128);
    expect(folder.tokenizer?.vocabularySize).toBe(2048);
  });
  const random = join(SHARED, 'verl-arithmetic-random');
  test.skipIf(!existsSync(random))('verl-arithmetic-random: bf16 weights with a configuration made here', async () => {
    const weights = directoryFiles(random);
    const config = {
      model_type: 'llama',
      vocab_size: 16,
      hidden_size: 128,
      num_hidden_layers: 4,
      num_attention_heads: 4,
      intermediate_size: 344,
      torch_dtype: 'bfloat16',
    };
    const folder = await open(
      new Map([
        ['config.json', bytesOf(config)],
        ['model.safetensors', await weights.read('model.safetensors')],
      ]),
    );
    expect(folder.tensors.storage(HEAD)).toBe('bf16');
    expect((await folder.tensors.read(HEAD)).every(Number.isFinite)).toBe(true);
  });
});

describe('folders that do not open say why', () => {
  const weights = 'model.safetensors';
  const table: readonly (readonly [string, string, (folder: Folder) => void, string])[] = [
    ['no config.json', 'llama-small', (folder) => folder.delete('config.json'), 'here has no config.json'],
    [
      'config.json cut short',
      'llama-small',
      (folder) => folder.set('config.json', bytesOf('{"model_type"')),
      'here/config.json is not valid JSON',
    ],
    [
      'config.json that is a list',
      'llama-small',
      (folder) => folder.set('config.json', bytesOf([])),
      'config.json must hold a JSON object, found []',
    ],
    [
      'no weights',
      'llama-small',
      (folder) => folder.delete(weights),
      'here has neither model.safetensors nor model.safetensors.index.json',
    ],
    [
      'weights cut short',
      'llama-small',
      (folder) => folder.set(weights, folder.get(weights)!.slice(0, -1)),
      'model.safetensors is truncated: tensor',
    ],
    ['an empty file', 'llama-small', (folder) => folder.set(weights, new Uint8Array(0)), 'model.safetensors has 0 bytes'],
    [
      'a pickle under this name',
      'llama-small',
      (folder) => folder.set(weights, bytesOf('PK-and-more-bytes')),
      'model.safetensors is no safetensors file',
    ],
    [
      'a missing tensor',
      'llama-small',
      (folder) => changeTensors(folder, weights, (tensors) => tensors.delete('model.layers.1.mlp.up_proj.weight')),
      'here: the weights lack model.layers.1.mlp.up_proj.weight (',
    ],
    [
      'many missing tensors',
      'llama-biased',
      (folder) =>
        changeTensors(folder, weights, (tensors) =>
          [...tensors.keys()].filter((name) => name.includes('.1.')).map((name) => tensors.delete(name)),
        ),
      'and 12 more',
    ],
    [
      'a tensor too many',
      'llama-small',
      (folder) => changeTensors(folder, weights, (tensors) => tensors.set('score.weight', tensors.get('model.norm.weight')!)),
      'the weights have what config.json does not ask for: score.weight',
    ],
    [
      'biases that the configuration denies',
      'llama-biased',
      (folder) => changeJson(folder, 'config.json', { mlp_bias: false }),
      'does not ask for: model.layers.0.mlp.down_proj.bias, model.layers.0.mlp.gate_proj.bias',
    ],
    [
      'another width',
      'llama-small',
      (folder) => changeJson(folder, 'config.json', { vocab_size: 65 }),
      'model.embed_tokens.weight [64, 24] instead of [65, 24]',
    ],
    [
      'an untied head that is not there',
      'llama-small',
      (folder) => changeJson(folder, 'config.json', { tie_word_embeddings: false }),
      'lack lm_head.weight (set tie_word_embeddings to true',
    ],
    [
      'a tied head with other values',
      'llama-small',
      (folder) =>
        changeTensors(folder, weights, (tensors) =>
          tensors.set(HEAD, { ...tensors.get(EMBEDDING)!, data: tensors.get(EMBEDDING)!.data.map((byte) => byte ^ 1) }),
        ),
      'lm_head.weight and model.embed_tokens.weight hold different values',
    ],
    [
      'a quantised tensor',
      'llama-small',
      (folder) =>
        changeTensors(folder, weights, (tensors) =>
          tensors.set('model.norm.weight', { type: 'I8', shape: [24], data: new Uint8Array(24) }),
        ),
      'tensor model.norm.weight is stored as I8',
    ],
    [
      'a missing shard',
      'qwen2-sharded',
      (folder) => folder.delete('model-00002-of-00002.safetensors'),
      'here lacks model-00002-of-00002.safetensors, which model.safetensors.index.json names',
    ],
    [
      'an index that names other folders',
      'qwen2-sharded',
      (folder) => folder.set('model.safetensors.index.json', bytesOf({ weight_map: { a: '../secret.safetensors' } })),
      'tensor a must name a file of this folder, found "../secret.safetensors"',
    ],
    [
      'an index without a map',
      'qwen2-sharded',
      (folder) => folder.set('model.safetensors.index.json', bytesOf({})),
      'weight_map must be an object, found nothing',
    ],
    [
      'a tensor in two files',
      'qwen2-sharded',
      (folder) => folder.set('model-00002-of-00002.safetensors', folder.get('model-00001-of-00002.safetensors')!),
      'tensor model.embed_tokens.weight is in both model-00001-of-00002.safetensors and model-00002-of-00002.safetensors',
    ],
    [
      'a tokenizer that is none',
      'llama-small',
      (folder) => folder.set('tokenizer.json', bytesOf({ model: { type: 'Magic' } })),
      'tokenizer.json cannot be used',
    ],
  ];
  test.each(table)('%s', async (_name, fixture, damage, message) => {
    const folder = await load(fixture);
    damage(folder);
    await expect(open(folder)).rejects.toThrow(message);
    await expect(open(folder)).rejects.toHaveProperty('name', 'ModelInputError');
  });
});

describe('a tokenizer of another model', () => {
  const tokenizer = (size: number) => ({
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: null,
    model: {
      type: 'BPE',
      vocab: Object.fromEntries(Array.from({ length: size }, (_, id) => [String.fromCodePoint(0x4e00 + id), id])),
      merges: [],
    },
  });
  const withTokenizer = async (size: number, config: JsonObject = {}) => {
    const folder = await load('llama-small');
    folder.set('tokenizer.json', bytesOf(tokenizer(size)));
    changeJson(folder, 'config.json', config);
    return open(folder);
  };
  test('may be smaller than the vocabulary', async () => {
    expect((await withTokenizer(60)).tokenizer?.vocabularySize).toBe(60);
  });
  test('must not be larger', async () => {
    await expect(withTokenizer(65)).rejects.toThrow(
      "tokenizer.json has ids up to 64 but config.json's vocab_size is 64; the tokenizer belongs to another model",
    );
  });
  test('must know the end token', async () => {
    await expect(withTokenizer(60, { eos_token_id: 61 })).rejects.toThrow(
      'begins or ends text with token 61, which tokenizer.json does not have',
    );
  });
});
