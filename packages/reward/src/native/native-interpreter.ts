/** One Python process inside bubblewrap, as an interpreter. */
import { closeSync, openSync } from 'node:fs';
import { type CodeLimits, type Interpreter, type InterpreterEnd, LineQueue } from '../code/index.ts';
import { type BubblewrapSettings, bubblewrapCommand, UNPRIVILEGED } from './bubblewrap.ts';
import { innermostChild, readProcessTime } from './process-time.ts';

const ERROR_TAIL_BYTES = 4096;
/** A program on a crowded machine may take so many times its limit on the wall. */
const MOST_STRETCH = 4;
const UNWATCHED_MS = 50;
/** Exit statuses of the driver, and of a shell-like wrapper after a signal. */
const MEMORY_STATUS = 66;
const CPU_SIGNAL_STATUS = 128 + 24;
const KILL_SIGNAL_STATUS = 128 + 9;

/** A script with standard input and output, or answers a line at a time. */
export type NativeMode = 'whole' | 'lines';

export interface NativeInterpreter extends Interpreter {
  /** Its time counts from here: it may have been started ahead. */
  use(): void;
}

/**
 * Starts it. Its limits on memory, CPU, files and processes are set by the driver inside, before any of the program's code runs and for
 * good; the wall clock is kept here.
 * @param filter path of the seccomp filter's bytes
 */
export function startNativeInterpreter(
  settings: BubblewrapSettings,
  filter: string,
  role: { readonly driver: 'program' | 'judge'; readonly mode: NativeMode },
  limits: CodeLimits,
): NativeInterpreter {
  const descriptor = openSync(filter, 'r');
  let child: Bun.Subprocess<'pipe', 'pipe', 'pipe'>;
  try {
    child = Bun.spawn(bubblewrapCommand(settings, role.driver, role.mode), {
      stdio: ['pipe', 'pipe', 'pipe', descriptor],
      env: {},
      // A process group of its own, to be killed as one: bubblewrap alone, killed while it sets up, leaves a child that waits for it for ever.
      detached: true,
      // Root hands the process to an unprivileged user before anything runs; others are one already.
      ...(process.getuid?.() === 0 ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {}),
    });
  } finally {
    closeSync(descriptor);
  }
  let begun = performance.now();
  let reason: InterpreterEnd['reason'] | null = null;
  const end = (why: InterpreterEnd['reason']): void => {
    reason ??= why;
    // The number of one that is gone may be another's by now.
    if (child.exitCode === null && child.signalCode === null) killGroup(child.pid);
    // What it still says before the signal reaches it does not count.
    queue.close();
  };
  const queue = new LineQueue(limits.outputBytes, () => end('output'));
  const output: Uint8Array[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  const readOutput = async (): Promise<void> => {
    const decoder = new TextDecoder();
    let length = 0;
    for await (const chunk of child.stdout) {
      if (role.mode === 'whole') {
        length += chunk.length;
        if (length <= limits.outputBytes) output.push(chunk);
        else end('output');
      } else {
        if (chunk.includes(10)) clearTimeout(timer);
        queue.push(decoder.decode(chunk, { stream: true }));
      }
    }
  };
  const readErrors = async (): Promise<string> => {
    let tail = new Uint8Array(0);
    let length = 0;
    for await (const chunk of child.stderr) {
      length += chunk.length;
      const joined = new Uint8Array(tail.length + chunk.length);
      joined.set(tail);
      joined.set(chunk, tail.length);
      tail = joined.slice(-ERROR_TAIL_BYTES);
      if (length > limits.outputBytes) end('output');
    }
    return new TextDecoder().decode(tail);
  };
  const ended = (async (): Promise<InterpreterEnd> => {
    const [status, , errorTail] = await Promise.all([child.exited, readOutput(), readErrors()]);
    clearTimeout(timer);
    queue.close();
    const whole = Buffer.concat(output);
    return {
      reason: reason ?? endOf(status, errorTail, performance.now() - begun),
      code: status,
      errorTail,
      output: new TextDecoder().decode(whole),
      durationMs: performance.now() - begun,
    };
  })();
  /**
   * The limit counts while the program has a processor or waits by its own doing; what a crowded machine keeps from it is given back.
   * Processor time is read from `UNWATCHED_MS` on: most tests are over by then, and those that are not are given what they used of it.
   */
  const startTimer = (limitMs: number): void => {
    clearTimeout(timer);
    const started = performance.now();
    const startWatching = (): void => {
      const program = innermostChild(child.pid);
      const cpuBefore = program === null ? 0 : (readProcessTime(program)?.cpuMs ?? 0);
      const look = (): void => {
        const time = program === null ? null : readProcessTime(program);
        const left = time?.running ? limitMs - UNWATCHED_MS - (time.cpuMs - cpuBefore) : 0;
        if (left > 0 && performance.now() - started < MOST_STRETCH * limitMs) timer = setTimeout(look, left);
        else end('timeout');
      };
      timer = setTimeout(look, limitMs - UNWATCHED_MS);
    };
    if (limitMs > UNWATCHED_MS) timer = setTimeout(startWatching, UNWATCHED_MS);
    else timer = setTimeout(() => end('timeout'), limitMs);
  };
  const write = (bytes: Uint8Array): void => {
    // A program that ended or reads nothing is reported by its end, not by the pipe.
    try {
      child.stdin.write(bytes);
      Promise.resolve(child.stdin.flush()).catch(() => undefined);
    } catch {
      return;
    }
  };
  return {
    use() {
      begun = performance.now();
    },
    send(bytes, limitMs) {
      if (limitMs !== undefined) startTimer(limitMs);
      write(bytes);
    },
    closeInput() {
      Promise.resolve(child.stdin.end()).catch(() => undefined);
    },
    nextLine: () => queue.next(),
    ended,
    kill: () => end('killed'),
  };
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function endOf(status: number, errorTail: string, ranMs: number): InterpreterEnd['reason'] {
  if (status === MEMORY_STATUS || /^MemoryError/m.test(errorTail.slice(-ERROR_TAIL_BYTES))) return 'memory';
  // Past the hard CPU limit, never below a second, the kernel kills; a program may also have killed itself.
  if (status === CPU_SIGNAL_STATUS || (status === KILL_SIGNAL_STATUS && ranMs > 1000)) return 'timeout';
  return status >= 128 ? 'crash' : 'exit';
}
