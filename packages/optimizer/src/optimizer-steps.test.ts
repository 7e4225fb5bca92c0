import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { planOptimizerSteps, type StepPlan } from './optimizer-steps.ts';

const plan = (parts: Partial<StepPlan>): StepPlan => ({
  groups: [0, 1, 2, 3, 4, 5, 6, 7],
  miniBatches: 1,
  reuse: 1,
  partition: { kind: 'even' },
  shuffle: null,
  ...parts,
});

describe('optimizer steps', () => {
  test('strictly on-policy: one step with everything, in rollout order', () => {
    expect(planOptimizerSteps(plan({ groups: [4, 1, 7] }))).toEqual([[4, 1, 7]]);
  });

  test('N_SGD is mini-batches times passes: the tuples of the report’s ablation', () => {
    const count = (miniBatches: number, reuse: number) =>
      planOptimizerSteps(plan({ groups: Array.from({ length: 64 }, (_, index) => index), miniBatches, reuse })).map((step) => step.length);
    expect(count(1, 1)).toEqual([64]);
    expect(count(2, 1)).toEqual([32, 32]);
    expect(count(1, 2)).toEqual([64, 64]);
    expect(count(4, 1)).toEqual([16, 16, 16, 16]);
    expect(count(1, 4)).toEqual([64, 64, 64, 64]);
  });

  test('after rejection: even keeps the number of steps, nominal keeps their size', () => {
    const groups = [0, 2, 3, 5, 6];
    expect(planOptimizerSteps(plan({ groups, miniBatches: 4 })).map((step) => step.length)).toEqual([1, 1, 1, 2]);
    const nominal = plan({ groups, miniBatches: 4, partition: { kind: 'nominal', promptsPerStep: 8 } });
    expect(planOptimizerSteps(nominal)).toEqual([[0, 2], [3, 5], [6]]);
    expect(planOptimizerSteps(plan({ groups: [3], miniBatches: 4 }))).toEqual([[3]]);
    expect(planOptimizerSteps(plan({ groups: [], reuse: 3 }))).toEqual([]);
  });

  test('every pass sees every group once, whole and in steps that are never empty', () => {
    const property = fc.property(
      fc.uniqueArray(fc.nat(500), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom<StepPlan['partition']>({ kind: 'even' }, { kind: 'nominal', promptsPerStep: 40 }),
      fc.option(fc.record({ seed: fc.maxSafeNat(), step: fc.nat() })),
      (groups, miniBatches, reuse, partition, shuffle) => {
        const steps = planOptimizerSteps({ groups, miniBatches, reuse, partition, shuffle });
        expect(steps.every((step) => step.length > 0)).toBe(true);
        const perPass = steps.length / reuse;
        for (let pass = 0; pass < reuse; pass++) {
          const seen = steps.slice(pass * perPass, (pass + 1) * perPass).flat();
          expect(seen.toSorted((a, b) => a - b)).toEqual(groups.toSorted((a, b) => a - b));
        }
        if (partition.kind === 'even') {
          expect(perPass).toBe(Math.min(miniBatches, groups.length));
          const sizes = steps.map((step) => step.length);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        }
      },
    );
    fc.assert(property);
  });

  test('the shuffle is a function of seed, step and pass, and differs in each of them', () => {
    const order = (seed: number, step: number) => planOptimizerSteps(plan({ reuse: 2, shuffle: { seed, step } }));
    expect(order(1, 2)).toEqual(order(1, 2));
    const orders = [order(1, 2), order(2, 2), order(1, 3), order(1 + 2 ** 40, 2)].flat().map((step) => step.join());
    expect(new Set(orders).size).toBe(orders.length);
  });

  test('the shuffle prefers no place', () => {
    const trials = 4000;
    const landed = new Array<number>(8).fill(0);
    for (let step = 0; step < trials; step++) {
      const place = planOptimizerSteps(plan({ shuffle: { seed: 7, step } }))[0]!.indexOf(0);
      landed[place] = landed[place]! + 1;
    }
    // 500 expected a place, standard deviation 21.
    for (const count of landed) expect(Math.abs(count - trials / 8)).toBeLessThan(100);
  });

  test('refuses counts that are not positive whole numbers', () => {
    expect(() => planOptimizerSteps(plan({ miniBatches: 0 }))).toThrow('miniBatches is 0');
    expect(() => planOptimizerSteps(plan({ reuse: 1.5 }))).toThrow('reuse is 1.5');
  });
});
