/**
 * How far an f32 device may be from the f64 reference, in one place.
 *
 * A bound is `roundings × 2^-24 × magnitude`. The magnitude of a sum is the sum of the absolute values of its terms, so a bound means
 * the same for sums that cancel and sums that do not. `roundings` counts half-ulp errors: a constant for the operations around a term,
 * and the square root of the number of terms for the sum: three standard deviations of what adding terms of one sign in order leaves.
 */

const UNIT_ROUNDOFF = 2 ** -24;

/** Results this small are not compared: exp in f32 ends near 88, and what a device makes of larger arguments leaves 1e-36 behind. */
const UNDERFLOW = 1e-35;

/** Roundings on the way of one term, besides those of the sum that it goes into. */
export const ROUNDINGS = {
  add: 1,
  embeddingBackward: 1,
  linear: 4,
  rmsNorm: 8,
  rmsNormBackward: 16,
  rotate: 4,
  attention: 8,
  attentionBackward: 8,
  swiGlu: 12,
  head: 8,
  headBackward: 8,
  adamW: 8,
  sumOfSquares: 8,
} as const;

/** Roundings of a sum of `terms` terms in any fixed order. */
export function sumRoundings(terms: number): number {
  return Math.sqrt(terms);
}

/** Roundings of the sum of squares, which promises blocks: an error must stay below what one missing element of 10^5 would make. */
export function blockedSumRoundings(terms: number): number {
  return Math.sqrt(terms) / 16;
}

/** Absolute error allowed for a result of this magnitude. */
export function bound(roundings: number, magnitude: number): number {
  return roundings * UNIT_ROUNDOFF * magnitude + UNDERFLOW;
}
