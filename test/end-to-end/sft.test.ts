/** `or1 sft` on demonstrations of one's own: its JSON, its resume, and the folder that it leaves. */
import { beforeAll, expect, test } from 'bun:test';
import { join } from 'node:path';
import { corpusSample, mixedCorpus } from '@or1/nano';
import { or1, or1Json, sets } from './or1.ts';
import { type RunFiles, runFiles } from './run-files.ts';
import { scratchFolder } from './scratch.ts';
import { afterEvent, killAt, signalAt } from './signals.ts';

const scratch = scratchFolder('sft');
const data = join(scratch, 'demonstrations.jsonl');
const run = join(scratch, 'run');
const words = (out: string, ...more: readonly string[]) => [
  ...['sft', '--model', 'nano-E', '--data', data, '--threads', '1', '--out', out, ...more],
  ...sets('steps=5', 'samplesPerStep=12', 'tokenCap=160', 'learningRate=1e-3', 'warmupSteps=1', 'checkpointEvery=1', 'keepCheckpoints=1'),
];

let expected: RunFiles;
let stdout = '';
let stderr = '';

beforeAll(async () => {
  const samples = Array.from({ length: 30 }, (_, index) => corpusSample(mixedCorpus, 7, index));
  const rows = samples.map(({ prompt, response }) => JSON.stringify({ prompt, response }));
  await Bun.write(data, [...rows, JSON.stringify({ prompt: 'Straße?', response: '1' })].join('\n'));
  const result = await or1(words(run, '--json'));
  expect(result.exitCode).toBe(0);
  ({ stdout, stderr } = result);
  expected = await runFiles(run);
}, 60_000);

test('one line of JSON with every promised key; words and left-out rows on stderr', async () => {
  expect(stdout.split('\n')).toEqual([expect.any(String), '']);
  const summary = JSON.parse(stdout) as { loss: { first: number; last: number }; tokens: number; wall_s: number };
  expect(summary).toMatchObject({ run, steps: 5 });
  const events = (await Bun.file(join(run, 'events.jsonl')).text())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const steps = events.filter(({ event }) => event === 'sft-step-end') as { loss: number; tokens: number; learning_rate: number }[];
  expect(summary.loss).toEqual({ first: steps[0]!.loss, last: steps[4]!.loss });
  expect(summary.tokens).toBe(steps.reduce((sum, { tokens }) => sum + tokens, 0));
  expect(summary.wall_s).toBeGreaterThan(0);
  // 12 of 30 samples a step: 5 steps show each twice.
  expect(summary.tokens).toBeGreaterThan(5 * 12 * 20);
  // One step of warm-up, then half a cosine.
  const cosine = [0, 1, 2, 3].map((step) => 1e-3 * 0.5 * (1 + Math.cos((Math.PI * step) / 4)));
  expect(steps.map(({ learning_rate }) => learning_rate)).toEqual([1e-3, ...cosine].map((rate) => expect.closeTo(rate, 12)));
  expect(stderr).toContain(`${data}: 30 of 31 rows`);
  expect(stderr).toContain('1 the tokenizer has no token for "S"');
});

test('killed, interrupted and resumed, at another number of threads, it is the same byte for byte', async () => {
  const killed = join(scratch, 'killed');
  expect(await killAt(words(killed, '--threads', '2'), afterEvent(killed, 'sft-step-end', 2, Math.random() * 100))).toBe(true);
  const interrupted = await signalAt(['sft', '--json', '--resume', killed], afterEvent(killed, 'sft-step-end', 3), ['SIGINT']);
  expect(interrupted).toMatchObject({ exitCode: 130, stdout: '' });
  await or1Json(['sft', '--resume', killed, '--threads', '1']);
  expect(await runFiles(killed)).toEqual(expected);
  expect(Object.keys(expected)).toContain('checkpoints/step-5/trainer/optimizer.safetensors');
}, 60_000);

test('another seed shows the samples in another order', async () => {
  const other = join(scratch, 'other');
  await or1Json(words(other, '--seed', '2'));
  const weights = 'checkpoints/step-5/model.safetensors';
  expect((await runFiles(other))[weights]).not.toBe(expected[weights]);
});

test('eval, report and train take what it leaves; train does not take its run for one of its own', async () => {
  const problems = join(scratch, 'problems.jsonl');
  await Bun.write(problems, '{"nums":[44,19,35],"target":98}\n');
  const model = join(run, 'checkpoints/step-5');
  const { tasks } = await or1Json<{ tasks: object }>([
    'eval',
    '--model',
    model,
    '--data',
    problems,
    '--k',
    '2',
    '--out',
    join(scratch, 'eval'),
  ]);
  expect(tasks).toMatchObject({ 'countdown/3': { n: 1, k: 2 } });
  expect(await or1Json<{ run: string; files: string[] }>(['report', run])).toEqual({ run, files: [join(run, 'report.html')] });
  const small = ['--threads', '1', ...sets('steps=1', 'promptsPerStep=2', 'samplesPerPrompt=2', 'eval.problems=0')];
  const { steps } = await or1Json<{ steps: number }>(['train', '--model', model, '--out', join(scratch, 'rl'), ...small]);
  expect(steps).toBe(1);

  const wrong = await or1(['train', '--resume', run]);
  expect(wrong).toMatchObject({ exitCode: 2, stderr: `or1: ${run}: is a supervised run; go on with it by or1 sft --resume ${run}\n` });
}, 60_000);
