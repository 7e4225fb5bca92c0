import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { start } from '../end-to-end/or1.ts';
import { eventsSoFar } from '../end-to-end/run-files.ts';

/** A moment of a run. */
export interface Moment {
  readonly hasCome: () => boolean | Promise<boolean>;
  /** Waits this long once it has come. */
  readonly delayMs: number;
}

/** Once the log holds an event of this name and step: what the trainer does next is under way. */
export function afterEvent(run: string, event: string, step: number | undefined, delayMs: number): Moment {
  return {
    hasCome: async () => (await eventsSoFar(run)).some((entry) => entry.event === event && entry.step === step),
    delayMs,
  };
}

const checkpointInWriting = (run: string) => existsSync(join(run, 'checkpoints/.writing'));

/** While a checkpoint is being written. */
function inCheckpoint(run: string): Moment {
  return { hasCome: () => checkpointInWriting(run), delayMs: 0 };
}

/**
 * Runs the command and sends SIGKILL at the moment.
 *
 * @returns whether the kill came before the command's own end
 */
export async function killAt(words: readonly string[], moment: Moment): Promise<boolean> {
  const running = start(words);
  let hasEnded = false;
  const ended = running.result.then(() => {
    hasEnded = true;
  });
  while (!hasEnded && !(await moment.hasCome())) await Bun.sleep(1);
  if (!hasEnded && moment.delayMs > 0) await Promise.race([ended, Bun.sleep(moment.delayMs)]);
  running.kill('SIGKILL');
  const { exitCode, stderr } = await running.result;
  if (exitCode !== 0 && exitCode !== 137) throw new Error(`or1 ${words.join(' ')} ended with ${exitCode}:\n${stderr}`);
  return exitCode === 137;
}

/** Like `killAt` in a checkpoint's writing; true only when the kill left it half-written. */
export async function killInCheckpoint(run: string, words: readonly string[]): Promise<boolean> {
  return (await killAt(words, inCheckpoint(run))) && checkpointInWriting(run);
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
