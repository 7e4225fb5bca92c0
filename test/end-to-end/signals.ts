/** Signals to the or1 command at chosen moments of a run. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type CommandResult, start } from './or1.ts';
import { eventsSoFar } from './run-files.ts';

/** A moment of a run. */
export interface Moment {
  readonly hasCome: () => boolean | Promise<boolean>;
  /** Waits this long once it has come. */
  readonly delayMs: number;
}

/** Once the log holds an event of this name and step: what the trainer does next is under way. */
export function afterEvent(run: string, event: string, step: number | undefined, delayMs = 0): Moment {
  return { hasCome: async () => (await eventsSoFar(run)).some((entry) => entry.event === event && entry.step === step), delayMs };
}

/** Runs the command, sends the signals at the moment if it has not ended before, and waits for its end. */
export async function signalAt(
  words: readonly string[],
  { hasCome, delayMs }: Moment,
  signals: readonly NodeJS.Signals[],
): Promise<CommandResult> {
  const running = start(words);
  let hasEnded = false;
  const result = running.result.finally(() => {
    hasEnded = true;
  });
  while (!hasEnded && !(await hasCome())) await Bun.sleep(1);
  if (!hasEnded && delayMs > 0) await Promise.race([result, Bun.sleep(delayMs)]);
  for (const signal of signals) running.kill(signal);
  return result;
}

/**
 * Runs the command and sends SIGKILL at the moment.
 *
 * @returns whether the kill came before the command's own end
 */
export async function killAt(words: readonly string[], moment: Moment): Promise<boolean> {
  const { exitCode, stderr } = await signalAt(words, moment, ['SIGKILL']);
  if (exitCode !== 0 && exitCode !== 137) throw new Error(`or1 ${words.join(' ')} ended with ${exitCode}:\n${stderr}`);
  return exitCode === 137;
}

/** Kills the command while it writes a checkpoint; true only when the kill left one half-written. */
export async function killInCheckpoint(run: string, words: readonly string[]): Promise<boolean> {
  const inWriting = () => existsSync(join(run, 'checkpoints/.writing'));
  return (await killAt(words, { hasCome: inWriting, delayMs: 0 })) && inWriting();
}

/**
 * Starts a new run and kills it at a random moment: at a random time after one of its events `from` to `to` (counted from 1), drawn
 * anew where the run was faster than the kill.
 *
 * @returns the moment in words, for the message of a failing test
 */
export async function killAtRandom(run: string, words: readonly string[], from: number, to: number): Promise<string> {
  for (let attempt = 0; attempt < 5; attempt++) {
    await rm(run, { recursive: true, force: true });
    const count = from + Math.floor(Math.random() * (to - from + 1));
    const delayMs = Math.random() * 60;
    const hasCome = async () => (await eventsSoFar(run)).length >= count;
    if (await killAt(words, { hasCome, delayMs })) return `killed ${delayMs.toFixed(1)} ms after event ${count}`;
  }
  throw new Error(`${run}: ended before every kill`);
}
