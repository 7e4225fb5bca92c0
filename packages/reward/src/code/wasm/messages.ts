/** What passes between a sandbox's host and its workers. */
import type { InterpreterEnd } from '../interpreter.ts';
import type { LibraryImage } from './library-image.ts';

export interface StartMessage {
  readonly kind: 'start';
  readonly module: WebAssembly.Module;
  readonly image: LibraryImage;
  /** Memory of the input pipe and of the control words. */
  readonly pipe: SharedArrayBuffer;
  readonly control: SharedArrayBuffer;
}

export interface RunMessage {
  readonly kind: 'run';
  readonly driver: 'program' | 'judge';
  /** The driver's Python. */
  readonly source: string;
  /** `whole`: standard input and output are the program's. `lines`: they are closed, and the channel carries lines. */
  readonly mode: 'whole' | 'lines';
  readonly outputBytes: number;
  readonly temporaryBytes: number;
}

export type ToWorker = StartMessage | RunMessage;

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'chunk'; readonly text: string }
  | { readonly kind: 'ended'; readonly end: InterpreterEnd; readonly memoryBytes: number };

/** Control words, 32-bit each. */
export const CONTROL = {
  /** 1: stop at the next check. */
  kill: 0,
  /** Milliseconds that the program may run from its next read of input; 0 is no limit. */
  limitMs: 1,
  words: 2,
} as const;
