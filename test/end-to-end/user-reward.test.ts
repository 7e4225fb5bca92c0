/** A reward file of one's own that fails: what it could not judge is counted, shown and left out, and never a reward of 0. */
import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { openModelFolder, openTensorFile } from '@or1/model';
import { directoryFiles } from '@or1/model/node';
import { nanoBase } from '@or1/nano';
import { type DumpedSample, type EventOf, listRolloutDumps, type RunSummary, readEvents, readRolloutDump } from '@or1/trainer';
import { or1, SMALL, sets } from './or1.ts';
import { scratchFolder } from './scratch.ts';

const scratch = scratchFolder('reward');
const rewardFile = (name: string) => Bun.fileURLToPath(new URL(`./rewards/${name}.ts`, import.meta.url));

async function dumpsOf(run: string): Promise<readonly DumpedSample[]> {
  const dumps = await Promise.all((await listRolloutDumps(run)).map(({ path }) => readRolloutDump(path)));
  return dumps.flatMap(({ samples }) => samples);
}

const isFaulty = ({ prompt }: { prompt: string }) => prompt.startsWith('gcd');
const isLost = (sample: { prompt: string; response: string; finish: string }) =>
  !isFaulty(sample) && sample.finish === 'stop' && sample.response.length % 8 <= 2;

test('a reward that throws, never answers or returns NaN costs those samples and no more', async () => {
  const run = join(scratch, 'unreliable');
  const size = sets('problems=arithmetic', 'promptsPerStep=8', 'samplesPerPrompt=6', 'steps=2');
  const { exitCode, stdout, stderr } = await or1([
    'train',
    '--json',
    '--out',
    run,
    '--reward',
    rewardFile('unreliable'),
    ...SMALL,
    ...size,
  ]);
  expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
  const summary = JSON.parse(stdout) as RunSummary;
  const events = await readEvents(run);
  const samples = await dumpsOf(run);

  const lost = samples.filter(isLost);
  const kinds = [
    'the reward threw: Error: the judge is away',
    'the reward gave no verdict within 40 ms',
    'the reward returned NaN; return a finite number',
  ];
  expect(new Set(lost.map(({ evidence }) => evidence))).toEqual(new Set(kinds));
  for (const sample of lost) expect(sample).toMatchObject({ verdict: 'infrastructure-error', reward: null, advantage: null, kept: false });

  // Everything else was judged as if nothing had happened.
  for (const sample of samples.filter((candidate) => !isLost(candidate) && !isFaulty(candidate))) {
    expect(['correct', 'incorrect']).toContain(sample.verdict);
    expect(sample.reward).toBe(sample.verdict === 'correct' ? 1 : 0);
  }

  const failures = events.filter((event): event is EventOf<'infrastructure-error'> => event.event === 'infrastructure-error');
  const inTraining = failures.filter(({ phase }) => phase === 'training');
  expect(inTraining.map(({ problem, sample, evidence }) => `${problem} ${sample} ${evidence}`).sort()).toEqual(
    lost.map(({ problem, sample, evidence }) => `${problem} ${sample} ${evidence}`).sort(),
  );
  for (const { attempts } of failures) expect(attempts).toBe(2);
  expect(failures.length).toBeGreaterThan(inTraining.length);
  expect(summary.infrastructure_errors).toBe(failures.length);
  expect(stderr.match(/^A verifier failed on .*, 2 times; the sample is dropped: the reward /gm)?.length).toBe(failures.length);

  // Evaluations leave out what could not be judged; they do not count it as wrong.
  for (const event of events.filter((entry): entry is EventOf<'evaluation-end'> => entry.event === 'evaluation-end')) {
    const [result] = event.results;
    const file = (await Bun.file(join(run, result!.samples)).text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(result).toMatchObject({ dropped_samples: file.filter(isLost).length, unverifiable_problems: file.filter(isFaulty).length });
    expect(result!.n).toBe(16 - result!.dropped_samples - result!.unverifiable_problems);
  }

  // The run went on and learnt from the rest.
  expect(summary).toMatchObject({ steps: 2, finished: true, skipped_steps: 0, ratio_max_deviation: 0 });
  const trained = samples.filter(({ kept }) => kept).reduce((sum, { tokens }) => sum + tokens.byteLength / 4, 0);
  expect(summary.tokens.trained).toBe(trained);

  // A faulty record is named once, asked about once, and takes its whole group with it.
  const faulty = samples.filter(isFaulty);
  expect(faulty.length).toBeGreaterThan(0);
  for (const sample of faulty) expect(sample).toMatchObject({ advantage: null, kept: false });
  const named = events.filter((event): event is EventOf<'record-unverifiable'> => event.event === 'record-unverifiable');
  expect(
    named
      .filter(({ phase }) => phase === 'training')
      .map(({ problem }) => problem)
      .sort(),
  ).toEqual([...new Set(faulty.map(({ problem }) => problem))].sort());
}, 60_000);

test('a reward that is never there: an evaluation says so, training learns nothing', async () => {
  const run = join(scratch, 'absent');
  const words = ['train', '--json', '--reward', rewardFile('absent'), ...SMALL, ...sets('steps=1', 'judgeTruncated=true')];
  const evaluated = await or1([...words, '--out', run]);
  expect(evaluated.exitCode).toBe(1);
  expect(evaluated.stderr).toMatch(
    /^or1: evaluation: none of 16 problems could be judged; .*: the reward threw: Error: connection refused$/m,
  );

  const blind = await or1([...words, '--out', join(scratch, 'blind'), ...sets('eval.problems=0')]);
  expect(blind.exitCode).toBe(0);
  const samples = await dumpsOf(join(scratch, 'blind'));
  expect(samples.some(({ kept }) => kept)).toBe(false);
  expect(JSON.parse(blind.stdout)).toMatchObject({
    infrastructure_errors: samples.length,
    skipped_steps: 1,
    tokens: { trained: 0 },
    base: null,
    final: null,
  });
}, 60_000);

test('a gradient that is not finite: the step is skipped and told, the weights stay, the next step trains', async () => {
  const run = join(scratch, 'immense');
  const assignments = sets('eval.problems=0', 'steps=2', 'checkpointEvery=1', 'advantage.normalize=false');
  const { exitCode, stdout, stderr } = await or1([
    'train',
    '--json',
    '--out',
    run,
    '--reward',
    rewardFile('immense'),
    ...SMALL,
    ...assignments,
  ]);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ steps: 2, skipped_steps: 1, finished: true });
  expect(stderr).toMatch(/^Step 1 took no update \(non-finite-gradient\): 1 of 1 optimizer steps refused: /m);

  const events = await readEvents(run);
  const skipped = events.filter(({ event }) => event === 'step-skipped');
  expect(skipped).toMatchObject([{ step: 1, reason: 'non-finite-gradient' }]);
  const ends = events.filter((event): event is EventOf<'step-end'> => event.event === 'step-end');
  expect(ends.map(({ trained }) => trained)).toEqual([false, true]);
  expect(ends[1]!.metrics['gradient/norm']).toBeGreaterThan(0);

  const base = await openModelFolder(directoryFiles(Bun.fileURLToPath(nanoBase('nano-E'))));
  const isBase = async (step: number) => {
    const { tensors } = await openModelFolder(directoryFiles(join(run, `checkpoints/step-${step}`)));
    const same = await Promise.all(
      tensors.names.map(async (name) => {
        const [expected, actual] = await Promise.all([base.tensors.read(name), tensors.read(name)]);
        return actual.every((value, index) => value === expected[index]);
      }),
    );
    return same.every(Boolean);
  };
  expect(await isBase(1)).toBe(true);
  expect(await isBase(2)).toBe(false);
  const moments = await openTensorFile(directoryFiles(join(run, 'checkpoints/step-1/trainer')), 'optimizer.safetensors');
  expect((await moments.read('first.model.norm.weight')).every((value) => value === 0)).toBe(true);
}, 60_000);
