import { describe, expect, test } from 'bun:test';
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promptText } from '@or1/data';
import { nanoBase } from './bases.ts';
import { corpusSample } from './corpus.ts';
import { nanoPresets } from './presets.ts';
import { heldOutProblems } from './problem-source.ts';
import { nanoRecipes } from './recipes.ts';

const read = (url: URL) => readFileSync(fileURLToPath(url));
const json = (base: 'nano-E' | 'nano-C', name: string) => JSON.parse(read(new URL(name, nanoBase(base))).toString());

test.each(Object.entries(nanoPresets))('%s: its name is its key, its stages make up its steps', (name, preset) => {
  expect(preset.name).toBe(name);
  expect(preset.run.stages.reduce((sum, { steps }) => sum + steps, 0)).toBe(preset.run.steps);
  expect(preset.run.stages[0]!.contextLength).toBe(preset.run.contextLength);
});

describe.each(['nano-E', 'nano-C'] as const)('the base %s', (base) => {
  test('is a small Hugging Face folder of 0.993M f32 parameters', () => {
    const weights = new URL('model.safetensors', nanoBase(base));
    expect(statSync(fileURLToPath(weights)).size).toBeLessThan(4_000_000);
    const bytes = read(weights);
    const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString());
    const tensors = Object.entries(header as Record<string, { dtype: string; shape: number[] }>).filter(
      ([name]) => name !== '__metadata__',
    );
    expect(new Set(tensors.map(([, { dtype }]) => dtype))).toEqual(new Set(['F32']));
    const parameters = tensors.reduce((sum, [, { shape }]) => sum + shape.reduce((product, size) => product * size, 1), 0);
    expect(parameters).toBe(992_896);
    expect(json(base, 'config.json')).toMatchObject({ model_type: 'qwen2', vocab_size: 60, tie_word_embeddings: true });
    expect(json(base, 'generation_config.json').suppress_tokens).toEqual([57, 58]);
  });

  test('its tokenizer has every character of the problems and of the corpus', () => {
    const vocabulary = new Set(Object.keys(json(base, 'tokenizer.json').model.vocab));
    const texts = [
      ...heldOutProblems('mix', 200).map(({ record }) => promptText(record)),
      ...heldOutProblems('countdown', 50).map(({ record }) => promptText(record)),
      ...Object.values(nanoRecipes).flatMap(({ corpus }) =>
        Array.from({ length: 500 }, (_, index) => corpusSample(corpus, 9, index)).map(({ prompt, response }) => prompt + response),
      ),
    ];
    for (const text of texts) expect([...text].filter((character) => !vocabulary.has(character))).toEqual([]);
  });
});
