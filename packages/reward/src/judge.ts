import { DeadlineError, withDeadline } from './deadline.ts';
import { describeError, failure } from './define-reward.ts';
import type { Judgement, RewardInput, Verdict, Verifier } from './verdict.ts';

/** One response to judge; the judge adds the signal. */
export type JudgeItem = Omit<RewardInput, 'signal'>;

export interface JudgeOptions {
  /** Items judged at the same time. Default 16. */
  readonly concurrency?: number;
  /**
   * Wall clock for one try of one item, after which its signal aborts and the try is an infrastructure error. Default 360000: a backstop
   * above the longest run of the code verifier; verifiers and user rewards have shorter limits of their own.
   */
  readonly timeoutMs?: number;
  /** How often an infrastructure error is tried again. Default 1. */
  readonly retries?: number;
  /**
   * A response cut off at the context length (`finish: 'length'`): `zero` makes it incorrect with reward 0 without asking the verifier
   * (the report's rule, section 2; the default), `judge` asks the verifier as for any other.
   */
  readonly truncated?: 'zero' | 'judge';
  /** Cancels everything: pending and later items reject with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called after each judgement, in completion order. */
  readonly onProgress?: (progress: JudgeProgress) => void;
}

export type VerdictCounts = Readonly<Record<Verdict, number>>;

export interface JudgeProgress {
  readonly submitted: number;
  readonly judged: number;
  readonly counts: VerdictCounts;
  /** Tries beyond the first. */
  readonly retried: number;
}

/** Judges items as they come, a bounded number at a time. */
export interface Judge {
  /** Never rejects for what the verifier does; rejects only when the judge is cancelled. */
  judge(item: JudgeItem): Promise<Judgement>;
  readonly progress: JudgeProgress;
}

/** A judge over one verifier; items may arrive while others are being judged, so verification overlaps generation. */
export function createJudge(verifier: Verifier, options: JudgeOptions = {}): Judge {
  const { concurrency = 16, timeoutMs = 360_000, retries = 1, truncated = 'zero', signal, onProgress } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1) throw new RangeError(`concurrency ${concurrency} is not a positive integer`);
  if (!(timeoutMs > 0)) throw new RangeError(`timeoutMs ${timeoutMs} is not positive`);
  if (!Number.isInteger(retries) || retries < 0) throw new RangeError(`retries ${retries} is not a non-negative integer`);

  const counts: Record<Verdict, number> = { correct: 0, incorrect: 0, unverifiable: 0, 'infrastructure-error': 0 };
  const waiting: (() => void)[] = [];
  let submitted = 0;
  let judged = 0;
  let retried = 0;
  let running = 0;

  const progress = (): JudgeProgress => ({ submitted, judged, counts: { ...counts }, retried });

  async function acquire(): Promise<void> {
    if (running < concurrency) running++;
    else await new Promise<void>((resolve) => waiting.push(resolve)); // The slot is handed over by `release`.
  }
  function release(): void {
    const next = waiting.shift();
    if (next) next();
    else running--;
  }

  async function judgeWithRetries(item: JudgeItem): Promise<Judgement> {
    for (let attempt = 0; ; attempt++) {
      signal?.throwIfAborted();
      const judgement = await judgeOnce(verifier, item, timeoutMs, signal);
      if (judgement.verdict !== 'infrastructure-error' || attempt === retries) return judgement;
      retried++;
    }
  }

  return {
    get progress() {
      return progress();
    },
    async judge(item) {
      submitted++;
      let judgement: Judgement;
      if (truncated === 'zero' && item.finish === 'length') {
        signal?.throwIfAborted();
        judgement = { verdict: 'incorrect', reward: 0, extracted: null, evidence: 'cut off at the context length', durationMs: 0 };
      } else {
        await acquire();
        try {
          judgement = await judgeWithRetries(item);
        } finally {
          release();
        }
      }
      judged++;
      counts[judgement.verdict]++;
      onProgress?.(progress());
      return judgement;
    },
  };
}

export interface JudgeReport extends JudgeProgress {
  /** In the order of the items. */
  readonly judgements: readonly Judgement[];
  readonly durationMs: number;
}

/** Judges a list of items and returns their judgements in order, with the counts by verdict. */
export async function judgeAll(verifier: Verifier, items: readonly JudgeItem[], options: JudgeOptions = {}): Promise<JudgeReport> {
  const start = performance.now();
  const judge = createJudge(verifier, options);
  const judgements = await Promise.all(items.map((item) => judge.judge(item)));
  return { judgements, ...judge.progress, durationMs: performance.now() - start };
}

async function judgeOnce(verifier: Verifier, item: JudgeItem, timeoutMs: number, cancel: AbortSignal | undefined): Promise<Judgement> {
  const start = performance.now();
  const judgement = await withDeadline(timeoutMs, cancel, (signal) => verifier({ ...item, signal })).then(
    (outcome) =>
      isJudgement(outcome)
        ? outcome
        : failure(`the verifier returned ${describeValue(outcome)}, which is no judgement; wrap a plain function in defineReward`),
    (error: unknown) => {
      cancel?.throwIfAborted();
      return failure(error instanceof DeadlineError ? error.message : `the verifier threw: ${describeError(error)}`);
    },
  );
  return { ...judgement, durationMs: performance.now() - start };
}

/** Verifiers come from outside, so what they return is looked at before it becomes a reward. */
function isJudgement(value: unknown): value is Judgement {
  if (typeof value !== 'object' || value === null) return false;
  const { verdict, reward, extracted, evidence } = value as Partial<Judgement>;
  if (typeof evidence !== 'string' || !(extracted === null || typeof extracted === 'string')) return false;
  if (verdict === 'correct' || verdict === 'incorrect') return Number.isFinite(reward);
  return (verdict === 'unverifiable' || verdict === 'infrastructure-error') && reward === null;
}

function describeValue(value: unknown): string {
  return (typeof value === 'object' ? JSON.stringify(value) : String(value)).slice(0, 200);
}
