/**
 * What every sandbox offers: Python interpreters that can be started, spoken to in lines, and ended for certain.
 *
 * Two kinds run side by side. The **program's** interpreter lives for one response and knows inputs only. The **judge's** interpreter
 * holds the tests, outlives responses, and is never entered by a tested program; it too is confined, since tests come with the data.
 * A sandbox says at the top of its own file what it covers and what it does not.
 */
import type { CodeLimits } from './limits.ts';

/** Why an interpreter is gone. */
export interface InterpreterEnd {
  readonly reason: 'exit' | 'timeout' | 'memory' | 'output' | 'crash' | 'killed';
  /** Exit status where it ended by itself. */
  readonly code: number | null;
  /** The last of what it wrote to standard error (at most 4 KiB), or the engine's message after a crash. */
  readonly errorTail: string;
  /** What a whole program wrote to standard output. */
  readonly output: string;
  /** Seconds of running, as the sandbox measures them, in milliseconds. */
  readonly durationMs: number;
}

export interface Interpreter {
  /**
   * Hands over bytes. With `limitMs`, what the program does from here to its next line (or, for a whole program, to its end) may take
   * so long and no longer; the sandbox then ends it with `timeout`.
   */
  send(bytes: Uint8Array, limitMs?: number): void;
  /** No more input will come. */
  closeInput(): void;
  /** The next line from its channel, or null once it has ended. */
  nextLine(): Promise<string | null>;
  readonly ended: Promise<InterpreterEnd>;
  /** Ends it now. */
  kill(): void;
}

export interface ProgramSettings {
  readonly mode: 'whole' | 'serve';
  readonly limits: CodeLimits;
}

/** One place to work: at most one program and one judge at a time. */
export interface SandboxSlot {
  /** A fresh interpreter that has seen nothing before. */
  startProgram(settings: ProgramSettings): Promise<Interpreter>;
  startJudge(limits: CodeLimits): Promise<Interpreter>;
  /** Ends all that runs here. */
  close(): Promise<void>;
}

export interface Sandbox {
  readonly name: 'wasm' | 'native';
  /** How many times longer than plain `python3` a loop takes here (measured; see README.md). Time limits are scaled by it. */
  readonly timeFactor: number;
  openSlot(): Promise<SandboxSlot>;
  close(): Promise<void>;
}

/**
 * One message to an interpreter: eight hexadecimal digits of length, the speaker (`H` the host, `P` a program), and JSON in ASCII.
 * The speaker's letter lies outside the JSON, so that no program can pass for the host.
 */
export function encodeFrame(speaker: 'H' | 'P', json: string): Uint8Array {
  const ascii = json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return new TextEncoder().encode(`${(ascii.length + 1).toString(16).padStart(8, '0')}${speaker}${ascii}`);
}
