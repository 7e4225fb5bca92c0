/**
 * Clip-Cov and KL-Cov (Cui et al. 2025, "The Entropy Mechanism of Reinforcement Learning", section 4): entropy falls through the few
 * tokens whose log-probability and advantage vary together most. Clip-Cov takes some of them out of the policy gradient, KL-Cov holds
 * the largest of them near the old policy.
 */
import type { TokenValues } from './token-values.ts';

export type CovarianceSettings =
  /** A random `share` of all tokens, drawn among those whose covariance lies within [low, high], has no policy gradient. */
  | { readonly mode: 'clip'; readonly share: number; readonly low: number; readonly high: number }
  /** The `share` of tokens with the largest covariance pays coefficient * |logp - old|, so it acts off-policy only. */
  | { readonly mode: 'kl'; readonly share: number; readonly coefficient: number };

/** Spreads an index over 32 bits, so that a choice by rank of the result is as good as a draw. */
function mix(value: number): number {
  let bits = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

function mean(values: TokenValues): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/**
 * Marks the tokens of one optimizer step that the settings choose (1) and leaves the others (0). The covariance of token i is
 * (logp_i - mean logp)(A_i - mean A) under the policy that the step starts from.
 *
 * @param draw what the random choice is keyed by, such as the number of the optimizer step
 */
export function selectByCovariance(
  logProbabilities: TokenValues,
  advantages: TokenValues,
  settings: CovarianceSettings,
  draw: number,
): Uint8Array {
  const tokens = logProbabilities.length;
  const [meanLogProbability, meanAdvantage] = [mean(logProbabilities), mean(advantages)];
  const covariance = (index: number): number => (logProbabilities[index]! - meanLogProbability) * (advantages[index]! - meanAdvantage);
  let candidates = Array.from({ length: tokens }, (_, index) => index);
  let rank = (index: number): number => -covariance(index);
  if (settings.mode === 'clip') {
    const { low, high } = settings;
    candidates = candidates.filter((index) => covariance(index) >= low && covariance(index) <= high);
    rank = (index) => mix(index + Math.imul(draw, 0x9e3779b1));
  }
  const selected = new Uint8Array(tokens);
  candidates
    .map((index) => ({ index, rank: rank(index) }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .slice(0, Math.round(settings.share * tokens))
    .forEach(({ index }) => {
      selected[index] = 1;
    });
  return selected;
}
