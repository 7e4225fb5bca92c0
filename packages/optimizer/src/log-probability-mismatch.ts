import type { TokenValues } from './token-values.ts';

/** How far ratios stand from 1. */
export interface RatioSpread {
  readonly mean: number;
  /** Share of tokens (0..1) whose ratio lies outside [0.9, 1.1]. */
  readonly outsideShare: number;
  /** Largest |ratio - 1|. */
  readonly maxDeviation: number;
}

/** Difference of learner and sampler on the same tokens under the same weights; all zero (mean 1) when they agree bit for bit. */
export interface Mismatch extends RatioSpread {
  /** k3 estimate of KL(sampler || learner) in nats a token: mean of r - log r - 1 with r = learner / sampler; never negative. */
  readonly kl: number;
}

const OUTSIDE = 0.1;

/** Collects ratios one by one; NaN counts as outside and as an infinite deviation, so that it cannot hide. */
export class RatioCounter {
  #count = 0;
  #sum = 0;
  #outside = 0;
  #maxDeviation = 0;

  add(ratio: number): void {
    const deviation = Math.abs(ratio - 1);
    this.#count++;
    this.#sum += ratio;
    if (!(ratio >= 1 - OUTSIDE && ratio <= 1 + OUTSIDE)) this.#outside++;
    this.#maxDeviation = Math.max(this.#maxDeviation, Number.isNaN(deviation) ? Number.POSITIVE_INFINITY : deviation);
  }

  spread(): RatioSpread {
    return { mean: this.#sum / this.#count, outsideShare: this.#outside / this.#count, maxDeviation: this.#maxDeviation };
  }
}

/**
 * Compares the learner's log-probabilities of sampled tokens with what the sampler reported, under the same weights.
 *
 * @throws RangeError when the lengths differ or there are no tokens.
 */
export function compareLogProbabilities(learner: TokenValues, sampler: TokenValues): Mismatch {
  if (learner.length !== sampler.length) {
    throw new RangeError(`${learner.length} log-probabilities of the learner against ${sampler.length} of the sampler`);
  }
  if (learner.length === 0) throw new RangeError('no tokens to compare');
  const ratios = new RatioCounter();
  let kl = 0;
  for (let index = 0; index < learner.length; index++) {
    const difference = learner[index]! - sampler[index]!;
    ratios.add(Math.exp(difference));
    // expm1 keeps the digits that exp(d) - 1 - d would lose for small d.
    kl += Math.expm1(difference) - difference;
  }
  return { ...ratios.spread(), kl: kl / learner.length };
}
