import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { type AdvantageSettings, groupAdvantages, type JudgedResponse } from './group-advantages.ts';

const report: AdvantageSettings = { advantage: { normalize: true }, truncation: 'none' };

function group(rewards: readonly number[], truncated: readonly number[] = []): JudgedResponse[] {
  return rewards.map((reward, index) => ({ reward, correct: reward === 1, truncated: truncated.includes(index), tokens: 10 }));
}

const solved = (correct: number, size: number) => group(Array.from({ length: size }, (_, index) => (index < correct ? 1 : 0)));

describe('group advantages', () => {
  for (const [correct, right, wrong] of [
    [8, 0.96824, -0.96824],
    [1, 3.74999, -0.25],
    [15, 0.25, -3.74999],
  ] as const) {
    test(`${correct} of 16 correct: ${right} and ${wrong}`, () => {
      const advantages = groupAdvantages(solved(correct, 16), report);
      expect(advantages[0]).toBeCloseTo(right, 5);
      expect(advantages[15]).toBeCloseTo(wrong, 5);
    });
  }

  test('nothing or everything correct: exact zeros, with or without normalisation', () => {
    for (const normalize of [true, false]) {
      for (const correct of [0, 16]) {
        expect([...groupAdvantages(solved(correct, 16), { ...report, advantage: { normalize } })]).toEqual(new Array(16).fill(0));
      }
    }
  });

  test('equal fractional rewards give exact zeros although their mean rounds', () => {
    expect([...groupAdvantages(group(new Array(10).fill(0.1)), report)]).toEqual(new Array(10).fill(0));
  });

  test('rewards that are not binary: hand-computed', () => {
    // Mean 1, squares 1 + 0.25 + 2.25 = 3.5, deviation sqrt(3.5 / 2).
    const deviation = Math.sqrt(1.75) + 1e-6;
    expect([...groupAdvantages(group([0, 0.5, 2.5]), report)]).toEqual([-1 / deviation, -0.5 / deviation, 1.5 / deviation]);
  });

  test('Dr. GRPO: the mean is subtracted and nothing is divided', () => {
    expect([...groupAdvantages(solved(1, 4), { ...report, advantage: { normalize: false } })]).toEqual([0.75, -0.25, -0.25, -0.25]);
  });

  test('a group of one: mean 0, deviation 1', () => {
    expect(groupAdvantages(group([1]), report)[0]).toBeCloseTo(1 / (1 + 1e-6), 15);
    expect([...groupAdvantages(group([0]), report)]).toEqual([0]);
    expect([...groupAdvantages(group([]), report)]).toEqual([]);
  });

  test('truncation modes on rewards 1 0 0 1 with the third response cut off', () => {
    const responses = group([1, 0, 0, 1], [2]);
    const all = Math.sqrt(1 / 3) + 1e-6;
    const rest = Math.sqrt(1 / 3) + 1e-6; // of 1 0 1: mean 2/3, squares 2/3, divided by 2
    const none = groupAdvantages(responses, report);
    const after = groupAdvantages(responses, { ...report, truncation: 'after' });
    const before = groupAdvantages(responses, { ...report, truncation: 'before' });
    [0.5, -0.5, -0.5, 0.5].forEach((value, index) => {
      expect(none[index]).toBeCloseTo(value / all, 12);
    });
    [0.5, -0.5, 0, 0.5].forEach((value, index) => {
      expect(after[index]).toBeCloseTo(value / all, 12);
    });
    [1 / 3, -2 / 3, 0, 1 / 3].forEach((value, index) => {
      expect(before[index]).toBeCloseTo(value / rest, 12);
    });
  });

  test('before: a group with one response left falls under the rule for groups of one; with none left all is zero', () => {
    const settings: AdvantageSettings = { advantage: { normalize: false }, truncation: 'before' };
    expect([...groupAdvantages(group([0, 1, 0], [0, 2]), settings)]).toEqual([0, 1, 0]);
    expect([...groupAdvantages(group([0, 1], [0, 1]), settings)]).toEqual([0, 0]);
  });

  test('normalised advantages have mean 0 and unbiased deviation 1, whatever the rewards', () => {
    const rewards = fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 2, maxLength: 20 });
    const property = fc.property(rewards, (numbers) => {
      fc.pre(new Set(numbers).size > 1);
      const advantages = [...groupAdvantages(group(numbers), report)];
      const mean = advantages.reduce((a, b) => a + b, 0) / advantages.length;
      const variance = advantages.reduce((a, b) => a + (b - mean) ** 2, 0) / (advantages.length - 1);
      expect(mean).toBeCloseTo(0, 10);
      expect(variance).toBeCloseTo(1, 4);
    });
    fc.assert(property);
  });

  test('refuses a reward that is not finite', () => {
    expect(() => groupAdvantages(group([1, Number.NaN]), report)).toThrow('response 1 of a group has reward NaN');
  });
});
