/**
 * From judged groups to what is trained on: solve counts first, then advantages, then rejection of groups that carry no advantage.
 *
 * Such groups give no policy gradient but would add weight to the entropy and KL terms. Only whole groups are rejected, and advantages
 * always come from the full group. The released code also drops trailing responses so that the batch divides by its worker count, which
 * can split a group, and computes advantages from what is left of it; that is not reproduced.
 */
import { type AdvantageSettings, groupAdvantages, type JudgedResponse } from './group-advantages.ts';
import { type OverlongShaping, overlongPenalty } from './overlong-penalty.ts';
import { type SolveStatistics, solveStatistics } from './solve-statistics.ts';

export interface SelectionSettings extends AdvantageSettings {
  /**
   * `report`: a group is kept when at least one advantage is not zero. `released`: a group is rejected when all rewards are 0 or all
   * are 1, so groups of equal fractional rewards stay (without policy gradient). The two agree on binary rewards in groups of two
   * or more, with truncation `none`.
   */
  readonly rejection: 'report' | 'released';
  /** DAPO's soft length penalty, added to the rewards before advantages (solve counts do not see it); null is off (the report). */
  readonly overlong: OverlongShaping | null;
}

export interface GroupSelection {
  /** Taken before rejection. */
  readonly statistics: SolveStatistics;
  /** Advantages of every group (rejected ones too), one per response. */
  readonly advantages: readonly Float64Array[];
  /** Indices of kept and rejected groups, ascending. */
  readonly kept: readonly number[];
  readonly rejected: readonly number[];
  /** Rejected groups / groups (0..1; `batch/without_adv_ratio` of the released code). */
  readonly rejectedShare: number;
  /** T_k: response tokens of all kept groups. */
  readonly tokens: number;
  /** Nothing is left to learn from: skip the step and leave the entropy controller as it is. */
  readonly empty: boolean;
}

function isRejected(group: readonly JudgedResponse[], advantages: Float64Array, rule: SelectionSettings['rejection']): boolean {
  if (rule === 'report') return advantages.every((advantage) => advantage === 0);
  return group.every((response) => response.reward === 0) || group.every((response) => response.reward === 1);
}

/** Applies Eq 2.5 and zero-advantage rejection to the groups of one rollout batch. */
export function selectGroups(groups: readonly (readonly JudgedResponse[])[], settings: SelectionSettings): GroupSelection {
  const statistics = solveStatistics(groups);
  const { overlong } = settings;
  const shape = (response: JudgedResponse) =>
    overlong === null ? response : { ...response, reward: response.reward + overlongPenalty(response.tokens, overlong) };
  const shaped = groups.map((group) => group.map(shape));
  const advantages = shaped.map((group) => groupAdvantages(group, settings));
  const kept: number[] = [];
  const rejected: number[] = [];
  let tokens = 0;
  shaped.forEach((group, index) => {
    if (isRejected(group, advantages[index]!, settings.rejection)) {
      rejected.push(index);
      return;
    }
    kept.push(index);
    for (const response of group) tokens += response.tokens;
  });
  const rejectedShare = groups.length === 0 ? 0 : rejected.length / groups.length;
  return { statistics, advantages, kept, rejected, rejectedShare, tokens, empty: tokens === 0 };
}
