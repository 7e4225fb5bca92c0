import { expect, test } from 'bun:test';
import { quietContext, someItem } from '../testing/items.ts';
import type { Embedder } from './embedder.ts';
import { embeddingOptions, embeddingStage } from './embedding-stage.ts';
import { hashedNgramEmbedder, toUnit } from './hashed-ngrams.ts';

const run = (texts: readonly string[], embedder: Embedder, options = {}, ability = 'code') =>
  embeddingStage(embeddingOptions.parse(options), embedder).judge(
    texts.map((text, index) => someItem(text, { id: `s#${index}`, ability, truth: {} })),
    quietContext,
  );
/** Points in the plane, in degrees: similarity is the cosine of the angle between. */
const compass: Embedder = {
  fingerprint: 'compass',
  dimensions: 2,
  embed: async (texts) =>
    texts.map((text) => Float32Array.of(Math.cos((Number(text) * Math.PI) / 180), Math.sin((Number(text) * Math.PI) / 180))),
};

test('an item goes when it is as alike as the threshold to an earlier one that stays, and names the most alike', async () => {
  const outcomes = await run(['0', '90', '15', '28', '100'], compass, { threshold: Math.cos((16 * Math.PI) / 180) });
  expect(outcomes.map(({ verdict }) => verdict)).toEqual(['keep', 'keep', 'drop', 'keep', 'drop']);
  expect(outcomes[2]).toMatchObject({ reason: 'alike by embedding', like: { id: 's#0' } });
  expect(outcomes[4]).toMatchObject({ like: { id: 's#1', similarity: expect.closeTo(Math.cos((10 * Math.PI) / 180), 5) } });
});

test('more items than one block', async () => {
  const many = Array.from({ length: 300 }, (_, index) => String(index));
  const outcomes = await run([...many, '17'], compass, { threshold: 0.999999 });
  expect(outcomes.filter(({ verdict }) => verdict === 'drop')).toHaveLength(1);
  expect(outcomes[300]).toMatchObject({ like: { id: 's#17' } });
});

test('hashed n-grams: the same words in another layout are alike, other words are not', async () => {
  const embedder = hashedNgramEmbedder();
  const [a, b, c, d] = await embedder.embed(
    [
      'Return the sum of all odd numbers in the list.',
      'return the  sum of all odd numbers\nin the list.',
      'Reverse the words of a sentence.',
      'Return the sum of all even numbers in the list.',
    ],
    quietContext.signal,
  );
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, index) => sum + value * y[index]!, 0);
  expect(dot(a!, a!)).toBeCloseTo(1, 5);
  expect(dot(a!, b!)).toBeCloseTo(1, 5);
  expect(dot(a!, c!)).toBeLessThan(0.4);
  expect(dot(a!, d!)).toBeGreaterThan(dot(a!, c!));
  expect(dot(a!, d!)).toBeLessThan(0.95);
  expect([...toUnit(new Float32Array(3))]).toEqual([0, 0, 0]);
});

test('starter code in fences does not make problems alike', async () => {
  const starter = `\n\`\`\`python\n${'# Definition for a binary tree node.\n'.repeat(20)}\`\`\``;
  const prose = [
    'Given the root of a binary tree, return its values in preorder.',
    'Given two strings, decide whether one is a rotation of the other.',
  ];
  const outcomes = await run(
    prose.map((text) => text + starter),
    hashedNgramEmbedder(),
  );
  expect(outcomes.map(({ verdict }) => verdict)).toEqual(['keep', 'keep']);
});

test('abilities are compared among themselves', () => {
  const stage = embeddingStage(embeddingOptions.parse({}), compass);
  expect(stage.applies!(someItem('1', { ability: 'math' }))).toBeFalse();
  expect(stage.inputs).toEqual(['compass']);
});
