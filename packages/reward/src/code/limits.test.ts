import { expect, test } from 'bun:test';
import { DEFAULT_LIMITS, resolveLimits, runWallMs, scaleTimes } from './limits.ts';

test('the run limit is min(7 n + 5, 300) seconds', () => {
  expect([1, 2, 42, 43, 1000].map((tests) => runWallMs(DEFAULT_LIMITS, tests))).toEqual([12_000, 19_000, 299_000, 300_000, 300_000]);
  expect(runWallMs(resolveLimits({ runWallMs: 9 }), 5)).toBe(9);
});

test('scaling touches times only', () => {
  const scaled = scaleTimes(resolveLimits({ testCpuMs: 100 }), 6, 1);
  expect(scaled).toEqual({ ...DEFAULT_LIMITS, testWallMs: 36_000, assertionWallMs: 12_000, testCpuMs: 600, runWallMs: 72_000 });
});

test('what cannot be a limit is refused by name', () => {
  expect(() => resolveLimits({ memoryBytes: 0 })).toThrow('limits.memoryBytes must be a positive number, not 0');
  expect(() => resolveLimits({ testWallMs: Number.NaN })).toThrow('limits.testWallMs');
});
