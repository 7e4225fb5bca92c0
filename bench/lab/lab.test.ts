import { describe, expect, test } from 'bun:test';
import type { ArmRun } from './arm-run.ts';
import { armRunKey } from './arm-run.ts';
import { bootstrapDifference } from './bootstrap.ts';
import type { Experiment } from './experiment.ts';
import { EXPERIMENTS } from './experiments/index.ts';
import { mean, measureValues } from './measures.ts';
import { atScale } from './run-lab.ts';
import { FULL, QUICK, resolveSettings } from './scale.ts';
import { judgeExperiment, judgeTest } from './verdict.ts';

const runOf = (seed: number, accuracy: number[], entropy: number[] = accuracy): ArmRun => ({
  v: 1,
  key: '',
  settings: {},
  seed,
  device: 'none',
  series: { accuracy, 'entropy/all': entropy },
  final: [{ temperature: 1, avg: accuracy.at(-1)!, n: 16, meanLength: 5 }],
});

describe('measures', () => {
  const rising = runOf(
    1,
    Array.from({ length: 16 }, (_, step) => step / 16),
  );
  test('take their parts of a run', () => {
    expect(measureValues(rising, 'end-accuracy')).toEqual([12 / 16, 13 / 16, 14 / 16, 15 / 16]);
    expect(measureValues(rising, 'early-entropy')).toEqual([4 / 16, 5 / 16, 6 / 16, 7 / 16]);
    expect(measureValues(rising, 'first-entropy')).toEqual([0, 1 / 16]);
    expect(mean(measureValues(rising, 'entropy-change'))).toBeCloseTo(13.5 / 16 - 0.5 / 16, 12);
    expect(mean(measureValues(rising, 'final-1'))).toBe(15 / 16);
    expect(measureValues(rising, 'final-0.6')).toEqual([]);
  });

  test('a fall is measured from the best stretch', () => {
    const fallen = runOf(1, [0.1, 0.1, 0.9, 0.9, 0.5, 0.5, 0.5, 0.5, 0.4, 0.4, 0.3, 0.3, 0.2, 0.2, 0.1, 0.1]);
    expect(mean(measureValues(fallen, 'fall'))).toBeCloseTo(0.8, 12);
    expect(measureValues(fallen, 'peak-entropy')).toEqual([0.9, 0.9]);
  });
});

describe('the bootstrap', () => {
  test('holds the true difference, and is narrow where runs are alike', () => {
    const arm = (level: number) =>
      [0, 1, 2].map((seed) => Array.from({ length: 20 }, (_, step) => level + 0.01 * Math.sin(7 * step + seed)));
    const { difference, interval } = bootstrapDifference(arm(0.5), arm(0.3));
    expect(difference).toBeCloseTo(0.2, 2);
    expect(interval[0]).toBeGreaterThan(0.18);
    expect(interval[1]).toBeLessThan(0.22);
  });

  test('is as wide as seeds differ', () => {
    const { interval } = bootstrapDifference([[0.9], [0.5], [0.1]], [[0.5], [0.5], [0.5]]);
    expect(interval[0]).toBeLessThan(-0.3);
    expect(interval[1]).toBeGreaterThan(0.3);
  });
});

describe('verdicts', () => {
  const claim = { measure: 'end-accuracy', left: 'a', right: 'b', margin: 0.1, says: '' } as const;
  const effect = (low: number, high: number, seeds = 3) => ({ difference: (low + high) / 2, interval: [low, high] as const, seeds });

  test('a difference must lie wholly beyond its margin', () => {
    expect(judgeTest(claim, effect(0.11, 0.3))).toBe('reproduced');
    expect(judgeTest(claim, effect(0.05, 0.3))).toBe('inconclusive');
    expect(judgeTest(claim, effect(-0.2, 0.09))).toBe('not reproduced');
    expect(judgeTest(claim, effect(0.2, 0.3, 2))).toBe('inconclusive');
  });

  test('that there is none must be shown, not merely unrefuted', () => {
    const none = { ...claim, margin: 0, equivalence: 0.05 };
    expect(judgeTest(none, effect(-0.04, 0.04))).toBe('reproduced');
    expect(judgeTest(none, effect(-0.06, 0.04))).toBe('inconclusive');
    expect(judgeTest(none, effect(0.06, 0.2))).toBe('not reproduced');
  });

  test('of an experiment: all its tests; arms are paired by seed', () => {
    const experiment = { arms: [], tests: [claim, { ...claim, left: 'b', right: 'a', margin: -1 }] } as unknown as Experiment;
    const arm = (level: number, seeds: number[]) =>
      seeds.map((seed) =>
        runOf(
          seed,
          Array.from({ length: 16 }, () => level),
        ),
      );
    const runs = new Map([
      ['a', arm(0.8, [1, 2, 3])],
      ['b', arm(0.4, [3, 2, 1])],
    ]);
    expect(judgeExperiment(experiment, runs)).toMatchObject({ outcome: 'reproduced', tests: [{ effect: { seeds: 3 } }, {}] });
    expect(judgeExperiment(experiment, new Map([['a', arm(0.8, [1, 2, 3])]])).outcome).toBe('inconclusive');
    expect(judgeExperiment(experiment, new Map([...runs, ['b', arm(0.79, [1, 2, 3])]])).outcome).toBe('not reproduced');
  });
});

describe('the experiments', () => {
  test('have names of their own, and tests of arms that they have', () => {
    expect(new Set(EXPERIMENTS.map(({ name }) => name)).size).toBe(EXPERIMENTS.length);
    for (const { arms, tests, quick } of EXPERIMENTS) {
      const names = arms.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      for (const { left, right } of tests) expect(names).toEqual(expect.arrayContaining([left, right]));
      for (const name of quick ?? []) expect(names).toContain(name);
    }
  });

  test('cover the twelve ablations', () => {
    const sources = EXPERIMENTS.map(({ source }) => source).join(' ');
    for (let ablation = 1; ablation <= 12; ablation++) expect(sources).toMatch(new RegExp(`ablation ${ablation}\\b`));
  });

  test('share arms of equal settings', () => {
    const keys = EXPERIMENTS.flatMap(({ arms }) => arms.map(({ settings }) => armRunKey(resolveSettings(FULL, settings), 1)));
    expect(new Set(keys).size).toBeLessThan(keys.length);
    expect(armRunKey({ a: 1, b: 2 }, 1)).toBe(armRunKey({ b: 2, a: 1 }, 1));
    expect(armRunKey({ a: 1 }, 1)).not.toBe(armRunKey({ a: 1 }, 2));
  });

  test('are three at the quick scale', () => {
    const quick = EXPERIMENTS.map((experiment) => atScale(experiment, QUICK)).filter((one) => one !== null);
    expect(quick.length).toBe(3);
    for (const { tests } of quick) expect(tests.length).toBeGreaterThan(0);
    expect(resolveSettings(FULL, { promptsPerStep: '0.25x', steps: '4x' })).toMatchObject({ promptsPerStep: 8, steps: 320 });
  });
});
