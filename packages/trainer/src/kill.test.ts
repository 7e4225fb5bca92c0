import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { comparableFiles } from './testing/run-files.ts';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'or1-kill-'));
});
afterAll(() => rm(root, { recursive: true }));

async function countLines(path: string): Promise<number> {
  const file = Bun.file(path);
  return (await file.exists()) ? (await file.text()).split('\n').length - 1 : 0;
}

/**
 * Runs the bandit process. With `eventsUntilKill` it is killed a random few milliseconds after it has logged that many more events,
 * however fast the machine is. True when it came to its end.
 */
async function runProcess(folder: string, eventsUntilKill: number | null): Promise<boolean> {
  const command = [process.execPath, join(import.meta.dir, 'testing/bandit-process.ts'), folder, '2', '12'];
  const child = Bun.spawn(command, { stdout: 'ignore', stderr: 'pipe' });
  if (eventsUntilKill !== null) {
    const wanted = (await countLines(`${folder}/events.jsonl`)) + eventsUntilKill;
    while (child.exitCode === null && (await countLines(`${folder}/events.jsonl`)) < wanted) await Bun.sleep(1);
    await Bun.sleep(25 * Math.random());
    child.kill('SIGKILL');
  }
  const code = await child.exited;
  if (code !== 0 && child.signalCode !== 'SIGKILL') throw new Error(`the run failed: ${await new Response(child.stderr).text()}`);
  return code === 0;
}

test('killed with SIGKILL at random moments and resumed, a run is the same byte for byte', async () => {
  const undisturbed = join(root, 'undisturbed');
  expect(await runProcess(undisturbed, null)).toBe(true);
  const expected = await comparableFiles(undisturbed);

  const disturbed = join(root, 'disturbed');
  let kills = 0;
  // A resume may void more events than the next kill lets it log again, so the tries are bounded; the last one runs to its end.
  for (let attempt = 0; attempt < 8; attempt++) {
    if (await runProcess(disturbed, 1 + Math.floor(6 * Math.random()))) break;
    kills++;
  }
  await runProcess(disturbed, null);
  expect(kills).toBeGreaterThan(0);
  expect(await comparableFiles(disturbed)).toEqual(expected);
}, 60_000);
