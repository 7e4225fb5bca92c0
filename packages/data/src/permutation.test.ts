import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { permute } from './permutation.ts';
import { deriveKey } from './random.ts';

const order = (size: number, seed: number) => Array.from({ length: size }, (_, position) => permute(size, deriveKey(seed), position));

test('every position gets an index of its own', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 700 }), fc.nat(), (size, seed) => {
      expect(order(size, seed).toSorted((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, index) => index));
    }),
    { numRuns: 60 },
  );
});

test('large sizes stay inside and do not collide', () => {
  const size = 2 ** 32;
  const seen = new Set(Array.from({ length: 5000 }, (_, position) => permute(size, deriveKey(9), position)));
  expect(seen.size).toBe(5000);
  expect(Math.max(...seen)).toBeLessThan(size);
  expect(Math.max(...seen)).toBeGreaterThan(size * 0.99);
});

test('over many keys each of the 24 orders of four records is about equally likely', () => {
  const counts = new Map<string, number>();
  const keys = 12_000;
  for (let seed = 0; seed < keys; seed++) counts.set(order(4, seed).join(''), (counts.get(order(4, seed).join('')) ?? 0) + 1);
  expect(counts.size).toBe(24);
  const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - keys / 24) ** 2 / (keys / 24), 0);
  expect(chiSquare).toBeLessThan(49.7); // 23 degrees of freedom, p = 0.001.
});

test('neighbours do not stay neighbours', () => {
  const indices = order(10_000, 5);
  const close = indices.filter((index, position) => position > 0 && Math.abs(index - indices[position - 1]!) < 100).length;
  expect(close / 10_000).toBeLessThan(0.03); // 0.02 by chance.
});

test('refuses what is out of range', () => {
  expect(() => permute(0, [0, 0], 0)).toThrow('size 0');
  expect(() => permute(3, [0, 0], 3)).toThrow('position 3');
});
