import { describe, expect, test } from 'bun:test';
import type { JudgedResponse } from './group-advantages.ts';
import { selectGroups } from './group-selection.ts';
import { REPORT_SETTINGS } from './report-defaults.ts';
import { solveMetrics, solveStatistics } from './solve-statistics.ts';

const responses = (rewards: readonly number[], tokens = 5): JudgedResponse[] =>
  rewards.map((reward) => ({ reward, correct: reward === 1, truncated: false, tokens }));
const solved = (correct: number, size: number) => responses(Array.from({ length: size }, (_, index) => (index < correct ? 1 : 0)));

describe('group selection', () => {
  test('groups without advantage go, after they were counted', () => {
    const selection = selectGroups([solved(0, 4), solved(2, 4), solved(4, 4), solved(1, 4)], REPORT_SETTINGS);
    expect(selection.kept).toEqual([1, 3]);
    expect(selection.rejected).toEqual([0, 2]);
    expect(selection.rejectedShare).toBe(0.5);
    expect(selection.tokens).toBe(40);
    expect(selection.empty).toBe(false);
    expect(selection.statistics.solveNone).toBe(1);
    expect(selection.statistics.solveAll).toBe(1);
    expect(selection.statistics.perGroup.map((entry) => entry.correct)).toEqual([0, 2, 4, 1]);
  });

  test('a batch with nothing to learn from says so', () => {
    const selection = selectGroups([solved(0, 4), solved(4, 4)], REPORT_SETTINGS);
    expect(selection).toMatchObject({ kept: [], tokens: 0, empty: true, rejectedShare: 1 });
    expect(selectGroups([], REPORT_SETTINGS)).toMatchObject({ empty: true, rejectedShare: 0 });
  });

  test('T_k counts the tokens of masked responses in kept groups: the mask takes advantages away, not tokens', () => {
    const group = [...solved(1, 3), { reward: 0, correct: false, truncated: true, tokens: 100 }];
    const selection = selectGroups([group], { ...REPORT_SETTINGS, truncation: 'before' });
    expect(selection.advantages[0]![3]).toBe(0);
    expect(selection.tokens).toBe(115);
  });

  test('a group whose only differing response is masked is rejected', () => {
    const group = [...solved(3, 3), { reward: 0, correct: false, truncated: true, tokens: 100 }];
    expect(selectGroups([group], { ...REPORT_SETTINGS, truncation: 'before' }).kept).toEqual([]);
    expect(selectGroups([group], { ...REPORT_SETTINGS, truncation: 'after' }).kept).toEqual([0]);
  });

  test('equal fractional rewards: the report rejects them, the released rule keeps them without advantage', () => {
    const groups = [responses([0.5, 0.5, 0.5]), solved(0, 3), solved(3, 3), solved(1, 3)];
    expect(selectGroups(groups, REPORT_SETTINGS).kept).toEqual([3]);
    const released = selectGroups(groups, { ...REPORT_SETTINGS, rejection: 'released' });
    expect(released.kept).toEqual([0, 3]);
    expect([...released.advantages[0]!]).toEqual([0, 0, 0]);
  });

  test('overlong shaping tells equal verdicts of different length apart and leaves solve counts alone', () => {
    const group = [...responses([1, 1], 10), ...responses([1], 100)];
    const selection = selectGroups([group], { ...REPORT_SETTINGS, overlong: { limit: 100, buffer: 50, factor: 1 } });
    expect(selection.kept).toEqual([0]);
    expect(selection.advantages[0]![2]).toBeLessThan(0);
    expect(selection.statistics.solveAll).toBe(1);
  });
});

describe('solve statistics', () => {
  test('ten bins without the all-wrong and all-right groups; edges belong to the upper bin', () => {
    const statistics = solveStatistics([solved(0, 10), solved(10, 10), solved(3, 10), solved(1, 16), solved(15, 16), solved(5, 10)]);
    expect(statistics.bins).toEqual([1, 0, 0, 1, 0, 1, 0, 0, 0, 1]);
    const metrics = solveMetrics(statistics);
    expect(metrics['batch/solve_none']).toBe(1);
    expect(metrics['batch/solve_all_ratio']).toBeCloseTo(1 / 6, 12);
    expect(metrics['batch/solve_00%_to_10%']).toBe(1);
    expect(metrics['batch/solve_30%_to_40%']).toBe(1);
    expect(metrics['batch/solve_90%_to_100%_ratio']).toBeCloseTo(1 / 6, 12);
    expect(Object.keys(metrics)).toHaveLength(24);
  });

  test('an empty batch has ratios of 0', () => {
    expect(new Set(Object.values(solveMetrics(solveStatistics([]))))).toEqual(new Set([0]));
  });
});
