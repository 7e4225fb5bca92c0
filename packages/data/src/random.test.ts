import { expect, test } from 'bun:test';
import { deriveKey, type Key, RandomStream, threefry } from './random.ts';

test('threefry-2x32-20 gives the vectors of its authors', () => {
  const vectors: [Key, Key, Key][] = [
    [
      [0, 0],
      [0, 0],
      [0x6b200159, 0x99ba4efe],
    ],
    [
      [0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x1cb996fc, 0xbb002be7],
    ],
    [
      [0x13198a2e, 0x03707344],
      [0x243f6a88, 0x85a308d3],
      [0xc4923a9c, 0x483df7a0],
    ],
  ];
  for (const [key, counter, words] of vectors) expect(threefry(key, counter)).toEqual([...words]);
});

test('keys differ by seed, by part, by order and by number of parts', () => {
  const keys = [
    deriveKey(1),
    deriveKey(2),
    deriveKey(2 ** 32 + 1),
    deriveKey(1, 0),
    deriveKey(1, 0, 0),
    deriveKey(1, 1, 2),
    deriveKey(1, 2, 1),
  ];
  expect(new Set(keys.map(String)).size).toBe(keys.length);
});

test('integers are uniform and stay within their bounds', () => {
  const random = new RandomStream(deriveKey(3));
  const counts = new Array<number>(7).fill(0);
  const draws = 70_000;
  for (let draw = 0; draw < draws; draw++) counts[random.integer(-3, 3) + 3]!++;
  const chiSquare = counts.reduce((sum, count) => sum + (count - draws / 7) ** 2 / (draws / 7), 0);
  expect(chiSquare).toBeLessThan(22.5); // 6 degrees of freedom, p = 0.001.
});

test('uniform numbers have the mean and variance of the unit interval', () => {
  const random = new RandomStream(deriveKey(4));
  const draws = Array.from({ length: 100_000 }, () => random.uniform());
  const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
  expect(mean).toBeCloseTo(0.5, 2);
  expect(draws.reduce((sum, draw) => sum + (draw - mean) ** 2, 0) / draws.length).toBeCloseTo(1 / 12, 2);
  expect(Math.min(...draws.slice(0, 10_000))).toBeGreaterThanOrEqual(0);
  expect(Math.max(...draws.slice(0, 10_000))).toBeLessThan(1);
});
