/**
 * The system calls (WASI preview 1) of an interpreter under test. This file is the wall: what is not here does not exist inside.
 *
 * Covered: the streams that are handed in; files in memory only (`memory-file-system.ts`); a clock that
 * starts at a fixed date and counts whole milliseconds since the start; random bytes from a fixed seed; arguments and environment given
 * by the caller. There are no sockets, no processes, no threads, no host files and no host environment, and no call reaches JavaScript
 * objects: numbers and bytes of the module's own memory are all that crosses.
 *
 * Not covered: defects of the WebAssembly engine itself, and timing side channels between programs that run at the same time.
 */
import { ERROR, type OpenFiles } from './wasi-files.ts';

/** Thrown through the interpreter to end it. `code` is its exit status. */
export class InterpreterExit extends Error {
  constructor(readonly code: number) {
    super(`the interpreter ended with status ${code}`);
  }
}

export interface WasiOptions {
  readonly files: OpenFiles;
  readonly args: readonly string[];
  readonly environment: readonly string[];
  /** Throws when the program must stop. Called at least every few milliseconds of running. */
  readonly checkpoint: () => void;
}

/** 2000-01-01T00:00:00Z in nanoseconds: the date at which every program starts. */
const START_OF_TIME = 946_684_800_000_000_000n;

/** Builds the import object; `attach` must be given the instance's memory before `_start` is called. */
export function createWasiHost(options: WasiOptions): { imports: WebAssembly.Imports; attach(memory: WebAssembly.Memory): void } {
  const { files, checkpoint } = options;
  let memory: WebAssembly.Memory;
  const bytes = (): Uint8Array => new Uint8Array(memory.buffer);
  const view = (): DataView => new DataView(memory.buffer);
  const start = performance.now();
  const elapsed = (): bigint => BigInt(Math.floor(performance.now() - start)) * 1_000_000n;
  const now = (clock: number): bigint => (clock === 0 ? START_OF_TIME : 0n) + elapsed();
  let randomState = 0x9e3779b97f4a7c15n;

  const encode = (text: string): Uint8Array => new TextEncoder().encode(`${text}\0`);
  const listSizes = (list: readonly string[]) => (count: number, size: number) => {
    view().setUint32(count, list.length, true);
    view().setUint32(
      size,
      list.reduce((sum, text) => sum + encode(text).length, 0),
      true,
    );
    return ERROR.success;
  };
  const listGet = (list: readonly string[]) => (pointers: number, buffer: number) => {
    let at = buffer;
    list.forEach((text, index) => {
      view().setUint32(pointers + 4 * index, at, true);
      bytes().set(encode(text), at);
      at += encode(text).length;
    });
    return ERROR.success;
  };

  const system = {
    args_get: listGet(options.args),
    args_sizes_get: listSizes(options.args),
    environ_get: listGet(options.environment),
    environ_sizes_get: listSizes(options.environment),
    clock_res_get(_clock: number, result: number) {
      view().setBigUint64(result, 1_000_000n, true);
      return ERROR.success;
    },
    clock_time_get(clock: number, _precision: bigint, result: number) {
      checkpoint();
      view().setBigUint64(result, now(clock), true);
      return ERROR.success;
    },
    proc_exit(code: number) {
      throw new InterpreterExit(code);
    },
    /** Called at the head of loops by the rewritten module. */
    sched_yield() {
      checkpoint();
      return ERROR.success;
    },
    random_get(target: number, length: number) {
      const memoryBytes = bytes();
      for (let index = 0; index < length; index++) {
        randomState ^= (randomState << 13n) & 0xffffffffffffffffn;
        randomState ^= randomState >> 7n;
        randomState ^= (randomState << 17n) & 0xffffffffffffffffn;
        memoryBytes[target + index] = Number(randomState & 255n);
      }
      return ERROR.success;
    },
    // The interpreter's file layer refuses this call before it comes here; sleeping goes through a stream instead.
    poll_oneoff: () => ERROR.notSupported,
    sock_accept: () => ERROR.notSupported,
    sock_recv: () => ERROR.notSupported,
    sock_send: () => ERROR.notSupported,
    sock_shutdown: () => ERROR.notSupported,
    ...files.calls(bytes, view, checkpoint),
  };
  return {
    imports: { wasi_snapshot_preview1: system },
    attach(instanceMemory) {
      memory = instanceMemory;
    },
  };
}
