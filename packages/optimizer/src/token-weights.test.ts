import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { lossReport } from './loss-report.ts';
import type { LossSettings, PolicyStep } from './policy-step.ts';
import { tokenWeights, weightsKnownBeforehand } from './token-weights.ts';

const settings: LossSettings = { clip: { low: 0.2, high: 0.2 }, kl: { beta: 0 }, importance: { cap: null }, covariance: null };

function stepOf(parts: Partial<PolicyStep> & { advantages: Float64Array }): PolicyStep {
  const tokens = parts.advantages.length;
  return {
    tokens,
    scales: new Float64Array(tokens).fill(1 / tokens),
    old: null,
    sampler: null,
    reference: null,
    selected: null,
    entropyCoefficient: 0,
    ...parts,
  };
}

const values = (...numbers: number[]) => Float64Array.from(numbers);

describe('token weights', () => {
  test('strictly on-policy they are -A / T and -alpha / T, known before the forward pass', () => {
    const step = stepOf({ advantages: values(2, -1, 0, 0.5), entropyCoefficient: 0.25 });
    expect(weightsKnownBeforehand(step, settings)).toBe(true);
    const weights = tokenWeights(step, settings, null);
    expect([...weights.logProbability]).toEqual([-0.5, 0.25, 0, -0.125]);
    expect([...weights.entropy]).toEqual([-0.0625, -0.0625, -0.0625, -0.0625]);
  });

  test('the clip takes the gradient away above 1 + high for A > 0 and below 1 - low for A < 0, and nowhere else', () => {
    const ratios = [1.5, 1.5, 0.5, 0.5, 1.1, 0.9];
    const step = stepOf({ advantages: values(1, -1, 1, -1, 1, -1), old: new Float64Array(6) });
    const weights = tokenWeights(step, settings, Float64Array.from(ratios, Math.log));
    const expected = [0, 1.5 / 6, -0.5 / 6, 0, -1.1 / 6, 0.9 / 6];
    expected.forEach((value, index) => {
      expect(weights.logProbability[index]).toBeCloseTo(value, 6);
    });
  });

  test('clip-higher moves the upper bound alone', () => {
    const step = stepOf({ advantages: values(1, 1, -1), old: new Float64Array(3) });
    const wide = { ...settings, clip: { low: 0.2, high: 0.28 } };
    const weights = tokenWeights(step, wide, Float64Array.from([1.25, 1.3, 0.75], Math.log));
    expect(weights.logProbability[0]).toBeCloseTo(-1.25 / 3, 6);
    expect([...weights.logProbability.slice(1)]).toEqual([0, 0]);
  });

  test('the KL term pulls a token that the policy likes more than the reference down, and one that it likes less up', () => {
    const step = stepOf({ advantages: values(0, 0), reference: values(-2, -1) });
    const weights = tokenWeights(step, { ...settings, kl: { beta: 0.1 } }, values(-1, -2));
    // beta / T (1 - u): u = e^-1 and e; gradient descent goes against the sign.
    expect(weights.logProbability[0]).toBeCloseTo((0.1 / 2) * (1 - Math.exp(-1)), 7);
    expect(weights.logProbability[1]).toBeCloseTo((0.1 / 2) * (1 - Math.E), 7);
  });

  test('truncated importance sampling multiplies the policy term by min(learner / sampler, C)', () => {
    const step = stepOf({ advantages: values(1, 1), sampler: values(-1, -3) });
    const capped = { ...settings, importance: { cap: 2 } };
    const weights = tokenWeights(step, capped, values(-1.5, -1));
    expect(weights.logProbability[0]).toBeCloseTo(-Math.exp(-0.5) / 2, 7);
    expect(weights.logProbability[1]).toBeCloseTo(-1, 7);
  });

  test('split invariance: any partition into micro-batches gives the same bits as the whole step', () => {
    const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
    const token = fc.record({
      advantage: number(-4, 4),
      scale: number(1e-6, 1e-2),
      old: number(-9, 0),
      now: number(-9, 0),
      more: number(-9, 0),
    });
    const property = fc.property(
      fc.array(token, { minLength: 1, maxLength: 40 }),
      fc.array(fc.nat(40), { maxLength: 6 }),
      fc.constantFrom(0, 0.1),
      fc.constantFrom(null, 2),
      (tokens, cuts, beta, cap) => {
        const column = (key: keyof (typeof tokens)[number]) => Float64Array.from(tokens, (entry) => entry[key]);
        const step = stepOf({
          advantages: column('advantage'),
          scales: column('scale'),
          old: column('old'),
          sampler: column('more'),
          reference: column('more'),
          entropyCoefficient: 0.01,
        });
        const chosen = { clip: { low: 0.2, high: 0.28 }, kl: { beta }, importance: { cap }, covariance: null };
        const now = column('now');
        const whole = tokenWeights(step, chosen, now);
        const bounds = [0, ...cuts.map((cut) => Math.min(cut, tokens.length)), tokens.length].sort((a, b) => a - b);
        for (let part = 1; part < bounds.length; part++) {
          const range = { start: bounds[part - 1]!, end: bounds[part]! };
          const weights = tokenWeights(step, chosen, now.subarray(range.start, range.end), range);
          expect(weights.logProbability).toEqual(whole.logProbability.slice(range.start, range.end));
          expect(weights.entropy).toEqual(whole.entropy.slice(range.start, range.end));
        }
      },
    );
    fc.assert(property, { numRuns: 100 });
  });

  test('log-probabilities that are not finite never give finite weights', () => {
    const step = stepOf({ advantages: values(1, 1), old: values(-1, -1) });
    const weights = tokenWeights(step, settings, values(Number.NaN, -1));
    expect(weights.logProbability[0]).toBeNaN();
    expect(weights.logProbability[1]).toBeCloseTo(-0.5, 7);
  });

  test('refuses what does not fit, by name', () => {
    const step = stepOf({ advantages: values(1, 2) });
    const off = stepOf({ advantages: values(1, 2), old: values(-1, -1) });
    expect(() => tokenWeights(off, settings, null)).toThrow('need the current log-probabilities');
    expect(() => tokenWeights(off, settings, values(-1))).toThrow('1 log-probabilities were given for 2 tokens');
    expect(() => tokenWeights(off, settings, values(-1, -1), { start: 1, end: 3 })).toThrow('do not lie within');
    expect(() => tokenWeights(step, { ...settings, kl: { beta: 0.1 } }, values(-1, -1))).toThrow('reference');
    expect(() => tokenWeights(step, { ...settings, importance: { cap: 2 } }, values(-1, -1))).toThrow('sampler');
    expect(() => tokenWeights(step, { ...settings, importance: { cap: 0 } }, values(-1, -1))).toThrow('importance.cap');
    expect(() => tokenWeights(step, { ...settings, clip: { low: 1.5, high: 0.2 } }, null)).toThrow('clip.low');
    expect(() => tokenWeights(step, { ...settings, clip: { low: 0.2, high: -1 } }, null)).toThrow('clip.high');
    expect(() => tokenWeights(step, { ...settings, kl: { beta: Number.NaN } }, null)).toThrow('kl.beta');
    expect(() => tokenWeights({ ...step, entropyCoefficient: -1 }, settings, null)).toThrow('entropyCoefficient');
    expect(() => tokenWeights({ ...off, old: values(-1) }, settings, values(-1, -1))).toThrow('old has 1 entries');
  });
});

describe('loss report', () => {
  test('metrics of a small step by hand', () => {
    const step = stepOf({
      advantages: values(1, -1, 2, -2),
      old: Float64Array.from([1, 1, 1, 1].map(() => Math.log(0.5))),
      sampler: Float64Array.from([0.5, 0.5, 0.25, 0.5], Math.log),
      entropyCoefficient: 0.1,
    });
    const probabilities = [0.5, 0.25, 0.75, 0.54];
    const report = lossReport(
      step,
      { ...settings, importance: { cap: 1.5 } },
      {
        logProbabilities: Float64Array.from(probabilities, Math.log),
        entropies: values(0.4, 0.8, 0.2, 0.6),
      },
    );
    // Ratios 1, 0.5, 1.5, 1.08; the second and third are clipped to 0.8 and 1.2; importance 1, 1, min(2, 1.5), 1.
    expect(report.policyLoss).toBeCloseTo(-(1 - 0.8 + 1.5 * 2.4 - 2.16) / 4, 12);
    expect(report.entropyLoss).toBeCloseTo(-0.05, 12);
    expect(report.klLoss).toBe(0);
    expect(report.entropy).toBeCloseTo(0.5, 12);
    expect(report.clipFraction).toBe(0.5);
    expect(report.ratio.mean).toBeCloseTo(1.02, 12);
    expect(report.ratio.outsideShare).toBe(0.5);
    expect(report.ratio.maxDeviation).toBeCloseTo(0.5, 12);
    expect(report.approximateKl).toBeCloseTo(-Math.log(1 * 0.5 * 1.5 * 1.08) / 4, 12);
    expect(report.importance?.mean).toBeCloseTo(4.5 / 4, 12);
    expect(report.importance?.cappedShare).toBe(0.25);
    expect(report.mismatch?.outsideShare).toBe(0.25);
    expect(report.mismatch?.kl).toBeCloseTo((2 - Math.log(2) - 1) / 4, 12);
    expect(report.advantageScale).toBeCloseTo(Math.sqrt(10 / 4), 12);
    expect(report.referenceKl).toBeNull();
  });

  test('strictly on-policy the ratio is 1 by definition, and the mismatch is really compared', () => {
    const logProbabilities = values(-0.5, -1.5);
    const entropies = values(0.1, 0.2);
    const same = lossReport(stepOf({ advantages: values(1, -1), sampler: values(-0.5, -1.5) }), settings, { logProbabilities, entropies });
    expect(same.ratio).toEqual({ mean: 1, outsideShare: 0, maxDeviation: 0 });
    expect(same.mismatch).toEqual({ kl: 0, mean: 1, outsideShare: 0, maxDeviation: 0 });
    expect(same.approximateKl).toBe(0);
    expect(same.clipFraction).toBe(0);
    const off = lossReport(stepOf({ advantages: values(1, -1), sampler: values(-0.5, -1.7) }), settings, { logProbabilities, entropies });
    expect(off.ratio.maxDeviation).toBe(0);
    expect(off.mismatch?.maxDeviation).toBeCloseTo(Math.exp(0.2) - 1, 12);
    expect(off.mismatch?.kl).toBeCloseTo((Math.exp(0.2) - 0.2 - 1) / 2, 12);
  });

  test('refuses scores of another length', () => {
    const step = stepOf({ advantages: values(1, 2) });
    expect(() => lossReport(step, settings, { logProbabilities: values(-1), entropies: values(1, 1) })).toThrow('for 2 tokens');
  });
});
