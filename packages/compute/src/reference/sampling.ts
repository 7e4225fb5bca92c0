/**
 * Choice of one token from the logits z (temperature and mask applied). Tokens are ranked by falling z, equal ones by rising index.
 *   top-k  keeps the first k of the ranking.
 *   top-p  keeps the shortest run from the front of the ranking whose share of the probability that top-k left reaches p.
 *   min-p  keeps tokens with p_v >= minP · max_u p_u.
 * The draw inverts the cumulative sum of what is left, in index order: the first token whose cumulative share exceeds bits / 2^32.
 */
import type { Sampling } from '../device.ts';

function checkSampling({ temperature, topK, topP, minP }: Sampling): void {
  if (!(temperature >= 0 && temperature < Infinity)) throw new RangeError(`sampling: temperature must be 0 or more, not ${temperature}`);
  if (!Number.isInteger(topK) || topK < 0) throw new RangeError(`sampling: topK must be a whole number, 0 or more, not ${topK}`);
  if (!(topP > 0 && topP <= 1)) throw new RangeError(`sampling: topP must lie in (0, 1], not ${topP}`);
  if (!(minP >= 0 && minP <= 1)) throw new RangeError(`sampling: minP must lie in [0, 1], not ${minP}`);
}

/** Unnormalised probabilities after the filters; 0 for tokens that were filtered out. */
export function filteredWeights(logits: Float64Array, { topK, topP, minP }: Sampling): Float64Array {
  const ranking = Array.from(logits.keys()).sort((a, b) => logits[b]! - logits[a]! || a - b);
  const maximum = logits[ranking[0]!]!;
  const weight = (token: number) => Math.exp(logits[token]! - maximum);

  let kept = topK === 0 ? ranking : ranking.slice(0, topK);
  if (topP < 1) {
    const total = kept.reduce((sum, token) => sum + weight(token), 0);
    let cumulative = 0;
    const length = kept.findIndex((token) => {
      cumulative += weight(token);
      return cumulative >= topP * total;
    });
    kept = kept.slice(0, length + 1);
  }
  // The largest weight is exp(0) = 1.
  kept = kept.filter((token) => weight(token) >= minP);

  const weights = new Float64Array(logits.length);
  for (const token of kept) weights[token] = weight(token);
  return weights;
}

export function drawToken(logits: Float64Array, sampling: Sampling, bits: number): number {
  checkSampling(sampling);
  const weights =
    sampling.temperature === 0 ? filteredWeights(logits, { ...sampling, topK: 1, topP: 1 }) : filteredWeights(logits, sampling);
  const threshold = (bits / 0x1_0000_0000) * weights.reduce((sum, weight) => sum + weight, 0);
  let cumulative = 0;
  let last = 0;
  for (const [token, weight] of weights.entries()) {
    if (weight === 0) continue;
    cumulative += weight;
    last = token;
    if (cumulative > threshold) break;
  }
  return last;
}
