/** Resume = no resume at every kind of moment: 20 steps = 10 + SIGKILL + resume, byte for byte. */
import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { writeCountdownFile } from '../end-to-end/countdown-file.ts';
import { or1Json, sets } from '../end-to-end/or1.ts';
import { eventsSoFar, filesOfTheEnd, type RunFiles, runFiles } from '../end-to-end/run-files.ts';
import { scratchFolder } from '../end-to-end/scratch.ts';
import { afterEvent, killAt, killAtRandom, killInCheckpoint } from '../end-to-end/signals.ts';

const scratch = scratchFolder('resume');

const COMMON = sets(
  ...['promptsPerStep=4', 'samplesPerPrompt=4', 'eval.problems=8', 'evalEvery=5', 'checkpointEvery=4', 'entropy.target=0.3'],
  'stages=[{"steps":10,"contextLength":32},{"steps":10,"contextLength":48,"miniBatches":2}]',
);

/** What differs between the two: where problems come from, and every option that keeps a state of its own. */
const SETTINGS: Readonly<Record<string, () => Promise<readonly string[]>>> = {
  'generated problems, on-policy, then two mini-batches': async () => ['--preset', 'nano', ...COMMON],
  'problems of a file, reuse, the released controller, a reference policy, warm-up': async () => [
    ...['--preset', 'nano-countdown', '--data', await writeCountdownFile(join(scratch, 'problems.jsonl'), 30), ...COMMON],
    ...sets('reuse=2', 'entropy.mode=adaptive-released', 'kl.beta=0.01', 'warmupSteps=12', 'stageFilter=any', 'samplesPerPrompt=2'),
  ],
};

describe.skipIf(!process.env.OR1_SLOW).each(Object.entries(SETTINGS))('%s', (name, settings) => {
  const folder = join(scratch, name.slice(0, 9).replaceAll(' ', '-'));
  const words = async (run: string) => ['train', '--out', run, ...(await settings())];
  let expected: RunFiles = {};
  let events = 0;

  const resume = (run: string, ...more: readonly string[]) => or1Json<{ sessions: number }>(['train', '--resume', run, ...more]);

  test('a run that nothing disturbs', async () => {
    const run = join(folder, 'undisturbed');
    await or1Json(await words(run));
    expected = await runFiles(run);
    events = (await eventsSoFar(run)).length;
    expect(Object.keys(expected)).toEqual(expect.arrayContaining(filesOfTheEnd(20)));
  });

  test.each([1, 2, 3])('killed after step 10, at a random moment, and resumed (%i)', async (repetition) => {
    const run = join(folder, `middle-${repetition}`);
    const delayMs = Math.random() * 400;
    const killed = await killAt(await words(run), afterEvent(run, 'step-end', 10, delayMs));
    expect(killed).toBe(true);
    // The number of threads, another one or not, changes nothing.
    await resume(run, '--threads', String(1 + (repetition % 2)));
    expect(await runFiles(run), `${delayMs} ms after step 10`).toEqual(expected);
  });

  test('killed anywhere and resumed', async () => {
    const run = join(folder, 'anywhere');
    const moment = await killAtRandom(run, await words(run), 1, events - 4);
    await resume(run);
    expect(await runFiles(run), moment).toEqual(expected);
  });

  test('killed in every kind of work, one after the other, and resumed', async () => {
    const run = join(folder, 'chain');
    const again = ['train', '--resume', run];
    expect(await killAt(await words(run), afterEvent(run, 'run-start', undefined, 5))).toBe(true); // In the evaluation of the base.
    expect(await killAt(again, afterEvent(run, 'step-end', 5, 5))).toBe(true); // In an evaluation between.
    let inCheckpoint = 0;
    for (let attempt = 0; attempt < 3; attempt++) if (await killInCheckpoint(run, again)) inCheckpoint++;
    expect(inCheckpoint).toBeGreaterThan(0);
    expect(await killAt(again, afterEvent(run, 'step-end', 20, 5))).toBe(true); // In the last evaluation.
    expect(await killAt(again, afterEvent(run, 'checkpoint-written', 20, 0))).toBe(true); // Before the end is told, or the page written.
    await resume(run);
    expect(await runFiles(run)).toEqual(expected);
  });
});
