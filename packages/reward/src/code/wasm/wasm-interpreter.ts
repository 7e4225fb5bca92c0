/** A worker and the interpreters that live in it one after another. */
import type { Interpreter, InterpreterEnd } from '../interpreter.ts';
import { LineQueue } from '../line-queue.ts';
import type { PreparedPython } from './carrier.ts';
import { CONTROL, type FromWorker, type RunMessage, type ToWorker } from './messages.ts';
import { SharedPipe } from './shared-pipe.ts';

const PIPE_BYTES = 2 ** 20;
/** A worker that has not obeyed its kill flag after so long is ended from outside. */
const GRACE_MS = 2_000;
/** A worker is replaced after so many interpreters, or after one that grew large, so that memory stays flat. */
const INTERPRETERS_PER_WORKER = 400;
const LARGE_BYTES = 256 * 2 ** 20;

export class WasmWorker {
  readonly #worker: Worker;
  readonly #pipe = SharedPipe.create(PIPE_BYTES);
  readonly #control = new Int32Array(new SharedArrayBuffer(4 * CONTROL.words));
  readonly #ready: Promise<void>;
  #run: { queue: LineQueue; end: (end: InterpreterEnd) => void; ended: Promise<InterpreterEnd> } | null = null;
  #started = 0;
  #worn = false;
  #dead = false;

  constructor(python: PreparedPython, worker: Worker) {
    this.#worker = worker;
    this.#ready = new Promise((resolve, reject) => {
      this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
        if (data.kind === 'ready') resolve();
        else if (data.kind === 'chunk') this.#run?.queue.push(data.text);
        else {
          this.#worn ||= data.memoryBytes > LARGE_BYTES;
          this.#finish(data.end);
        }
      };
      this.#worker.onerror = (event) => {
        const message = `the sandbox worker failed: ${event.message}`;
        reject(new Error(message));
        this.#dead = true;
        this.#finish({ reason: 'crash', code: null, errorTail: message, output: '', durationMs: 0 });
      };
    });
    this.#post({ kind: 'start', ...python, pipe: this.#pipe.memory, control: this.#control.buffer as SharedArrayBuffer });
  }

  /** Resolves once the interpreter that runs here, if any, has ended. */
  async idle(): Promise<void> {
    await this.#run?.ended;
  }

  /** Whether another interpreter may be started here. */
  get usable(): boolean {
    return !this.#dead && !this.#worn && this.#run === null && this.#started < INTERPRETERS_PER_WORKER;
  }

  async start(settings: Omit<RunMessage, 'kind'>): Promise<Interpreter> {
    await this.#ready;
    this.#started += 1;
    this.#pipe.reset();
    Atomics.store(this.#control, CONTROL.kill, 0);
    Atomics.store(this.#control, CONTROL.limitMs, 0);
    let end!: (end: InterpreterEnd) => void;
    const ended = new Promise<InterpreterEnd>((resolve) => {
      end = resolve;
    });
    let overflowed = false;
    const kill = (): void => {
      Atomics.store(this.#control, CONTROL.kill, 1);
      this.#pipe.close();
      const force = setTimeout(() => {
        this.terminate();
        this.#finish({ reason: 'killed', code: null, errorTail: '', output: '', durationMs: GRACE_MS });
      }, GRACE_MS);
      ended.then(() => clearTimeout(force));
    };
    const queue = new LineQueue(settings.outputBytes, () => {
      overflowed = true;
      kill();
    });
    this.#run = { queue, ended, end: (found) => end(overflowed ? { ...found, reason: 'output' } : found) };
    this.#post({ kind: 'run', ...settings });
    const pending: Uint8Array[] = [];
    let closing = false;
    let flushing = false;
    const run = this.#run;
    const flush = (): void => {
      flushing = false;
      if (this.#run !== run) return;
      for (let first = pending[0]; first; first = pending[0]) {
        const count = this.#pipe.tryWrite(first);
        if (count < first.length) {
          pending[0] = first.subarray(count);
          flushing = true;
          setTimeout(flush, 1);
          return;
        }
        pending.shift();
      }
      if (closing) this.#pipe.close();
    };
    return {
      send: (bytes, limitMs) => {
        if (limitMs !== undefined) Atomics.store(this.#control, CONTROL.limitMs, Math.max(1, Math.ceil(limitMs)));
        pending.push(bytes);
        if (!flushing) flush();
      },
      closeInput: () => {
        closing = true;
        if (!flushing) flush();
      },
      nextLine: () => queue.next(),
      ended,
      kill,
    };
  }

  terminate(): void {
    this.#dead = true;
    this.#worker.terminate();
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #finish(end: InterpreterEnd): void {
    const run = this.#run;
    this.#run = null;
    run?.queue.close();
    run?.end(end);
  }
}
