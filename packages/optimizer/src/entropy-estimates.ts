import type { EntropyMode } from './entropy-controller.ts';
import type { TokenValues } from './token-values.ts';

export interface TokenMean {
  readonly mean: number;
  readonly tokens: number;
}

function sumOf(values: TokenValues): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

/**
 * Mean over all tokens of all responses, so that long responses count by their length. With the rollout's full-vocabulary entropies of
 * the kept groups this is the e_k of the report.
 *
 * @throws RangeError when there are no tokens.
 */
export function tokenMean(responses: Iterable<TokenValues>): number {
  let sum = 0;
  let tokens = 0;
  for (const values of responses) {
    sum += sumOf(values);
    tokens += values.length;
  }
  if (tokens === 0) throw new RangeError('a mean over no tokens does not exist: skip the step when nothing is kept');
  return sum / tokens;
}

/**
 * The entropy that steers a controller, from the rollout of the kept groups: exact (mean of full-vocabulary entropies), or in mode
 * `adaptive-released` the sampled estimate -mean(logp), as in the released code, but over all responses instead of one worker's shard.
 *
 * @throws RangeError when there are no tokens.
 */
export function controllerEntropy(
  mode: EntropyMode,
  responses: readonly { readonly logProbabilities: TokenValues; readonly entropies: TokenValues }[],
): number {
  if (mode === 'adaptive-released') return 0 - tokenMean(responses.map((response) => response.logProbabilities));
  return tokenMean(responses.map((response) => response.entropies));
}

/**
 * Token-weighted mean entropy of each problem family, families in order of first appearance. One mean over mixed families can hide
 * that one collapses while another is lifted. Families without tokens are left out.
 */
export function entropyByFamily(
  responses: Iterable<{ readonly family: string; readonly entropies: TokenValues }>,
): ReadonlyMap<string, TokenMean> {
  const sums = new Map<string, { sum: number; tokens: number }>();
  for (const { family, entropies } of responses) {
    if (entropies.length === 0) continue;
    const entry = sums.get(family) ?? { sum: 0, tokens: 0 };
    entry.sum += sumOf(entropies);
    entry.tokens += entropies.length;
    sums.set(family, entry);
  }
  return new Map([...sums].map(([family, { sum, tokens }]) => [family, { mean: sum / tokens, tokens }]));
}
