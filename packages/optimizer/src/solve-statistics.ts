import type { JudgedResponse } from './group-advantages.ts';

/** Counts of a rollout batch, taken before rejection: all-correct groups never show afterwards. */
export interface SolveStatistics {
  readonly groups: number;
  /** Groups without a correct response, and groups without an incorrect one. */
  readonly solveNone: number;
  readonly solveAll: number;
  /**
   * The other groups by share of correct responses: bin b holds shares s with b/10 <= s < (b + 1)/10. An empty group is in
   * `solveNone`.
   */
  readonly bins: readonly number[];
  /** Per group, in input order; what a filter on per-prompt solve rates keeps. */
  readonly perGroup: readonly { readonly correct: number; readonly responses: number }[];
}

const BINS = 10;

/** Solve counts and the ten-bin histogram of group accuracy. */
export function solveStatistics(groups: readonly (readonly JudgedResponse[])[]): SolveStatistics {
  const bins = new Array<number>(BINS).fill(0);
  let solveNone = 0;
  let solveAll = 0;
  const perGroup = groups.map((group) => ({ correct: group.filter((response) => response.correct).length, responses: group.length }));
  for (const { correct, responses } of perGroup) {
    if (correct === 0) solveNone++;
    else if (correct === responses) solveAll++;
    else {
      // Integer arithmetic: 3 of 10 must not fall below 0.3 by rounding.
      const bin = Math.floor((correct * BINS) / responses);
      bins[bin] = bins[bin]! + 1;
    }
  }
  return { groups: groups.length, solveNone, solveAll, bins, perGroup };
}

/**
 * The statistics under the metric names of the released code: `batch/solve_none`, `batch/solve_all`,
 * `batch/solve_30%_to_40%` and so on, each also with `_ratio` (share of all groups, 0..1).
 */
export function solveMetrics(statistics: SolveStatistics): Record<string, number> {
  const counts: Record<string, number> = { solve_none: statistics.solveNone, solve_all: statistics.solveAll };
  statistics.bins.forEach((count, bin) => {
    counts[`solve_${bin === 0 ? '00' : bin * 10}%_to_${(bin + 1) * 10}%`] = count;
  });
  const metrics: Record<string, number> = {};
  for (const [name, count] of Object.entries(counts)) {
    metrics[`batch/${name}`] = count;
    metrics[`batch/${name}_ratio`] = statistics.groups === 0 ? 0 : count / statistics.groups;
  }
  return metrics;
}
