import { DeadlineError, withDeadline } from './deadline.ts';
import type { Judgement, RewardInput, Verdict, Verifier } from './verdict.ts';

/** What a user's reward may return: a number, a yes or no, or the parts of a judgement that it wants to state. */
export type RewardOutcome = number | boolean | Partial<Omit<Judgement, 'durationMs'>>;

const defined = Symbol.for('@or1/reward/defined');

/** A verifier made by `defineReward`. */
export type DefinedReward = Verifier & { readonly [defined]: true };

const verdicts: readonly Verdict[] = ['correct', 'incorrect', 'unverifiable', 'infrastructure-error'];
const fields: readonly string[] = ['verdict', 'reward', 'extracted', 'evidence'];

/**
 * Makes a verifier of a plain function, for a reward file: `export default defineReward(async ({ prompt, response, record }) => …)`.
 *
 * - a finite number is the reward; the verdict is `correct` when it is above 0
 * - `true` and `false` are `correct` with reward 1 and `incorrect` with reward 0
 * - an object states `verdict` or `reward` or both, and `extracted` and `evidence` if it likes
 *
 * Anything else (NaN, undefined, an unknown field, a thrown error, no answer within `timeoutMs`, 30 s unless stated) is an infrastructure
 * error of this one sample, with evidence; it never becomes a silent 0.
 */
export function defineReward(
  reward: (input: RewardInput) => RewardOutcome | Promise<RewardOutcome>,
  options: { readonly timeoutMs?: number } = {},
): DefinedReward {
  const { timeoutMs = 30_000 } = options;
  const verifier: Verifier = async (input) => {
    const start = performance.now();
    const judgement = await withDeadline(timeoutMs, input.signal, (signal) => reward({ ...input, signal })).then(
      judgementOf,
      (error: unknown) => {
        input.signal.throwIfAborted();
        return failure(error instanceof DeadlineError ? `the reward gave ${error.message}` : `the reward threw: ${describeError(error)}`);
      },
    );
    return { ...judgement, durationMs: performance.now() - start };
  };
  return Object.assign(verifier, { [defined]: true as const });
}

/**
 * The reward of an imported reward file.
 * @throws where the module's default export was not made by `defineReward`; `file` names it in the message.
 */
export function rewardOfModule(module: { readonly default?: unknown }, file: string): DefinedReward {
  const candidate = module.default;
  if (typeof candidate === 'function' && defined in candidate) return candidate as DefinedReward;
  throw new Error(
    `${file}: its default export is not a reward; write \`export default defineReward(({ response }) => …)\` with defineReward from @or1/reward`,
  );
}

type Untimed = Omit<Judgement, 'durationMs'>;

/** An infrastructure error with its reason. */
export function failure(evidence: string): Untimed {
  return { verdict: 'infrastructure-error', reward: null, extracted: null, evidence };
}

/** One line for any thrown value. */
export function describeError(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.replaceAll(/\s+/g, ' ').slice(0, 500);
}

/** Completes what a reward returned to a whole judgement, or says what is wrong with it. */
function judgementOf(outcome: unknown): Untimed {
  if (typeof outcome === 'boolean')
    return judged(outcome ? 'correct' : 'incorrect', outcome ? 1 : 0, null, `the reward returned ${outcome}`);
  if (typeof outcome === 'number') {
    if (!Number.isFinite(outcome)) return failure(`the reward returned ${outcome}; return a finite number`);
    return judged(outcome > 0 ? 'correct' : 'incorrect', outcome, null, `the reward returned ${outcome}`);
  }
  if (typeof outcome !== 'object' || outcome === null || Array.isArray(outcome)) {
    return failure(
      `the reward returned ${Array.isArray(outcome) ? 'a list' : String(outcome)}; return a number, a boolean or { verdict, reward, extracted, evidence }`,
    );
  }
  return judgementOfObject(outcome as Record<string, unknown>);
}

function judgementOfObject(outcome: Record<string, unknown>): Untimed {
  const { verdict, reward, extracted = null, evidence } = outcome;
  const unknown = Object.keys(outcome).filter((field) => !fields.includes(field));
  if (unknown.length > 0)
    return failure(`the reward returned the unknown field ${unknown.join(', ')}; the fields are ${fields.join(', ')}`);
  if (verdict === undefined && reward === undefined)
    return failure('the reward returned an object without verdict and reward; state one of them');
  if (verdict !== undefined && !verdicts.includes(verdict as Verdict)) {
    return failure(`the reward returned the verdict ${String(verdict)}; the verdicts are ${verdicts.join(', ')}`);
  }
  if (reward !== undefined && reward !== null && !Number.isFinite(reward))
    return failure(`the reward returned the reward ${String(reward)}; return a finite number`);
  if (extracted !== null && typeof extracted !== 'string') return failure('the reward returned an extracted that is not a string');
  if (evidence !== undefined && typeof evidence !== 'string') return failure('the reward returned an evidence that is not a string');
  const value = reward as number | null | undefined;
  if (verdict === 'unverifiable' || verdict === 'infrastructure-error') {
    if (typeof value === 'number')
      return failure(`the reward returned the verdict ${verdict} with the reward ${value}; such a verdict has none`);
    return { verdict, reward: null, extracted, evidence: evidence ?? `the reward said ${verdict}` };
  }
  if (value === null) return failure('the reward returned the reward null; only unverifiable and infrastructure-error have no reward');
  const settled = (verdict as 'correct' | 'incorrect' | undefined) ?? (value !== undefined && value > 0 ? 'correct' : 'incorrect');
  return judged(settled, value ?? (settled === 'correct' ? 1 : 0), extracted, evidence ?? `the reward said ${settled}`);
}

function judged(verdict: 'correct' | 'incorrect', reward: number, extracted: string | null, evidence: string): Untimed {
  return { verdict, reward, extracted, evidence };
}
