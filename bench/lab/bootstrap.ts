/** Intervals for a difference between two arms, from few seeds with many steps each. */
import { randomWords } from '@or1/compute';
import { mean } from './measures.ts';

export interface Effect {
  /** Mean over seeds of left less right. */
  readonly difference: number;
  /** 95 % interval. */
  readonly interval: readonly [number, number];
  readonly seeds: number;
}

const DRAWS = 4000;

/**
 * Bootstrap in two levels: seeds are drawn with replacement, then the values inside each drawn run. Arms that share a seed share their
 * problems, so a draw takes the same seed of both. Deterministic.
 *
 * @param left values by seed
 * @param right values by seed, in the same order
 */
export function bootstrapDifference(left: readonly (readonly number[])[], right: readonly (readonly number[])[]): Effect {
  const seeds = Math.min(left.length, right.length);
  if (seeds === 0 || [...left, ...right].some((values) => values.length === 0)) throw new RangeError('an arm without values has no effect');
  let counter = 0;
  const draw = (count: number): number =>
    Math.floor((randomWords({ seed: 20_250_528, step: 0, prompt: 0, sample: 0, token: counter++ })[0] / 2 ** 32) * count);
  const resample = (values: readonly number[]): number => {
    let sum = 0;
    for (let index = 0; index < values.length; index++) sum += values[draw(values.length)]!;
    return sum / values.length;
  };
  const differences = Array.from({ length: DRAWS }, () => {
    let sum = 0;
    for (let index = 0; index < seeds; index++) {
      const seed = draw(seeds);
      sum += resample(left[seed]!) - resample(right[seed]!);
    }
    return sum / seeds;
  }).sort((a, b) => a - b);
  return {
    difference: mean(left.slice(0, seeds).map(mean)) - mean(right.slice(0, seeds).map(mean)),
    interval: [differences[Math.floor(0.025 * DRAWS)]!, differences[Math.ceil(0.975 * DRAWS) - 1]!],
    seeds,
  };
}
