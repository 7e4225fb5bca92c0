/** One life of an interpreter inside a worker: from a new instance of the module to its end, whatever that is. */
import type { InterpreterEnd } from '../interpreter.ts';
import { PYTHON_HOME } from './library-image.ts';
import type { MemoryFileSystem } from './memory-file-system.ts';
import { CONTROL, type RunMessage } from './messages.ts';
import { ProgramClock } from './program-clock.ts';
import type { SharedPipe } from './shared-pipe.ts';
import { OpenFiles, type StreamDescriptor } from './wasi-files.ts';
import { createWasiHost, InterpreterExit } from './wasi-host.ts';

/** Thrown through the interpreter by its host. */
class Stopped extends Error {
  constructor(readonly reason: 'timeout' | 'output' | 'killed') {
    super(reason);
  }
}

const ERROR_TAIL_BYTES = 4096;
const ARGUMENTS = ['python', '-s', '-P', '-S', '-B', '-X', 'utf8'];
/** A fixed hash seed: the same program gives the same verdict every time. */
const ENVIRONMENT = [`PYTHONHOME=${PYTHON_HOME}`, 'PYTHONHASHSEED=0'];

export interface InterpreterHost {
  readonly module: WebAssembly.Module;
  readonly fileSystem: MemoryFileSystem;
  readonly pipe: SharedPipe;
  readonly control: Int32Array;
  /** Takes text written to the channel. */
  readonly emit: (text: string) => void;
}

/** Runs a driver to its end, blocking the worker. The driver is compiled once a worker: reading bytecode saves a third of the start. */
export function runDriver(host: InterpreterHost, settings: RunMessage): { end: InterpreterEnd; memoryBytes: number } {
  const path = `${DRIVERS}/${settings.driver}.pyc`;
  if (!host.fileSystem.has(path)) {
    const compiled = runInterpreter(host, { ...settings, mode: 'whole' }, ['-c', COMPILE, settings.source]);
    if (compiled.end.code !== 0) return compiled;
    host.fileSystem.addLibraryFile(
      path,
      Uint8Array.from(compiled.end.output.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)),
    );
  }
  return runInterpreter(host, settings, [path, settings.mode]);
}

const DRIVERS = '/or1';
/** Prints a compiled module's file in hexadecimal: the interpreter's magic number, twelve empty bytes, the code. */
const COMPILE = [
  'import marshal, sys, _frozen_importlib_external as external',
  'code = compile(sys.argv[1], "<driver>", "exec")',
  'print((external.MAGIC_NUMBER + bytes(12) + marshal.dumps(code)).hex(), end="")',
].join('\n');

function runInterpreter(
  host: InterpreterHost,
  settings: RunMessage,
  what: readonly string[],
): { end: InterpreterEnd; memoryBytes: number } {
  const clock = new ProgramClock();
  const checkpoint = (): void => {
    if (Atomics.load(host.control, CONTROL.kill) === 1) throw new Stopped('killed');
    if (clock.expired()) throw new Stopped('timeout');
  };
  const input: StreamDescriptor = {
    kind: 'stream',
    read(target) {
      const count = clock.waiting(() =>
        host.pipe.read(target, () => {
          checkpoint();
          return false;
        }),
      );
      const limit = Atomics.exchange(host.control, CONTROL.limitMs, 0);
      if (limit > 0) clock.start(limit);
      return count;
    },
  };

  const output = new Collector(settings.outputBytes);
  const errors = new Tail(settings.outputBytes);
  const decoder = new TextDecoder();
  const channel: StreamDescriptor = {
    kind: 'stream',
    write(bytes) {
      if (bytes.includes(10)) clock.stop();
      host.emit(decoder.decode(bytes, { stream: true }));
    },
  };
  /** Takes milliseconds in decimal and returns when they are over. */
  const sleep: StreamDescriptor = {
    kind: 'stream',
    write(bytes) {
      const end = performance.now() + Number(decoder.decode(bytes));
      for (let left = end - performance.now(); left > 0; left = end - performance.now()) {
        checkpoint();
        clock.waiting(() => Atomics.wait(host.control, CONTROL.kill, 0, Math.min(left, 50)));
      }
    },
  };
  const write = (to: Collector | Tail): StreamDescriptor => ({ kind: 'stream', write: (bytes) => to.add(bytes) });
  const whole = settings.mode === 'whole';
  const streams = new Map<number, StreamDescriptor>([
    [0, whole ? input : { kind: 'stream' }],
    [1, write(whole ? output : errors)],
    [2, write(errors)],
  ]);

  host.fileSystem.renew(settings.temporaryBytes, whole ? { in: input, sleep } : { in: input, out: channel, sleep });
  const system = createWasiHost({
    files: new OpenFiles(host.fileSystem, streams),
    args: [...ARGUMENTS, ...what],
    environment: ENVIRONMENT,
    checkpoint,
  });

  let reason: InterpreterEnd['reason'] = 'exit';
  let code: number | null = 0;
  let message = '';
  let memory: WebAssembly.Memory | null = null;
  try {
    const instance = new WebAssembly.Instance(host.module, system.imports);
    memory = instance.exports.memory as WebAssembly.Memory;
    system.attach(memory);
    (instance.exports._start as () => void)();
  } catch (error) {
    if (error instanceof InterpreterExit) code = error.code;
    else {
      code = null;
      reason = error instanceof Stopped ? error.reason : 'crash';
      if (reason === 'crash') message = error instanceof RangeError ? 'the stack of calls overflowed' : `${error}`;
    }
  }
  if (code === MEMORY_STATUS) reason = 'memory';
  const end: InterpreterEnd = {
    reason,
    code,
    errorTail: [errors.text(), message].filter(Boolean).join(' '),
    output: output.text(),
    durationMs: clock.sinceStart(),
  };
  return { end, memoryBytes: memory?.buffer.byteLength ?? 0 };
}

/** Exit status with which the driver reports that memory ran out. */
const MEMORY_STATUS = 66;

/** Keeps everything up to a limit and ends the program beyond it. */
class Collector {
  readonly #pieces: Uint8Array[] = [];
  #length = 0;

  constructor(readonly most: number) {}

  add(bytes: Uint8Array): void {
    this.#length += bytes.length;
    if (this.#length > this.most) throw new Stopped('output');
    this.#pieces.push(bytes);
  }

  text(): string {
    const decoder = new TextDecoder();
    return this.#pieces.map((piece) => decoder.decode(piece, { stream: true })).join('') + decoder.decode();
  }
}

/** Keeps the end of a stream, with the same limit on the whole. */
class Tail {
  #kept = new Uint8Array(0);
  #length = 0;

  constructor(readonly most: number) {}

  add(bytes: Uint8Array): void {
    this.#length += bytes.length;
    if (this.#length > this.most) throw new Stopped('output');
    const joined = new Uint8Array(this.#kept.length + bytes.length);
    joined.set(this.#kept);
    joined.set(bytes, this.#kept.length);
    this.#kept = joined.slice(-ERROR_TAIL_BYTES);
  }

  text(): string {
    return new TextDecoder().decode(this.#kept);
  }
}
