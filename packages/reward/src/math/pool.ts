import type { MathJudgement, MathOptions } from './verify.ts';

export interface WorkerQuestion {
  readonly ticket: number;
  readonly response: string;
  readonly gold: string | readonly string[];
  readonly options: MathOptions;
}

export interface WorkerAnswer {
  readonly ticket: number;
  readonly judgement: MathJudgement;
}

/** The part of a web worker that the pool uses. */
export interface PoolWorker {
  postMessage(question: WorkerQuestion): void;
  terminate(): void;
  onmessage: ((event: { readonly data: WorkerAnswer }) => void) | null;
  onerror: ((event: { readonly message?: string }) => void) | null;
}

export interface MathPoolOptions {
  /** Workers kept. Default 2. */
  readonly size?: number;
  /** Wall clock for one answer, from the moment a worker takes it. Default 1000. */
  readonly timeoutMs?: number;
  /** Makes a worker; by default one that runs this package's verifier. Give your own to run other code beside it. */
  readonly createWorker?: () => PoolWorker;
}

export interface MathPool {
  /** Judges one answer. Never rejects for what a worker does: a stuck or broken worker is an infrastructure error. */
  verify(response: string, gold: string | readonly string[], options?: MathOptions): Promise<MathJudgement>;
  /** Workers that were killed and replaced so far. */
  readonly replaced: number;
  /** Ends all workers; answers still pending become infrastructure errors. */
  dispose(): void;
}

interface Task {
  readonly question: WorkerQuestion;
  readonly settle: (judgement: MathJudgement) => void;
}

interface Seat {
  worker: PoolWorker;
  task: Task | null;
  started: number;
  timer: ReturnType<typeof setTimeout> | null;
}

/** The worker module lies beside this one, as source or as built. */
const defaultWorker = (): PoolWorker =>
  new Worker(new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url), {
    type: 'module',
  }) as unknown as PoolWorker;

/**
 * Workers with a hard wall clock per answer. A worker that does not answer in time is terminated and replaced, and its answer becomes an
 * infrastructure error; all others go on. Works wherever the `Worker` global does.
 */
export function createMathPool(options: MathPoolOptions = {}): MathPool {
  const { size = 2, timeoutMs = 1_000, createWorker = defaultWorker } = options;
  if (!Number.isInteger(size) || size < 1) throw new RangeError(`pool size ${size} is not a positive integer`);
  if (!(timeoutMs > 0)) throw new RangeError(`timeoutMs ${timeoutMs} is not positive`);
  const waiting: Task[] = [];
  const seats: Seat[] = [];
  let ticket = 0;
  let replaced = 0;
  let isDisposed = false;

  const listen = (seat: Seat): void => {
    seat.worker.onmessage = ({ data }) => {
      if (seat.task?.question.ticket === data.ticket) finish(seat, data.judgement);
    };
    seat.worker.onerror = ({ message }) => replace(seat, `the worker failed: ${message ?? 'no message'}`);
  };

  const finish = (seat: Seat, judgement: MathJudgement): void => {
    if (seat.timer !== null) clearTimeout(seat.timer);
    const task = seat.task;
    seat.timer = null;
    seat.task = null;
    task?.settle(judgement);
    next(seat);
  };

  const replace = (seat: Seat, reason: string): void => {
    seat.worker.terminate();
    replaced++;
    seat.worker = createWorker();
    listen(seat);
    finish(seat, failed(reason, performance.now() - seat.started));
  };

  const next = (seat: Seat): void => {
    if (seat.task !== null || isDisposed) return;
    const task = waiting.shift();
    if (task === undefined) return;
    seat.task = task;
    seat.started = performance.now();
    seat.timer = setTimeout(() => replace(seat, `no answer within ${timeoutMs} ms; the worker was ended and replaced`), timeoutMs);
    seat.worker.postMessage(task.question);
  };

  const freeSeat = (): Seat | null => {
    const idle = seats.find((seat) => seat.task === null);
    if (idle !== undefined) return idle;
    if (seats.length >= size) return null;
    const seat: Seat = { worker: createWorker(), task: null, started: 0, timer: null };
    listen(seat);
    seats.push(seat);
    return seat;
  };

  return {
    verify(response, gold, settings = {}) {
      if (isDisposed) return Promise.resolve(failed('the pool was disposed', 0));
      return new Promise((settle) => {
        waiting.push({ question: { ticket: ticket++, response, gold, options: settings }, settle });
        const seat = freeSeat();
        if (seat !== null) next(seat);
      });
    },
    get replaced() {
      return replaced;
    },
    dispose() {
      isDisposed = true;
      for (const seat of seats) {
        seat.worker.terminate();
        finish(seat, failed('the pool was disposed', 0));
      }
      for (const task of waiting.splice(0)) task.settle(failed('the pool was disposed', 0));
    },
  };
}

function failed(reason: string, durationMs: number): MathJudgement {
  return {
    verdict: 'infrastructure-error',
    reward: null,
    extracted: null,
    evidence: `infrastructure-error: ${reason}`,
    durationMs,
    details: { source: null, range: null, goldForms: [], responseForm: null, rule: reason, steps: 0 },
  };
}
