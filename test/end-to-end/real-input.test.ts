/** Data that others published, where it lies beside the checkout. */
import { describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readRows } from '@or1/data';
import { nodeFiles } from '@or1/data/node';
import { type DumpedSample, type EvaluationSample, listRolloutDumps, type RunSummary, readRolloutDump } from '@or1/trainer';
import { or1, or1Json, ROOT, sets } from './or1.ts';
import { scratchFolder } from './scratch.ts';

const scratch = scratchFolder('real-input');
const countdown = join(ROOT, '../shared/data/countdown');
const [training, held] = [join(countdown, 'train.parquet'), join(countdown, 'test.parquet')];
const size = [
  '--threads',
  '1',
  ...sets('promptsPerStep=8', 'samplesPerPrompt=4', 'steps=2', 'contextLength=48', 'eval.problems=32', 'eval.temperatures=1'),
];

interface CountdownRow {
  readonly nums: readonly (number | bigint)[];
  readonly target: number | bigint;
}

async function promptsOf(path: string): Promise<readonly string[]> {
  const prompts: string[] = [];
  for await (const { row } of readRows(nodeFiles, path)) {
    const { nums, target } = row as unknown as CountdownRow;
    prompts.push(`${nums.join(' ')}=${target}?`);
  }
  return prompts;
}

async function samplesOf(run: string): Promise<readonly DumpedSample[]> {
  const dumps = await Promise.all((await listRolloutDumps(run)).map(({ path }) => readRolloutDump(path)));
  return dumps.flatMap(({ samples }) => samples);
}

async function evaluatedIn(run: string): Promise<readonly EvaluationSample[]> {
  const lines = (await Bun.file(join(run, 'evaluations/step-0-temperature-1.jsonl')).text()).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as EvaluationSample);
}

describe.skipIf(!existsSync(training))('Countdown, from Parquet', () => {
  test('the preset trains on its rows for two steps and evaluates on those held out', async () => {
    const run = join(scratch, 'preset');
    const words = ['train', '--preset', 'nano-countdown', '--data', training, '--eval-data', held, '--json', '--out', run, ...size];
    const { exitCode, stdout, stderr } = await or1(words);
    expect(exitCode).toBe(0);
    const [rows, heldRows] = [await promptsOf(training), await promptsOf(held)];
    expect([rows.length, heldRows.length]).toEqual([10_240, 1024]);
    expect(stderr).toContain(`${training}: 10240 of 10240 rows (read as countdown).`);
    expect(stderr).toContain(`${held}: 1024 of 1024 rows (read as countdown).`);
    expect(JSON.parse(stdout) as RunSummary).toMatchObject({ steps: 2, base: { n: 32 }, final: { n: 32 }, ratio_max_deviation: 0 });

    const samples = await samplesOf(run);
    expect(samples.length).toBe(64);
    for (const { prompt, source } of samples) {
      expect(rows).toContain(prompt);
      expect(source).toMatch(/^countdown\/[34]$/);
    }
    for (const { prompt } of await evaluatedIn(run)) expect(heldRows).toContain(prompt);
  }, 60_000);

  test('a mapping declared in a configuration file; rows that do not fit are counted by reason and shown', async () => {
    const configuration = join(scratch, 'run.yaml');
    const cap = 14;
    await Bun.write(
      configuration,
      [
        'preset: nano-countdown',
        `data: [${held}]`,
        `promptLengthCap: ${cap}`,
        'columns:',
        '  name: spaced',
        '  title: numbers and a target',
        '  requires: [nums, target]',
        '  prompt: { template: "{nums join \' \'}={target}?" }',
        '  groundTruth: { object: { nums: nums, target: target } }',
        '  dataSource: { otherwise: the-numbers-game }',
        '  ability: { otherwise: countdown }',
      ].join('\n'),
    );
    const run = join(scratch, 'declared');
    const { exitCode, stdout, stderr } = await or1(['train', '--config', configuration, '--json', '--out', run, ...size]);
    expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
    // A token a character, and the begin token.
    const tooLong = (await promptsOf(held)).filter((prompt) => prompt.length + 1 > cap).length;
    expect(tooLong).toBeGreaterThan(100);
    expect(stderr).toContain(
      `${held}: ${1024 - tooLong} of 1024 rows (read as spaced); left out: ${tooLong} prompt longer than ${cap} tokens.`,
    );
    expect(stderr).toContain('32 problems of the data are held out for evaluation (no --eval-data was given).');
    const { steps, base } = JSON.parse(stdout) as RunSummary;
    expect({ steps, n: base?.n }).toEqual({ steps: 2, n: 32 });
    const evaluated = new Set((await evaluatedIn(run)).map(({ problem }) => problem));
    expect((await samplesOf(run)).filter(({ problem }) => evaluated.has(problem))).toEqual([]);
  }, 60_000);

  test('eval splits its sources', async () => {
    const problems = (await promptsOf(held)).slice(0, 24).map((prompt) => {
      const [nums, target] = prompt.slice(0, -1).split('=');
      return JSON.stringify({ nums: nums!.split(' ').map(Number), target: Number(target) });
    });
    const data = join(scratch, 'head.jsonl.gz');
    await Bun.write(data, Bun.gzipSync(new TextEncoder().encode(problems.join('\n'))));
    const words = ['eval', '--model', 'nano-C', '--data', data, '--max-tokens', '160', '--out', join(scratch, 'eval')];
    const { tasks } = await or1Json<{ tasks: Record<string, { avg: number; n: number }> }>(words);
    const three = problems.filter((line) => (JSON.parse(line) as { nums: number[] }).nums.length === 3).length;
    expect(tasks).toMatchObject({ 'countdown/3': { n: three }, 'countdown/4': { n: 24 - three } });
    // The search base solves most of the short ones and few of the long ones.
    expect(tasks['countdown/3']!.avg).toBeGreaterThan(tasks['countdown/4']!.avg);
  }, 60_000);
});
