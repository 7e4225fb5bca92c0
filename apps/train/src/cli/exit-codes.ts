import { DeviceLostError, GpuError } from '@or1/compute';
import { DataError } from '@or1/data';
import { ModelInputError } from '@or1/model';
import { InputError, InterruptedError } from '@or1/trainer';
import { CommanderError } from 'commander';

export const EXIT = { done: 0, failed: 1, input: 2, interrupted: 130 } as const;

/** The exit code that an error stands for: 2 for wrong input, 130 for an interrupt, 1 for work that failed. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.input;
  if (error instanceof InterruptedError) return EXIT.interrupted;
  if (error instanceof InputError || error instanceof DataError || error instanceof ModelInputError) return EXIT.input;
  return EXIT.failed;
}

/** What to print of an error: one line for what people can mend, the stack too for what only we can. */
export function explainError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof CommanderError) return error.message.replace(/^error: /, '').replaceAll('\n', ' ');
  const isTold = error.constructor === Error || error instanceof GpuError || error instanceof DeviceLostError;
  const expected = exitCodeOf(error) !== EXIT.failed || isTold;
  return expected ? error.message : (error.stack ?? error.message);
}
