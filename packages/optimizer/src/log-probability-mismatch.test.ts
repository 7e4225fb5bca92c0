import { expect, test } from 'bun:test';
import { compareLogProbabilities } from './log-probability-mismatch.ts';

test('equal bits: no mismatch at all', () => {
  const values = Float32Array.of(-0.1, -2.5, -7);
  expect(compareLogProbabilities(values, values.slice())).toEqual({ kl: 0, mean: 1, outsideShare: 0, maxDeviation: 0 });
});

test('ratios 1, 2, 0.95 and 0.5', () => {
  const ratios = [1, 2, 0.95, 0.5];
  const mismatch = compareLogProbabilities(Float64Array.from(ratios, Math.log), new Float64Array(4));
  expect(mismatch.mean).toBeCloseTo(4.45 / 4, 12);
  expect(mismatch.outsideShare).toBe(0.5);
  expect(mismatch.maxDeviation).toBeCloseTo(1, 12);
  expect(mismatch.kl).toBeCloseTo(ratios.reduce((sum, r) => sum + r - Math.log(r) - 1, 0) / 4, 12);
});

test('the estimate is the divergence itself: its mean under the sampler is KL(sampler || learner)', () => {
  const sampler = [0.5, 0.3, 0.2];
  const learner = [0.4, 0.4, 0.2];
  // Each token as often as the sampler draws it in ten draws.
  const draws = sampler.flatMap((p, token) => new Array<number>(Math.round(p * 10)).fill(token));
  const mismatch = compareLogProbabilities(
    Float64Array.from(draws, (token) => Math.log(learner[token]!)),
    Float64Array.from(draws, (token) => Math.log(sampler[token]!)),
  );
  expect(mismatch.kl).toBeCloseTo(
    sampler.reduce((sum, p, token) => sum + p * Math.log(p / learner[token]!), 0),
    12,
  );
});

test('a value that is not a number cannot hide', () => {
  const mismatch = compareLogProbabilities(Float64Array.of(Number.NaN, -1), Float64Array.of(-1, -1));
  expect(mismatch.outsideShare).toBe(0.5);
  expect(mismatch.maxDeviation).toBe(Number.POSITIVE_INFINITY);
});

test('refuses different lengths and nothing', () => {
  expect(() => compareLogProbabilities(new Float32Array(1), new Float32Array(2))).toThrow('1 log-probabilities of the learner against 2');
  expect(() => compareLogProbabilities(new Float32Array(0), new Float32Array(0))).toThrow('no tokens');
});
