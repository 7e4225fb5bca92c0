/** headSample draws from the distribution that the filters leave: chi-square tests against distributions written out by hand. */
import { afterAll, describe, expect, test } from 'bun:test';
import { randomWords, type Sampling, SUPPRESSED } from '@or1/compute';
import { runPlaced } from '@or1/compute/testing';
import { availableDevices } from '@or1/compute/testing-host';

/** Enough to notice two percent; a software driver would take a minute for each distribution. */
const DRAWS = 20_000;
const DRAWS_OF_SLOW = 500;

/** Percent by token; not in order, so that ranking and index order differ. */
const PERCENT = [4, 40, 1, 15, 30, 2, 8];

interface Variant {
  readonly name: string;
  readonly sampling: Partial<Sampling>;
  readonly barred?: number;
  /** What is expected of each token, in any unit. */
  readonly weights: readonly number[];
}

const VARIANTS: readonly Variant[] = [
  { name: 'no filter', sampling: {}, weights: PERCENT },
  { name: 'temperature 2', sampling: { temperature: 2 }, weights: PERCENT.map(Math.sqrt) },
  { name: 'temperature 0.5', sampling: { temperature: 0.5 }, weights: PERCENT.map((percent) => percent ** 2) },
  { name: 'greedy', sampling: { temperature: 0 }, weights: [0, 1, 0, 0, 0, 0, 0] },
  { name: 'top-k 3', sampling: { topK: 3 }, weights: [0, 40, 0, 15, 30, 0, 0] },
  { name: 'top-p 0.8', sampling: { topP: 0.8 }, weights: [0, 40, 0, 15, 30, 0, 0] },
  { name: 'min-p 0.09', sampling: { minP: 0.09 }, weights: [4, 40, 0, 15, 30, 0, 8] },
  // Of the 93 percent that top-k leaves, 40 + 30 are 75 percent; of the whole they are 70.
  { name: 'top-k 4, then top-p 0.72 of what is left', sampling: { topK: 4, topP: 0.72 }, weights: [0, 40, 0, 0, 30, 0, 0] },
  { name: 'top-p 0.9, then min-p 0.3', sampling: { topP: 0.9, minP: 0.3 }, weights: [0, 40, 0, 15, 30, 0, 0] },
  {
    name: 'top-p at temperature 2',
    sampling: { temperature: 2, topP: 0.6 },
    weights: [0, Math.sqrt(40), 0, Math.sqrt(15), Math.sqrt(30), 0, 0],
  },
  { name: 'a barred token', sampling: { topK: 3 }, barred: 1, weights: [0, 0, 0, 15, 30, 0, 8] },
];

/** The value that a chi-square variable exceeds once in a million times (Wilson and Hilferty 1931). */
function chiSquareLimit(degrees: number): number {
  const spread = 2 / (9 * degrees);
  return degrees * (1 - spread + 4.753 * Math.sqrt(spread)) ** 3;
}

function chiSquare(counts: readonly number[], weights: readonly number[], draws: number): { statistic: number; degrees: number } {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const expected = weights.map((weight) => (weight / total) * draws);
  const statistic = counts.reduce(
    (sum, count, token) => (expected[token]! > 0 ? sum + (count - expected[token]!) ** 2 / expected[token]! : sum),
    0,
  );
  return { statistic, degrees: weights.filter((weight) => weight > 0).length - 1 };
}

const devices = await Promise.all((await availableDevices()).map(async (variant) => ({ variant, device: await variant.create() })));

afterAll(() => {
  for (const { device } of devices) device.dispose();
});

for (const { variant, device } of devices) {
  const draws = variant.slow ? DRAWS_OF_SLOW : DRAWS;
  describe(`${variant.name} samples`, () => {
    for (const { name, weights, barred, sampling: given } of VARIANTS) {
      test(name, async () => {
        const vocabulary = PERCENT.length;
        const sampling: Sampling = { temperature: 1, topK: 0, topP: 1, minP: 0, ...given };
        const { tokens } = await runPlaced({
          device,
          arrays: {
            // One hidden number of 1 a row, so that logits are the weights themselves: logarithms of the percentages.
            hidden: new Float32Array(draws).fill(1),
            values: Float32Array.from(PERCENT, Math.log),
            mask: Float32Array.from(PERCENT, (_, token) => (token === barred ? SUPPRESSED : 0)),
            bits: Uint32Array.from({ length: draws }, (_, token) => randomWords({ seed: 20, step: 1, prompt: 2, sample: 3, token })[0]),
            tokens: new Uint32Array(draws),
            logProbability: new Float32Array(draws),
            entropy: new Float32Array(draws),
          },
          outputs: ['tokens'],
          extraBytes: device.matrixBytes(vocabulary, 1, false),
          run({ values, ...buffers }, arena) {
            const matrix = device.createMatrix(arena, values, vocabulary, 1, false);
            device.refreshMatrices([matrix]);
            device.headSample({ ...buffers, matrix, sampling, rows: draws });
          },
        });
        const counts = PERCENT.map((_, token) => tokens.reduce((sum, drawn) => sum + (drawn === token ? 1 : 0), 0));
        const never = counts.filter((_, token) => weights[token] === 0);
        expect(never, `tokens that are filtered out: ${counts}`).toEqual(never.map(() => 0));
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(draws);
        const { statistic, degrees } = chiSquare(counts, weights, draws);
        if (degrees > 0) expect(statistic, `counts ${counts}`).toBeLessThan(chiSquareLimit(degrees));
      });
    }
  });
}

test('the chi-square test notices a distribution that is a little off', () => {
  const total = PERCENT.reduce((sum, percent) => sum + percent, 0);
  const counts = PERCENT.map((percent) => (percent / total) * DRAWS);
  expect(chiSquare(counts, PERCENT, DRAWS).statistic).toBeCloseTo(0);
  const shifted = PERCENT.map((percent, token) => (token === 3 ? percent + 2 : percent));
  const { statistic, degrees } = chiSquare(counts, shifted, DRAWS);
  expect(statistic).toBeGreaterThan(chiSquareLimit(degrees));
});
