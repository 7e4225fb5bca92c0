import type { ThreadWorker, WasmBuild } from './threads.ts';

export interface WasmDeviceOptions {
  /** Threads that work on a kernel, this one included; default: as many as the host has cores. */
  readonly threads?: number;
  /** `scalar` is the parity build without SIMD. */
  readonly build?: WasmBuild;
  /** Memory that the threads share within a command; larger means fewer passes over a batch. */
  readonly workspaceBytes?: number;
  /** How to start a thread where `Worker` is not the way; it must run the text in thread-program.ts. */
  readonly spawn?: () => ThreadWorker;
}
