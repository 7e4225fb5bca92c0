export interface OverlongShaping {
  /** Context length T in response tokens. */
  readonly limit: number;
  /** Width in tokens of the zone before the limit in which the penalty grows. */
  readonly buffer: number;
  /** Penalty at the limit, as a positive number (DAPO: 1). */
  readonly factor: number;
}

/**
 * Soft overlong penalty of DAPO (Yu et al. 2025), to be added to the reward: 0 up to `limit - buffer` tokens, then falling
 * linearly to `-factor` at `limit`, and `-factor` beyond. Not part of the report's recipe.
 *
 * @throws RangeError when the buffer is not within 1..limit or the factor is negative.
 */
export function overlongPenalty(tokens: number, shaping: OverlongShaping): number {
  const { limit, buffer, factor } = shaping;
  if (!(buffer > 0 && buffer <= limit)) throw new RangeError(`overlong buffer ${buffer} must lie between 1 and the limit ${limit}`);
  if (!(factor >= 0 && Number.isFinite(factor))) throw new RangeError(`overlong factor ${factor} must be a finite number, 0 or more`);
  const excess = tokens - (limit - buffer);
  if (excess <= 0) return 0;
  return -factor * Math.min(1, excess / buffer);
}
