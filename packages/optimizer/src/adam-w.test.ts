import { describe, expect, test } from 'bun:test';
import { adamW, adamWStep, createAdamWState, wholePower } from './adam-w.ts';
import { decideUpdate } from './update-decision.ts';

/**
 * Recorded from PyTorch 2.15.0 in f64: AdamW(lr 0.03, betas (0.9, 0.99), eps 1e-8, weight_decay 0.1) on [0.5, -1.25, 2, 0], each gradient
 * first through clip_grad_norm_(1). Per step: gradient, norm before clipping, parameters after the step.
 */
const recorded: readonly [gradient: number[], norm: number, parameters: number[]][] = [
  [[0.3, -2, 0, 1e-4], 2.0223748440880094, [0.4685000020223757, -1.2162500003033565, 1.994, -0.029993934099220854]],
  [[1.5, 0.25, -0.75, 0], 1.695582495781317, [0.4418087925913646, -1.1959770021072276, 2.010291792941744, -0.05004558153716297]],
  [[-0.6, 3, 0.5, -2e-3], 3.100000645161223, [0.42538192858870394, -1.1965150562374665, 2.013899195779125, -0.03205338736637013]],
];
const settings = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1 };
const norm = (values: readonly number[]) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

describe('AdamW', () => {
  for (const [name, type, digits] of [
    ['f64', Float64Array, 13],
    ['f32', Float32Array, 6],
  ] as const) {
    test(`follows PyTorch with clipping, ${name}`, () => {
      const parameters = type.of(0.5, -1.25, 2, 0);
      const state = createAdamWState(parameters);
      expect(state.first).toBeInstanceOf(type);
      for (const [gradient, expectedNorm, expected] of recorded) {
        expect(norm(gradient)).toBeCloseTo(expectedNorm, 12);
        const decision = decideUpdate(norm(gradient), 1);
        if (decision.action === 'skip') throw new Error(decision.reason);
        adamW(parameters, type.from(gradient), state, { ...settings, learningRate: 0.03, gradientScale: decision.gradientScale });
        expected.forEach((value, index) => {
          expect(parameters[index]).toBeCloseTo(value, digits);
        });
      }
      expect(state.updates).toBe(3);
    });
  }

  test('scalars of updates 1 and 3', () => {
    expect(adamWStep(settings, { t: 1, learningRate: 0.5, gradientScale: 0.25 })).toEqual({
      ...settings,
      learningRate: 0.5,
      gradientScale: 0.25,
      correction1: 1 - 0.9,
      correction2: 1 - 0.99,
    });
    const third = adamWStep(settings, { t: 3, learningRate: 1, gradientScale: 1 });
    expect(third.correction1).toBeCloseTo(0.271, 12);
    expect(third.correction2).toBeCloseTo(0.029701, 12);
    expect(() => adamWStep(settings, { t: 0, learningRate: 1, gradientScale: 1 })).toThrow('numbered from 1');
  });

  test('refuses arrays of different lengths', () => {
    const parameters = new Float32Array(2);
    const hyper = { ...settings, learningRate: 1, gradientScale: 1 };
    expect(() => adamW(parameters, new Float32Array(3), createAdamWState(parameters), hyper)).toThrow('2 parameters, 3 gradients');
  });
});

describe('update decision', () => {
  test('clips above the limit only; 0 switches clipping off', () => {
    expect(decideUpdate(0.5, 1)).toEqual({ action: 'apply', gradientNorm: 0.5, gradientScale: 1, clipped: false });
    expect(decideUpdate(4, 1)).toMatchObject({ action: 'apply', gradientNorm: 4, clipped: true });
    expect(decideUpdate(4, 1)).toMatchObject({ gradientScale: 1 / (4 + 1e-6) });
    expect(decideUpdate(4, 0)).toMatchObject({ gradientScale: 1, clipped: false });
    expect(decideUpdate(0, 1)).toMatchObject({ action: 'apply', gradientScale: 1 });
  });

  test('a norm that is not finite skips the update and says why', () => {
    expect(decideUpdate(Number.NaN, 1)).toMatchObject({ action: 'skip', reason: 'the gradient norm is NaN' });
    expect(decideUpdate(Number.POSITIVE_INFINITY, 0)).toMatchObject({ action: 'skip', reason: 'the gradient norm is Infinity' });
    expect(() => decideUpdate(1, -1)).toThrow('gradientClip is -1');
  });
});

describe('wholePower', () => {
  test.each([0.9, 0.95, 0.98, 0.999, 1, 0])('of %d is the power, within half a unit of the last place for each factor', (base) => {
    for (let exponent = 1; exponent <= 4000; exponent += 7) {
      const expected = base ** exponent;
      expect(Math.abs(wholePower(base, exponent) - expected)).toBeLessThanOrEqual(exponent * 2 ** -53 * expected);
    }
  });

  test('uses multiplications alone, whose results every engine agrees on', () => {
    // 0.9 * 0.9 and (0.9 * 0.9) * 0.9 as IEEE 754 gives them.
    expect([wholePower(0.9, 1), wholePower(0.9, 2), wholePower(0.9, 3)]).toEqual([0.9, 0.81, 0.7290000000000001]);
  });
});
