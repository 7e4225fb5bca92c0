import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { lossReport } from './loss-report.ts';
import { assemblePolicyStep, type LossSettings } from './policy-step.ts';
import { REPORT_SETTINGS } from './report-defaults.ts';
import { type CovarianceSettings, selectByCovariance } from './token-covariance.ts';
import { tokenWeights } from './token-weights.ts';

const numbers = (count: number, min: number, max: number) =>
  fc.array(fc.double({ min, max, noNaN: true }), { minLength: count, maxLength: count }).map((list) => Float64Array.from(list));

const covariances = (logProbabilities: Float64Array, advantages: Float64Array): number[] => {
  const mean = (list: Float64Array) => list.reduce((sum, value) => sum + value, 0) / list.length;
  const [a, b] = [mean(logProbabilities), mean(advantages)];
  return [...logProbabilities].map((value, index) => (value - a) * (advantages[index]! - b));
};

describe('which tokens are chosen', () => {
  test('KL-Cov takes the share with the largest covariance', () => {
    const logProbabilities = Float64Array.of(-4, -1, 0, -1);
    const advantages = Float64Array.of(-2, 1, 1, 0);
    // Means -1.5 and 0: covariances 5, 0.5, 1.5, 0.
    expect([...selectByCovariance(logProbabilities, advantages, { mode: 'kl', share: 0.25, coefficient: 1 }, 0)]).toEqual([1, 0, 0, 0]);
    expect([...selectByCovariance(logProbabilities, advantages, { mode: 'kl', share: 0.5, coefficient: 1 }, 7)]).toEqual([1, 0, 1, 0]);
  });

  test('Clip-Cov takes its share at random within the bounds, another choice for another step', () => {
    const property = fc.property(numbers(64, -5, 0), numbers(64, -2, 2), fc.nat(1000), (logProbabilities, advantages, draw) => {
      const settings = { mode: 'clip', share: 0.125, low: 0.2, high: 3 } as const;
      const selected = selectByCovariance(logProbabilities, advantages, settings, draw);
      const inside = covariances(logProbabilities, advantages).map((value) => value >= settings.low && value <= settings.high);
      const chosen = [...selected].flatMap((mark, index) => (mark === 1 ? [index] : []));
      expect(chosen.every((index) => inside[index])).toBe(true);
      expect(chosen.length).toBe(Math.min(8, inside.filter(Boolean).length));
      expect(selectByCovariance(logProbabilities, advantages, settings, draw)).toEqual(selected);
    });
    fc.assert(property, { numRuns: 50 });
    const even = { mode: 'clip', share: 0.125, low: -100, high: 100 } as const;
    const draws = [0, 1, 2].map((draw) => selectByCovariance(new Float64Array(64), new Float64Array(64), even, draw).join(''));
    expect(new Set(draws).size).toBe(3);
  });
});

describe('what it does to the loss', () => {
  const responses = [
    { tokens: 3, advantage: 1.5, old: Float64Array.of(-0.2, -1.1, -0.4), sampler: null, reference: null },
    { tokens: 2, advantage: -0.7, old: Float64Array.of(-2.2, -0.3), sampler: null, reference: null },
  ];
  const now = Float64Array.of(-0.25, -1.0, -0.42, -2.1, -0.33);
  const stepWith = (settings: CovarianceSettings | null) => ({
    step: assemblePolicyStep(responses, {
      entropyCoefficient: 0.01,
      normalization: { kind: 'report' },
      ...(settings ? { covariance: { settings, draw: 3 } } : {}),
    }),
    settings: { ...REPORT_SETTINGS, covariance: settings } satisfies LossSettings,
  });

  test('Clip-Cov: the chosen tokens have no policy weight, the others what they had', () => {
    const plain = stepWith(null);
    const clipped = stepWith({ mode: 'clip', share: 0.4, low: -10, high: 10 });
    const [before, after] = [plain, clipped].map(({ step, settings }) => tokenWeights(step, settings, now).logProbability);
    const selected = [...clipped.step.selected!];
    expect(selected.filter((mark) => mark === 1).length).toBe(2);
    selected.forEach((mark, index) => {
      expect(after![index]).toBe(mark === 1 ? 0 : before![index]!);
    });
  });

  test('KL-Cov: weights are the derivative of the reported loss', () => {
    const { step, settings } = stepWith({ mode: 'kl', share: 0.6, coefficient: 0.5 });
    const weights = tokenWeights(step, settings, now).logProbability;
    const entropies = new Float64Array(5);
    const loss = (logProbabilities: Float64Array) => lossReport(step, settings, { logProbabilities, entropies }).loss;
    now.forEach((value, index) => {
      const [up, down] = [now.slice(), now.slice()];
      up[index] = value + 1e-6;
      down[index] = value - 1e-6;
      expect((loss(up) - loss(down)) / 2e-6).toBeCloseTo(weights[index]!, 6);
    });
    expect(lossReport(step, settings, { logProbabilities: now, entropies }).driftLoss).toBeGreaterThan(0);
  });

  test('settings and step must agree', () => {
    const { step } = stepWith(null);
    expect(() => tokenWeights(step, { ...REPORT_SETTINGS, covariance: { mode: 'kl', share: 0.1, coefficient: 1 } }, now)).toThrow(
      'covariance',
    );
  });
});
