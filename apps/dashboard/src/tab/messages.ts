/** What the page and the worker that trains say to each other. */
import type { RunConfiguration, RunEvent, RunProgress } from '@or1/trainer/core';

/** What computes: the processor, with so many threads (null: one a core, where the page may share memory), or the graphics processor. */
export type TabDevice = { readonly kind: 'wasm'; readonly threads: number | null } | { readonly kind: 'webgpu' };

/** What a visitor may choose before a run begins. */
export interface StartSettings {
  readonly seed: number;
  readonly steps: number;
  readonly promptsPerStep: number;
  /** Problems of an evaluation; 0: none is made. */
  readonly heldOut: number;
  readonly device: TabDevice;
}

/** What a visitor may change while a run goes on. */
export interface Edits {
  readonly temperature: number;
  readonly entropyTarget: number;
  /** Source of a function that rewards a response; null: the problems' own verifiers. */
  readonly reward: string | null;
}

export type ToWorker =
  | { readonly kind: 'start'; readonly settings: StartSettings; readonly edits: Edits }
  | { readonly kind: 'import'; readonly archive: Uint8Array<ArrayBuffer>; readonly device: TabDevice }
  | { readonly kind: 'resume' }
  | { readonly kind: 'pause' }
  | { readonly kind: 'edit'; readonly edits: Edits }
  | { readonly kind: 'export' };

/** A response that has just been judged. */
export interface FreshSample {
  readonly prompt: string;
  readonly response: string;
  readonly verdict: string;
  readonly reward: number | null;
}

export type Status = 'none' | 'loading' | 'running' | 'pausing' | 'paused' | 'finished';

export type FromWorker =
  | { readonly kind: 'status'; readonly status: Status }
  /** What computes, and the configuration that holds from now on. */
  | { readonly kind: 'opened'; readonly device: string; readonly configuration: RunConfiguration; readonly reward: string | null }
  /** The whole log so far: of an imported run, or nothing of a new one. */
  | { readonly kind: 'log'; readonly events: readonly RunEvent[] }
  | { readonly kind: 'event'; readonly event: RunEvent; readonly fresh: readonly FreshSample[] }
  | { readonly kind: 'progress'; readonly progress: RunProgress }
  | { readonly kind: 'exported'; readonly archive: Uint8Array<ArrayBuffer>; readonly step: number }
  /** Something was refused; what went on before goes on. */
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string };
