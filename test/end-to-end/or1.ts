/** The or1 command in processes of its own, as a user or a script runs it. */
import { join } from 'node:path';

export const ROOT = join(import.meta.dir, '../..');
const MAIN = join(ROOT, 'apps/train/src/main.ts');

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly pid: number;
  readonly result: Promise<CommandResult>;
  readonly kill: (signal: NodeJS.Signals) => void;
}

/** Starts `or1 WORDS`; `prefix` is put before it, for instance a command that changes what the process may see. */
export function start(words: readonly string[], options: { stdin?: string; prefix?: readonly string[] } = {}): RunningCommand {
  const child = Bun.spawn([...(options.prefix ?? []), process.execPath, MAIN, ...words], {
    cwd: ROOT,
    stdin: new Blob([options.stdin ?? '']),
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const result = Promise.all([child.exited, new Response(child.stdout).text(), new Response(child.stderr).text()]).then(
    ([exitCode, stdout, stderr]) => ({ exitCode, stdout, stderr }),
  );
  return { pid: child.pid, result, kill: (signal) => child.kill(signal) };
}

/** Runs `or1 WORDS` to its end. */
export function or1(words: readonly string[], options: Parameters<typeof start>[1] = {}): Promise<CommandResult> {
  return start(words, options).result;
}

/** Runs `or1 WORDS --json`, which must succeed, and gives its one JSON object. */
export async function or1Json<Result extends object>(words: readonly string[]): Promise<Result> {
  const { exitCode, stdout, stderr } = await or1([...words, '--json']);
  if (exitCode !== 0) throw new Error(`or1 ${words.join(' ')} ended with ${exitCode}:\n${stderr}`);
  return JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as Result;
}

/** `--set a=1 --set b=2` for `a=1`, `b=2`. */
export function sets(...assignments: readonly string[]): string[] {
  return assignments.flatMap((assignment) => ['--set', assignment]);
}

/**
 * A run of seconds: 3 steps of 4 x 4 responses, and 16 held-out problems. One thread, because for so little work a second one costs more
 * than it brings.
 */
export const SMALL = [
  '--threads',
  '1',
  ...sets('promptsPerStep=4', 'samplesPerPrompt=4', 'steps=3', 'eval.problems=16', 'eval.temperatures=1'),
];
