/** Ctrl-C and SIGTERM: the run ends in order with exit code 130 and a checkpoint, and a resume finishes it as if nothing had happened. */
import { expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type CommandResult, or1Json, SMALL, sets } from './or1.ts';
import { filesOfTheEnd, runFiles } from './run-files.ts';
import { scratchFolder } from './scratch.ts';
import { afterEvent, signalAt } from './signals.ts';

const scratch = scratchFolder('interrupt');

function expectInterrupted({ exitCode, stdout, stderr }: CommandResult, run: string): void {
  expect({ exitCode, stdout }).toEqual({ exitCode: 130, stdout: '' });
  expect(stderr).toContain('Interrupted: finishing what is at hand and writing a checkpoint; once more ends at once.\n');
  expect(stderr).toContain(`or1 train --resume ${run}`);
  expect(existsSync(join(run, 'lock'))).toBe(false);
}

test('interrupted in the evaluation, in a step and at the end, then finished, a run is the same byte for byte', async () => {
  const words = (run: string) => [
    'train',
    '--out',
    run,
    ...SMALL,
    ...sets('steps=6', 'checkpointEvery=4', 'evalEvery=5', 'keepCheckpoints=1'),
  ];
  const undisturbed = join(scratch, 'undisturbed');
  await or1Json(words(undisturbed));
  const expected = await runFiles(undisturbed);
  expect(Object.keys(expected)).toEqual(expect.arrayContaining(filesOfTheEnd(6)));

  const run = join(scratch, 'interrupted');
  const resume = ['train', '--threads', '1', '--resume', run];
  expectInterrupted(await signalAt([...words(run), '--json'], afterEvent(run, 'run-start', undefined), ['SIGINT']), run);
  expect(await readdir(join(run, 'checkpoints'))).toEqual(['step-0']);
  expectInterrupted(await signalAt([...resume, '--json'], afterEvent(run, 'step-end', 2), ['SIGTERM']), run);
  const [checkpoint] = (await readdir(join(run, 'checkpoints'))).filter((name) => name !== 'step-0');
  expect(checkpoint).toMatch(/^step-[2-5]$/);
  // A second signal ends the process at once, with or without a checkpoint of its own.
  const twice = await signalAt([...resume, '--json'], afterEvent(run, 'step-end', 5), ['SIGINT', 'SIGINT']);
  expect(twice.exitCode).toBe(130);
  const { steps, sessions } = await or1Json<{ steps: number; sessions: number }>(resume);
  expect({ steps, sessions }).toEqual({ steps: 6, sessions: 4 });
  expect(await runFiles(run)).toEqual(expected);
}, 60_000);
