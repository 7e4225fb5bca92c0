import { describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from './config-types.ts';
import { createTokenizer } from './tokenizer.ts';

interface TokenRecord {
  readonly model: string;
  readonly text: string;
  readonly tokens: readonly number[];
  readonly plain: readonly number[];
  readonly decoded: string | null;
  readonly skipped: string | null;
}

const oracle = (await Bun.file(join(import.meta.dir, '../../../test/oracles/tokenization.json')).json()) as {
  records: readonly TokenRecord[];
};
const shared = join(import.meta.dir, '../../../../shared');
const folders: Readonly<Record<string, string>> = {
  'TinyStories-656K': join(shared, 'models/TinyStories-656K'),
  'nano-E': join(shared, 'models/nano-E'),
  'smollm2-135m': join(shared, 'tokenizers/smollm2-135m'),
};

async function load(model: string) {
  const json = (name: string) => Bun.file(join(folders[model]!, name));
  const config = json('tokenizer_config.json');
  return createTokenizer(
    (await json('tokenizer.json').json()) as JsonObject,
    ((await config.exists()) ? await config.json() : {}) as JsonObject,
  );
}

describe.each(Object.keys(folders))('%s against the tokenizers package', (model) => {
  const records = oracle.records.filter((record) => record.model === model);
  test.skipIf(!existsSync(folders[model]!))(`${records.length} texts`, async () => {
    const tokenizer = await load(model);
    for (const { text, tokens, plain, decoded, skipped } of records) {
      if (model === 'nano-E' && decoded !== text) {
        // The package drops what it has no token for; here that is an error.
        expect(() => tokenizer.encode(text, { addSpecialTokens: false })).toThrow('the tokenizer has no token for');
        continue;
      }
      expect([...tokenizer.encode(text, { addSpecialTokens: true })]).toEqual([...tokens]);
      expect([...tokenizer.encode(text, { addSpecialTokens: false })]).toEqual([...plain]);
      if (decoded !== null) expect(tokenizer.decode(plain, { skipSpecial: false })).toBe(decoded);
      if (skipped !== null) expect(tokenizer.decode(Uint32Array.from(tokens), { skipSpecial: true })).toBe(skipped);
    }
  });
});

describe('a character tokenizer', () => {
  const json: JsonObject = {
    added_tokens: [{ id: 3, content: '<eos>', special: true, normalized: false, single_word: false, lstrip: false, rstrip: false }],
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: { type: 'Fuse' },
    model: { type: 'BPE', vocab: { a: 0, b: 1, '😀': 5 }, merges: [] },
  };
  const tokenizer = createTokenizer(json, {});
  test('counts to the highest id', () => expect(tokenizer.vocabularySize).toBe(6));
  test('finds spellings and ids', () => {
    expect([tokenizer.tokenId('<eos>'), tokenizer.tokenId('c'), tokenizer.token(1), tokenizer.token(4)]).toEqual([3, null, 'b', null]);
  });
  test('reads special tokens in text', () => {
    expect([...tokenizer.encode('ab😀a<eos>', { addSpecialTokens: false })]).toEqual([0, 1, 5, 0, 3]);
    expect(tokenizer.decode([0, 3, 1], { skipSpecial: true })).toBe('ab');
    expect(tokenizer.decode([0, 3, 1], { skipSpecial: false })).toBe('a<eos>b');
  });
  test('refuses a character that would vanish', () => {
    expect(() => tokenizer.encode('abca', { addSpecialTokens: false })).toThrow('no token for "c" at character 2 of "abca"');
    expect(() => tokenizer.encode('ab🚀', { addSpecialTokens: false })).toThrow('no token for "🚀" at character 2');
  });
  test('ids that stand for nothing give no text', () => {
    expect(tokenizer.decode([4, 0, 4, 999], { skipSpecial: false })).toBe('a');
    expect(tokenizer.decode([], { skipSpecial: false })).toBe('');
    expect(tokenizer.decode([3], { skipSpecial: true })).toBe('');
  });
});

test('a file that is no tokenizer is refused', () => {
  expect(() => createTokenizer({ model: { type: 'Magic' } }, {})).toThrow('tokenizer.json cannot be used');
});
