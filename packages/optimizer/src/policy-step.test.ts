import { describe, expect, test } from 'bun:test';
import { responseScales } from './loss-normalization.ts';
import { assemblePolicyStep, type StepResponse } from './policy-step.ts';

const response = (tokens: number, advantage: number, old: Float32Array | null = null): StepResponse => ({
  tokens,
  advantage,
  old,
  sampler: null,
  reference: null,
});

describe('loss normalisation', () => {
  test('report: one global token mean, whatever the lengths', () => {
    expect([...responseScales([1, 3, 4], { kind: 'report' })]).toEqual([0.125, 0.125, 0.125]);
    expect([...responseScales([1, 3], { kind: 'report', stepTokens: 16 })]).toEqual([0.0625, 0.0625]);
  });

  test('released: token mean of the micro-batch times its share of the nominal responses', () => {
    const scales = responseScales([1, 3, 4], { kind: 'released', microBatches: [2, 1], nominalResponses: 4 });
    expect([...scales]).toEqual([(1 / 4) * (2 / 4), (1 / 4) * (2 / 4), (1 / 4) * (1 / 4)]);
  });

  test('released equals the report for equal lengths without rejection, and shrinks by the kept share after it', () => {
    const equal = [5, 5, 5, 5];
    const report = responseScales(equal, { kind: 'report' });
    const full = responseScales(equal, { kind: 'released', microBatches: [1, 3], nominalResponses: 4 });
    const halfKept = responseScales(equal, { kind: 'released', microBatches: [1, 3], nominalResponses: 8 });
    report.forEach((scale, index) => {
      expect(full[index]).toBeCloseTo(scale, 15);
      expect(halfKept[index]).toBeCloseTo(scale / 2, 15);
    });
  });

  test('refuses partitions that do not fit', () => {
    const released =
      (microBatches: number[], nominalResponses = 2) =>
      () =>
        responseScales([1, 2], { kind: 'released', microBatches, nominalResponses });
    expect(released([1])).toThrow('micro-batches hold 1 responses');
    expect(released([1, 2])).toThrow('micro-batches hold 3 responses');
    expect(released([2, 0])).toThrow('a micro-batch of 0 responses');
    expect(released([2], 0)).toThrow('nominalResponses is 0');
    expect(() => responseScales([], { kind: 'report' })).toThrow('at least one response token');
    expect(() => responseScales([4], { kind: 'report', stepTokens: 3 })).toThrow('stepTokens is 3');
  });
});

describe('policy step', () => {
  test('responses lie one after the other', () => {
    const old = [Float32Array.of(-1), Float32Array.of(-2, -3)];
    const step = assemblePolicyStep([response(1, 0.5, old[0]!), response(2, -1, old[1]!)], {
      entropyCoefficient: 0.1,
      normalization: { kind: 'report' },
    });
    expect(step.tokens).toBe(3);
    expect([...step.advantages]).toEqual([0.5, -1, -1]);
    expect(step.old).toEqual(Float32Array.of(-1, -2, -3));
    expect(step.sampler).toBeNull();
    expect(step.entropyCoefficient).toBe(0.1);
  });

  test('refuses arrays that are missing for one response or have another length', () => {
    const options = { entropyCoefficient: 0, normalization: { kind: 'report' } } as const;
    expect(() => assemblePolicyStep([response(1, 1, Float32Array.of(-1)), response(1, 1)], options)).toThrow(
      'response 1 has no old log-probabilities for its 1 tokens',
    );
    expect(() => assemblePolicyStep([response(2, 1, Float32Array.of(-1))], options)).toThrow('response 0 has 1 old');
    expect(() => assemblePolicyStep([], options)).toThrow('at least one response token');
  });
});
