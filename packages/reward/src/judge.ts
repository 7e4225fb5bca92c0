import { describeError, failure, judgementOf } from './define-reward.ts';
import type { Judgement, RewardInput, Verdict, Verifier } from './verdict.ts';

/** One response to judge; the judge adds the signal. */
export type JudgeItem = Omit<RewardInput, 'signal'>;

export interface JudgeOptions {
  /** Items judged at the same time. Default 16. */
  readonly concurrency?: number;
  /** Wall clock for one try of one item, after which its signal aborts and the try is an infrastructure error. Default 30000. */
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
  const { concurrency = 16, timeoutMs = 30_000, retries = 1, truncated = 'zero', signal, onProgress } = options;
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
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(new Error(`no verdict within ${timeoutMs} ms`)), timeoutMs);
  const signal = cancel ? AbortSignal.any([cancel, timeout.signal]) : timeout.signal;
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  try {
    const outcome = await Promise.race([Promise.try(verifier, { ...item, signal }), aborted]);
    return { ...judgementOf(outcome), durationMs: performance.now() - start };
  } catch (error) {
    cancel?.throwIfAborted();
    const what = timeout.signal.aborted ? `no verdict within ${timeoutMs} ms` : `the verifier threw: ${describeError(error)}`;
    return { ...failure(what), durationMs: performance.now() - start };
  } finally {
    clearTimeout(timer);
  }
}
