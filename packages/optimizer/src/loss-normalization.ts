/**
 * The factor that stands before each token's term in the loss.
 *
 * Report (Eq 3.1): 1 / T_k with T_k the response tokens of the whole optimizer step; no per-response length.
 *
 * Released code: the token mean of each micro-batch times (responses in the micro-batch / nominal responses of the mini-batch), summed.
 * It equals the report's only where all responses are equally long and none was rejected: after rejection the whole gradient shrinks
 * by the kept share, and the partition into micro-batches, which should change memory alone, changes the gradient. Averaging over
 * data-parallel ranks, each with its own share of the nominal count, gives the same factor, so one nominal count serves all.
 */
export type LossNormalization =
  | {
      readonly kind: 'report';
      /** Tokens of the whole optimizer step, where this process holds only part of its responses; by default the responses are the whole. */
      readonly stepTokens?: number;
    }
  | {
      readonly kind: 'released';
      /** Responses in each micro-batch, in order; they must add up to the responses of the step. */
      readonly microBatches: readonly number[];
      /** Prompts of a mini-batch before rejection times samples per prompt. */
      readonly nominalResponses: number;
    };

/**
 * Factor per response, for responses of the given lengths in tokens. Every token of a response has its response's factor.
 *
 * @throws RangeError when there are no tokens, or the micro-batches do not cover the responses.
 */
export function responseScales(lengths: readonly number[], normalization: LossNormalization): Float64Array {
  const tokens = lengths.reduce((sum, length) => sum + length, 0);
  if (tokens === 0) throw new RangeError('an optimizer step needs at least one response token: skip the step when nothing is kept');
  if (normalization.kind === 'report') {
    const { stepTokens = tokens } = normalization;
    if (!(stepTokens >= tokens)) throw new RangeError(`stepTokens is ${stepTokens}, less than the ${tokens} tokens at hand`);
    return new Float64Array(lengths.length).fill(1 / stepTokens);
  }

  const { microBatches, nominalResponses } = normalization;
  if (!(nominalResponses > 0)) throw new RangeError(`nominalResponses is ${nominalResponses}: it must be positive`);
  const scales = new Float64Array(lengths.length);
  let start = 0;
  for (const responses of microBatches) {
    if (!(Number.isInteger(responses) && responses > 0))
      throw new RangeError(`a micro-batch of ${responses} responses: it must hold 1 or more`);
    const end = start + responses;
    const microBatchTokens = lengths.slice(start, end).reduce((sum, length) => sum + length, 0);
    if (microBatchTokens > 0) scales.fill(responses / (microBatchTokens * nominalResponses), start, end);
    start = end;
  }
  if (start !== lengths.length) {
    throw new RangeError(`micro-batches hold ${start} responses in total, the optimizer step has ${lengths.length}`);
  }
  return scales;
}
