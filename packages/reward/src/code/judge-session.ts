/** Runs tests that are Python or JSON: the judge's interpreter asks, the program's interpreter answers, and this file stands between. */
import { NOT_RUN, seconds, type TestEvidence, type TestStatus } from './evidence.ts';
import { encodeFrame, type Interpreter, type InterpreterEnd, type SandboxSlot } from './interpreter.ts';
import type { CodeLimits } from './limits.ts';

export interface JudgeJob {
  readonly kind: 'check' | 'asserts' | 'calls';
  readonly prefix: string;
  readonly entry: string;
  readonly function: string;
  /** Test code, assertions, or [arguments, accepted values] pairs, by kind. */
  readonly tests: string | readonly string[] | readonly (readonly [args: readonly string[], accepted: readonly string[]])[];
  readonly stop: boolean;
  readonly tolerance: { readonly absolute: number; readonly relative: number } | null;
  /** Send each call's value as JSON in place of comparing it. */
  readonly report: boolean;
}

export interface JudgeOutcome {
  readonly tests: readonly TestEvidence[];
  /** The record's fault, if that is what came out. */
  readonly fault: { readonly field: string; readonly message: string } | null;
}

/** What the judge's interpreter says of its work. */
type JudgeEvent =
  | { readonly plan: number }
  | { readonly begin: number }
  | { readonly end: number; readonly status: TestStatus; readonly detail: string; readonly value: string | null }
  | { readonly fault: { readonly field: string; readonly message: string } }
  | { readonly done: true };

/** Time for an interpreter to start, and for the judge to prepare tests: far beyond what either takes. */
const START_MS = 30_000;

/** Thrown where the sandbox, not the program or the record, let us down. */
export class SandboxFailure extends Error {}

/** Thrown when a deadline or the caller ends the work. */
export class RunStopped extends Error {
  constructor(readonly reason: 'run-limit' | 'cancelled') {
    super(reason);
  }
}

export class JudgeSession {
  #judge: Interpreter | null = null;

  constructor(
    readonly slot: SandboxSlot,
    /** The judge's own limits, scaled for the sandbox. */
    readonly judgeLimits: CodeLimits,
  ) {}

  /**
   * @param testMs what the program may take in one test
   * @param runMs what a response of so many tests may take in all
   * @param check judges a reported value (only with `job.report`); throws to say the checker itself failed
   */
  async run(
    job: JudgeJob,
    code: string,
    limits: CodeLimits,
    testMs: number,
    runMs: (tests: number) => number,
    signal: AbortSignal,
    check: (index: number, value: string) => string | null,
  ): Promise<JudgeOutcome> {
    this.#judge ??= await this.#start();
    const judge = this.#judge;
    const tests: TestEvidence[] = [];
    const player = new ProgramPlayer(this.slot, { code, prefix: job.prefix }, limits, testMs);
    let stopped: RunStopped | null = null;
    const stop = (reason: RunStopped['reason']) => () => {
      stopped = new RunStopped(reason);
      judge.kill();
      player.kill();
    };
    const cancel = stop('cancelled');
    signal.addEventListener('abort', cancel);
    if (signal.aborted) cancel();
    let runTimer: ReturnType<typeof setTimeout> | undefined;
    let current = -1;
    const finish = (status: TestStatus, detail: string): void => {
      tests[current] = { status, detail, errorTail: player.errorTail, durationMs: player.usedMs };
    };
    try {
      judge.send(encodeFrame('H', JSON.stringify(job)));
      for (;;) {
        const line = await this.#nextLine(judge, testMs);
        if (line === null) {
          this.#judge = null;
          if (stopped !== null) throw stopped;
          if (current >= 0 && player.answered) {
            // Only a value of the program's can have led the test astray.
            finish(
              'timeout',
              `the test did not end with the value that the program gave it (${seconds(Math.max(testMs, JUDGE_LEAST_MS))})`,
            );
            return { tests, fault: null };
          }
          const end = await judge.ended;
          throw new SandboxFailure(`the interpreter that runs the tests ended (${end.reason}): ${end.errorTail.slice(-500)}`);
        }
        if (line.startsWith('>')) {
          judge.send(await player.ask(line.slice(1)));
          continue;
        }
        const event = JSON.parse(line) as JudgeEvent;
        if ('plan' in event) {
          for (let test = 0; test < event.plan; test++) tests.push(NOT_RUN);
          player.runMs = runMs(tests.length);
          runTimer = setTimeout(stop('run-limit'), player.runMs);
        } else if ('begin' in event) {
          current = event.begin;
          player.beginTest();
        } else if ('end' in event) {
          const wrong = event.status === 'passed' && job.report && event.value !== null ? check(event.end, event.value) : null;
          finish(wrong === null ? event.status : 'wrong', wrong ?? event.detail);
        } else if ('fault' in event) return { tests, fault: event.fault };
        else return { tests, fault: null };
      }
    } catch (error) {
      if (error instanceof RunStopped && error.reason === 'run-limit') {
        if (current >= 0) finish('timeout', `the run took longer than ${seconds(runMs(tests.length))}`);
        return { tests, fault: null };
      }
      this.drop();
      throw error;
    } finally {
      clearTimeout(runTimer);
      signal.removeEventListener('abort', cancel);
      player.close();
    }
  }

  /** Ends the judge; the next run starts another. */
  drop(): void {
    this.#judge?.kill();
    this.#judge = null;
  }

  async #start(): Promise<Interpreter> {
    const judge = await this.slot.startJudge(this.judgeLimits);
    const line = await withTimer(judge.nextLine(), START_MS, () => judge.kill());
    if (line !== READY) {
      const end = await judge.ended;
      throw new SandboxFailure(`the interpreter that runs the tests did not start: ${end.errorTail || end.reason}`);
    }
    return judge;
  }

  #nextLine(judge: Interpreter, testMs: number): Promise<string | null> {
    return withTimer(judge.nextLine(), Math.max(testMs, JUDGE_LEAST_MS), () => judge.kill());
  }
}

/** The least time that the judge has to evaluate between two questions. */
const JUDGE_LEAST_MS = 10_000;
const READY = '{"ready": true}';

function withTimer<T>(work: Promise<T>, milliseconds: number, expire: () => void): Promise<T> {
  const timer = setTimeout(expire, milliseconds);
  return work.finally(() => clearTimeout(timer));
}

/** The program's side of a run: starts its interpreter when first asked, and again for the tests after one that ended it. */
class ProgramPlayer {
  #interpreter: Interpreter | null = null;
  #syntax: string | null = null;
  /** Wall limit of all tests, known once they are counted. */
  runMs = Number.POSITIVE_INFINITY;
  usedMs = 0;
  answered = false;
  errorTail = '';

  constructor(
    readonly slot: SandboxSlot,
    readonly source: { readonly code: string; readonly prefix: string },
    readonly limits: CodeLimits,
    readonly testMs: number,
  ) {}

  beginTest(): void {
    this.usedMs = 0;
    this.answered = false;
    this.errorTail = '';
  }

  /** The frame that answers the judge's question. */
  async ask(question: string): Promise<Uint8Array> {
    const fresh = this.#interpreter === null;
    if (this.#syntax === null && fresh) await this.#start();
    const program = this.#interpreter;
    if (this.#syntax !== null || program === null) return this.#gone('syntax-error', this.#syntax ?? '');
    const left = this.testMs - this.usedMs;
    const before = performance.now();
    program.send(encodeFrame('H', question), Math.max(1, left));
    const answer = await program.nextLine();
    this.usedMs += performance.now() - before;
    this.answered = true;
    if (answer !== null) return encodeFrame('P', answer);
    const end = await program.ended;
    this.#interpreter = null;
    this.errorTail = end.errorTail;
    return this.#gone(...describeEnd(end, this.testMs));
  }

  kill(): void {
    this.#interpreter?.kill();
  }

  close(): void {
    this.#interpreter?.kill();
    this.#interpreter = null;
  }

  #gone(status: TestStatus, message: string): Uint8Array {
    return encodeFrame('H', JSON.stringify({ status, message }));
  }

  async #start(): Promise<void> {
    const program = await this.slot.startProgram({ mode: 'serve', limits: this.limits });
    this.#interpreter = program;
    program.send(
      encodeFrame('H', JSON.stringify({ ...this.source, limits: resourceLimits(this.limits, this.limits.runCpuMs ?? this.runMs) })),
    );
    const line = await withTimer(program.nextLine(), START_MS, () => program.kill());
    if (line === READY) return;
    if (line === null) {
      const end = await program.ended;
      throw new SandboxFailure(`the program's interpreter did not start: ${end.errorTail || end.reason}`);
    }
    this.#syntax = (JSON.parse(line) as { syntax: string }).syntax;
    this.#interpreter = null;
    await program.ended;
  }
}

/** Names and (soft, hard) values for the driver's `resource.setrlimit`, where there is an operating system to keep them. `cpuMs` is for the
 * interpreter's whole life: one test, or all that it serves. */
export function resourceLimits(limits: CodeLimits, cpuMs: number): (readonly [string, number, number])[] {
  const cpu = Math.max(1, Math.ceil(cpuMs / 1000));
  return [
    ['RLIMIT_AS', limits.memoryBytes, limits.memoryBytes],
    ['RLIMIT_CPU', cpu, cpu + 1],
    ['RLIMIT_FSIZE', limits.temporaryBytes, limits.temporaryBytes],
    ['RLIMIT_NOFILE', 64, 64],
    ['RLIMIT_NPROC', 64, 64],
    ['RLIMIT_CORE', 0, 0],
    ['RLIMIT_STACK', limits.memoryBytes / 8, limits.memoryBytes / 8],
  ];
}

/** A test's status after its interpreter ended. */
export function describeEnd(end: InterpreterEnd, testMs: number): [TestStatus, string] {
  if (end.reason === 'timeout') return ['timeout', `longer than ${seconds(testMs)}`];
  if (end.reason === 'memory') return ['memory', 'the memory limit was reached'];
  if (end.reason === 'output') return ['runtime-error', 'the output limit was reached'];
  if (end.reason === 'killed') return ['timeout', 'the run was ended'];
  const why =
    end.reason === 'crash' ? `the interpreter crashed: ${end.errorTail}` : `the program ended its interpreter (status ${end.code})`;
  return ['runtime-error', why.slice(0, 500)];
}
