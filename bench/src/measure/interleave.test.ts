import { describe, expect, test } from 'bun:test';
import { interleave, processClock, quantile, repeated, summarize, wallClock } from './interleave.ts';

describe('quantile', () => {
  test('interpolates between neighbours', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([1, 2, 3, 4, 5], 0.25)).toBe(2);
    expect(quantile([7], 0.75)).toBe(7);
  });
  test('refuses no numbers', () => expect(() => quantile([], 0.5)).toThrow('no numbers'));
});

test('a summary has median, best and relative interquartile range', () => {
  expect(summarize([10, 20, 30, 40, 50])).toEqual({ median: 30, best: 50, spread: 20 / 30, repetitions: 5 });
});

describe('interleave', () => {
  test('takes turns, reverses every other round and leaves warm-up rounds out', async () => {
    const calls: string[] = [];
    let rate = 0;
    const contender = (name: string) => () => {
      calls.push(name);
      return ++rate;
    };
    const result = await interleave({ a: contender('a'), b: contender('b') }, { rounds: 3, warmUp: 1 });
    expect(calls.join('')).toBe('baabbaab');
    expect(result.a).toMatchObject({ median: 6, best: 7, repetitions: 3 });
  });
  test('ends after three rounds where the time is used up', async () => {
    const result = await interleave({ slow: () => Bun.sleep(5).then(() => 1) }, { rounds: 100, warmUp: 0, budgetMs: 1 });
    expect(result.slow.repetitions).toBe(3);
  });
  test('refuses a rate that is none', async () => {
    await expect(interleave({ a: () => Number.NaN }, { rounds: 1, warmUp: 0 })).rejects.toThrow('a: measured a rate of NaN');
  });
});

test('a repeated body fills the minimum time and remembers how often it must run', async () => {
  const calls: number[] = [];
  const contender = repeated(1000, 20, wallClock, async (count) => {
    calls.push(count);
    await Bun.sleep(count * 2);
  });
  const rate = await contender();
  const first = calls.length;
  expect(calls.at(-1)!).toBeGreaterThan(5);
  expect(rate).toBeLessThan(1000 / 0.002);
  await contender();
  expect(calls.length).toBe(first + 1);
});

test('the process clock stands still while the process sleeps and runs while it works', async () => {
  const before = processClock();
  // Long enough that the compiler's and the collector's own threads, which count too, are a small share of it.
  await Bun.sleep(1000);
  expect(processClock() - before).toBeLessThan(500);
  const start = processClock();
  while (processClock() - start < 10);
  expect(processClock() - before).toBeGreaterThanOrEqual(10);
});
