/** One configuration and one seed give one run, whatever the threads; another seed gives another. */
import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { or1Json, SMALL, sets } from '../end-to-end/or1.ts';
import { filesOfTheEnd, type RunFiles, runFiles } from '../end-to-end/run-files.ts';
import { scratchFolder } from '../end-to-end/scratch.ts';

const scratch = scratchFolder('determinism');

async function files(name: string, ...words: readonly string[]): Promise<RunFiles> {
  const run = join(scratch, name);
  await or1Json(['train', '--out', run, ...SMALL, ...sets('steps=2', 'eval.problems=8'), ...words]);
  return runFiles(run);
}

/** The problems of a run's first evaluation. */
async function problems(name: string): Promise<readonly string[]> {
  const text = await Bun.file(join(scratch, name, 'evaluations/step-0-temperature-1.jsonl')).text();
  const lines = text.trimEnd().split('\n');
  return lines.map((line) => (JSON.parse(line) as { prompt: string }).prompt);
}

test('two runs of one seed are equal byte for byte, at 1 and at 2 threads; another seed gives another run', async () => {
  const first = await files('first', '--seed', '3', '--threads', '2');
  expect(Object.keys(first)).toEqual(expect.arrayContaining(filesOfTheEnd(2)));
  expect(await files('second', '--seed', '3', '--threads', '2')).toEqual(first);
  expect(await files('one-thread', '--seed', '3', '--threads', '1')).toEqual(first);

  const other = await files('other', '--seed', '4');
  const differing = Object.keys(first).filter((name) => first[name] !== other[name]);
  expect(differing).toEqual(expect.arrayContaining(filesOfTheEnd(2)));
  // Every run is evaluated on the same problems, so that accuracies can be compared.
  expect(await problems('other')).toEqual(await problems('first'));
}, 60_000);
