/**
 * What the stages ask of verifiers. The application hands them in, so that this package depends on none: `verdict` is what
 * `@or1/reward` says, and whoever has another verifier can say the same.
 */
export interface Ruling {
  /** `unverifiable`: the record is at fault. `infrastructure-error`: the verifier is. */
  readonly verdict: 'correct' | 'incorrect' | 'unverifiable' | 'infrastructure-error';
  /** What was taken from the response as its answer. */
  readonly extracted: string | null;
  readonly evidence: string;
}

/** Judges a response by a record's ground truth. May throw: that is an infrastructure error of this one response. */
export type JudgeResponse = (
  response: string,
  record: { readonly ability: string; readonly reward_model: { readonly ground_truth: string } },
  signal: AbortSignal,
) => Promise<Ruling>;

/** A judge that never throws, save when it is cancelled. */
export async function rule(judge: JudgeResponse, ...[response, record, signal]: Parameters<JudgeResponse>): Promise<Ruling> {
  try {
    return await judge(response, record, signal);
  } catch (error) {
    signal.throwIfAborted();
    const evidence = `the verifier failed: ${error instanceof Error ? error.message : String(error)}`;
    return { verdict: 'infrastructure-error', extracted: null, evidence };
  }
}
