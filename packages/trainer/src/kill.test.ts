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

/** Runs the bandit process; kills it after `killAfterMs` where given. True when it came to its end. */
async function runProcess(folder: string, killAfterMs: number | null): Promise<boolean> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'testing/bandit-process.ts'), folder, '3', '12'], {
    stdout: 'ignore',
    stderr: 'pipe',
  });
  const timer = killAfterMs === null ? null : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  const code = await child.exited;
  if (timer) clearTimeout(timer);
  if (code !== 0 && child.signalCode !== 'SIGKILL') throw new Error(`the run failed: ${await new Response(child.stderr).text()}`);
  return code === 0;
}

test('killed with SIGKILL at random moments and resumed, a run is the same byte for byte', async () => {
  const undisturbed = join(root, 'undisturbed');
  const start = performance.now();
  await runProcess(undisturbed, null);
  const duration = performance.now() - start;
  const expected = await comparableFiles(undisturbed);

  const disturbed = join(root, 'disturbed');
  let kills = 0;
  for (let attempt = 0; ; attempt++) {
    // After many kills the last try runs to its end, so that the test does.
    const moment = attempt < 12 ? duration * (0.2 + 0.6 * Math.random()) : null;
    if (await runProcess(disturbed, moment)) break;
    kills++;
  }
  expect(kills).toBeGreaterThan(0);
  expect(await comparableFiles(disturbed)).toEqual(expected);
}, 60_000);
