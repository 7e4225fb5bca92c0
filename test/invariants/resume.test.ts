/** Resume = no resume: a run that was killed and resumed ends in the same bytes as one that was not. */
import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { writeCountdownFile } from '../end-to-end/countdown-file.ts';
import { or1Json, sets } from '../end-to-end/or1.ts';
import { eventsSoFar, filesOfTheEnd, runFiles } from '../end-to-end/run-files.ts';
import { scratchFolder } from '../end-to-end/scratch.ts';
import { killAtRandom } from '../end-to-end/signals.ts';

const scratch = scratchFolder('resume');

test('6 steps over a file, killed at a random moment and resumed, are the same byte for byte', async () => {
  const data = await writeCountdownFile(join(scratch, 'problems.jsonl'), 14);
  const words = (run: string) => [
    ...['train', '--preset', 'nano-countdown', '--data', data, '--seed', '2', '--threads', '1', '--out', run],
    ...sets(
      'promptsPerStep=6',
      'samplesPerPrompt=2',
      'eval.problems=4',
      'eval.temperatures=1',
      'evalEvery=2',
      'checkpointEvery=1',
      'keepCheckpoints=1',
    ),
    ...sets('stages=[{"steps":5,"contextLength":48},{"steps":1,"contextLength":64}]', 'stageFilter=any', 'entropy.target=1'),
  ];
  const undisturbed = join(scratch, 'undisturbed');
  await or1Json(words(undisturbed));
  const expected = await runFiles(undisturbed);
  expect(Object.keys(expected)).toEqual(expect.arrayContaining(filesOfTheEnd(6)));

  const events = await eventsSoFar(undisturbed);
  const second = events.find(({ event, stage }) => event === 'stage-start' && stage === 1);
  // The stage boundary has left solved prompts out, so a resume must know them.
  expect(second?.filtered_prompts).toBeGreaterThan(0);

  // The entropy coefficient moves, so a resume must know it.
  const { metrics } = events.findLast(({ event }) => event === 'step-end') as { metrics: Record<string, number> };
  expect(metrics['entropy/coefficient']).toBeGreaterThan(0);

  const killed = join(scratch, 'killed');
  // After solved prompts were seen and before the boundary: all that a checkpoint holds is needed once more.
  const first = 1 + events.findIndex(({ event, step }) => event === 'checkpoint-written' && step === 3);
  const last = 1 + events.findIndex(({ event, step }) => event === 'step-end' && step === 4);
  const moment = await killAtRandom(killed, words(killed), first, last);
  await or1Json(['train', '--resume', killed]);
  expect(await runFiles(killed), moment).toEqual(expected);
}, 60_000);
