/**
 * Group-relative advantages (report, Eq 2.5): A_j = (r_j - mean r) / (std r + 1e-6), the same on every token of response j.
 *
 * The report leaves two points open; both are taken from the released code: the standard deviation is the unbiased one (divided by
 * M - 1, with 1e-6 added), and a group with a single member counts as mean 0 and standard deviation 1.
 */

/** What becomes of responses cut off at the context length (report, section 3.2.3). */
export type TruncationMode = 'none' | 'before' | 'after';

export interface AdvantageSettings {
  readonly advantage: {
    /** Divide by the standard deviation (the report). Off: only the mean is subtracted, as in Dr. GRPO. */
    readonly normalize: boolean;
  };
  /**
   * `none` (the report's final recipe): truncated responses take part like all others. `before`: mean and deviation come from the
   * responses that are not truncated; truncated ones get 0. `after`: mean and deviation come from all; truncated ones get 0.
   */
  readonly truncation: TruncationMode;
}

/** One judged response. */
export interface JudgedResponse {
  /** What the learner sees; finite. A truncated response has 0 by the report's rule, which is the verifier side's to apply. */
  readonly reward: number;
  /** The verdict itself, for solve counts; shaping the reward does not change it. */
  readonly correct: boolean;
  /** Cut off at the context length T. */
  readonly truncated: boolean;
  /** Response length in tokens, stop token included. */
  readonly tokens: number;
}

const DEVIATION_FLOOR = 1e-6;

function meanAndDeviation(rewards: readonly number[]): { mean: number; deviation: number } {
  if (rewards.length === 1) return { mean: 0, deviation: 1 };
  const mean = rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length;
  const squares = rewards.reduce((sum, reward) => sum + (reward - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (rewards.length - 1)) };
}

/**
 * Advantages of one group, one per response. A group of equal rewards gives exact zeros (the rounding of the mean never leaks
 * through), except a group of one, whose advantage is its reward by the rule above. With `before` the group of one is whatever is
 * left after the truncated responses are set aside.
 *
 * @throws RangeError for a reward that is not finite.
 */
export function groupAdvantages(group: readonly JudgedResponse[], settings: AdvantageSettings): Float64Array {
  const advantages = new Float64Array(group.length);
  const bad = group.findIndex((response) => !Number.isFinite(response.reward));
  if (bad >= 0) throw new RangeError(`response ${bad} of a group has reward ${group[bad]!.reward}: rewards must be finite numbers`);

  const counted = settings.truncation === 'before' ? group.filter((response) => !response.truncated) : group;
  const rewards = counted.map((response) => response.reward);
  if (rewards.length === 0) return advantages;
  if (rewards.length > 1 && rewards.every((reward) => reward === rewards[0])) return advantages;

  const { mean, deviation } = meanAndDeviation(rewards);
  const scale = settings.advantage.normalize ? 1 / (deviation + DEVIATION_FLOOR) : 1;
  group.forEach((response, index) => {
    if (settings.truncation !== 'none' && response.truncated) return;
    advantages[index] = (response.reward - mean) * scale;
  });
  return advantages;
}
