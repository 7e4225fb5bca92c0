/**
 * What a verifier says of one response.
 *
 * - `correct` / `incorrect`: the response was judged; `reward` is what the learner sees.
 * - `unverifiable`: the record's own gold or tests are at fault. No retry; the record's whole group is dropped, counted and named.
 * - `infrastructure-error`: the verifier itself failed (threw, timed out, returned nonsense). Retried, then this one sample is
 *   dropped and counted. It is never a reward of 0.
 */
export type Verdict = 'correct' | 'incorrect' | 'unverifiable' | 'infrastructure-error';

export interface Judgement {
  readonly verdict: Verdict;
  /** Finite; present exactly when the verdict is `correct` or `incorrect`. */
  readonly reward: number | null;
  /** What was taken from the response as its answer, if anything. */
  readonly extracted: string | null;
  /** One readable line: which rule decided, or what failed. */
  readonly evidence: string;
  readonly durationMs: number;
}

export interface RewardInput {
  /** The prompt as the user reads it, before the chat template. */
  readonly prompt: string;
  readonly response: string;
  /** Why generation ended; `length` means cut off at T. */
  readonly finish: 'stop' | 'length';
  /** The problem record, with `reward_model.ground_truth` already decoded. */
  readonly record: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
}

/** A verifier: may be synchronous, may throw (that becomes an infrastructure error for this sample alone). */
export type Verifier = (input: RewardInput) => Judgement | Promise<Judgement>;
