/** One small `or1 train`: what it prints, whether its figures are true, what it leaves behind, and what other commands make of it. */
import { beforeAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { openModelFolder } from '@or1/model';
import { directoryFiles } from '@or1/model/node';
import { nanoBase } from '@or1/nano';
import { type DumpedSample, type EvaluationSample, listRolloutDumps, type RunSummary, readRolloutDump } from '@or1/trainer';
import { type CommandResult, or1, or1Json, SMALL, sets } from './or1.ts';
import { runFiles } from './run-files.ts';
import { scratchFolder } from './scratch.ts';

const scratch = scratchFolder('one-run');
const run = join(scratch, 'run');
const checkpoint = join(run, 'checkpoints/step-3');
const isNumber = expect.any(Number) as unknown as number;
const accuracy = { avg: isNumber, k: 1, n: 16, ci95: [isNumber, isNumber] };

let result: CommandResult;
let summary: RunSummary;
let dumps: readonly (readonly DumpedSample[])[] = [];

beforeAll(async () => {
  result = await or1(['train', '--json', '--out', run, ...SMALL, ...sets('eval.temperatures=1,0.6', 'seed=2')]);
  summary = JSON.parse(result.stdout) as RunSummary;
  dumps = await Promise.all((await listRolloutDumps(run)).map(async ({ path }) => (await readRolloutDump(path)).samples));
}, 60_000);

async function samplesOf(step: number, temperature: number): Promise<readonly EvaluationSample[]> {
  const text = await Bun.file(join(run, `evaluations/step-${step}-temperature-${temperature}.jsonl`)).text();
  const lines = text.trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as EvaluationSample);
}

describe('what it prints', () => {
  test('one line of JSON on stdout, with every promised key', () => {
    expect(result.exitCode).toBe(0);
    expect(result.stdout.split('\n')).toEqual([expect.any(String), '']);
    // A copy: Bun writes the matchers into what it compares.
    expect(structuredClone(summary)).toMatchObject({
      run,
      preset: 'nano',
      steps: 3,
      wall_s: isNumber,
      tokens: { generated: isNumber, trained: isNumber, prompt: isNumber },
      base: accuracy,
      final: accuracy,
      entropy: { first: isNumber, last: isNumber, min: isNumber },
      ratio_max_deviation: 0,
      rejected_share: isNumber,
      rates: { generate_tok_s: isNumber, train_tok_s: isNumber, step_s: isNumber },
      peak_memory_bytes: isNumber,
      infrastructure_errors: 0,
    });
  });

  test('progress, the outcome in one sentence and three samples before and after on stderr', () => {
    for (const step of [1, 2, 3]) expect(result.stderr).toContain(`step ${step}/3  accuracy`);
    expect(result.stderr).toMatch(
      /^In 3 steps, held-out accuracy at temperature 1 (rose|fell|stayed) from .* \(95 % interval .* held-out problems\./m,
    );
    expect(result.stderr.match(/^ {2}before: /gm)?.length).toBe(3);
    expect(result.stderr.match(/^ {2}after: /gm)?.length).toBe(3);
    expect(result.stderr).toContain(join(run, 'report.html'));
  });
});

describe('its figures are what the files say', () => {
  const tokensOf = (samples: readonly DumpedSample[]) => samples.reduce((sum, { tokens }) => sum + tokens.byteLength / 4, 0);

  test('tokens and the share of rejected groups, from the rollout dumps', () => {
    const all = dumps.flat();
    expect(dumps.map((samples) => samples.length)).toEqual([16, 16, 16]);
    expect(summary.tokens.generated).toBe(tokensOf(all));
    expect(summary.tokens.trained).toBe(tokensOf(all.filter(({ kept }) => kept)));
    const rejected = dumps.map((samples) => {
      const groups = Map.groupBy(samples, ({ problem }) => problem);
      return [...groups.values()].filter((group) => new Set(group.map(({ reward }) => reward)).size === 1).length / groups.size;
    });
    expect(summary.rejected_share).toBeCloseTo(rejected.reduce((sum, share) => sum + share, 0) / 3, 12);
  });

  test('base and final accuracy, from the samples of the evaluations', async () => {
    for (const [step, score] of [
      [0, summary.base!],
      [3, summary.final!],
    ] as const) {
      const samples = await samplesOf(step, 1);
      expect(new Set(samples.map(({ problem }) => problem)).size).toBe(16);
      expect(score.avg).toBe(samples.filter(({ verdict }) => verdict === 'correct').length / 16);
      expect(score.ci95[0]).toBeLessThan(score.avg);
      expect(score.ci95[1]).toBeGreaterThan(score.avg);
    }
  });

  test('entropy, from the entropies of the kept rollouts', () => {
    const entropies = dumps.flatMap((samples) => {
      const kept = samples.filter((sample) => sample.kept);
      if (kept.length === 0) return [];
      const values = kept.flatMap((sample) => [...new Float32Array(sample.entropies.slice().buffer)]);
      return [values.reduce((sum, value) => sum + value, 0) / values.length];
    });
    expect(entropies.length).toBeGreaterThan(0);
    expect(summary.entropy!.first).toBeCloseTo(entropies[0]!, 9);
    expect(summary.entropy!.last).toBeCloseTo(entropies.at(-1)!, 9);
    expect(summary.entropy!.min).toBeCloseTo(Math.min(...entropies), 9);
  });

  test('truncated responses earned 0, and no verdict was asked for them', () => {
    const truncated = dumps.flat().filter(({ finish }) => finish === 'length');
    expect(truncated.length).toBeGreaterThan(0);
    for (const sample of truncated)
      expect(sample).toMatchObject({ reward: 0, verdict: 'incorrect', evidence: 'cut off at the context length' });
  });
});

describe('the checkpoint is a model folder', () => {
  test('it opens, with the tokenizer and the generation defaults of the base, and trained f32 weights', async () => {
    const base = await openModelFolder(directoryFiles(Bun.fileURLToPath(nanoBase('nano-E'))));
    const trained = await openModelFolder(directoryFiles(checkpoint));
    expect({ ...trained.config, storage: base.config.storage }).toEqual(base.config);
    expect(trained.config.storage).toBe('f32');
    expect(trained.generation).toEqual(base.generation);
    expect(trained.generation.suppressTokens).toEqual([57, 58]);
    const text = '<44+19=63;>[63]';
    expect([...trained.tokenizer!.encode(text, { addSpecialTokens: true })]).toEqual([
      ...base.tokenizer!.encode(text, { addSpecialTokens: true }),
    ]);
    expect(trained.tensors.names).toEqual(base.tensors.names);
    for (const name of trained.tensors.names) {
      const [before, after] = [await base.tensors.read(name), await trained.tensors.read(name)];
      const moved = after.reduce((most, value, index) => Math.max(most, Math.abs(value - before[index]!)), 0);
      // Three updates of AdamW at 1e-4 move a weight by little more than 3e-4, and every tensor by something.
      expect(moved).toBeGreaterThan(0);
      expect(moved).toBeLessThan(1e-3);
    }
  });

  test('sample and eval take it', async () => {
    const { samples } = await or1Json<{ samples: { text: string }[] }>([
      'sample',
      '--model',
      checkpoint,
      '--prompt',
      '12+30?',
      '--max-tokens',
      '8',
    ]);
    expect(samples[0]!.text.length).toBeGreaterThan(0);
  });
});

describe('the run folder afterwards', () => {
  test('is not overwritten', async () => {
    const before = await runFiles(run);
    const again = await or1(['train', '--out', run, ...SMALL]);
    expect(again.exitCode).toBe(2);
    expect(again.stderr).toBe(`or1: ${run}: exists already; go on with --resume ${run}, or choose another folder with --out\n`);
    expect(await runFiles(run)).toEqual(before);
  });

  test('a resume of the finished run adds nothing and tells the same', async () => {
    const before = await runFiles(run);
    const { report: _, wall_s, ...rest } = await or1Json<RunSummary & { report: string }>(['train', '--resume', run]);
    expect(await runFiles(run)).toEqual(before);
    expect(rest).toEqual(JSON.parse(JSON.stringify({ ...summary, report: undefined, wall_s: undefined })));
    expect(wall_s).toBe(summary.wall_s);
  });

  test.each([
    ['html', ['report.html']],
    ['csv', ['exports/steps.csv', 'exports/evaluations.csv']],
    ['jsonl', ['exports/steps.jsonl', 'exports/evaluations.jsonl', 'exports/rollouts.jsonl']],
  ] as const)('report --format %s', async (format, files) => {
    const report = await or1Json<{ run: string; files: string[] }>(['report', run, '--format', format]);
    expect(report).toEqual({ run, files: files.map((file) => join(run, file)) });
    for (const file of report.files) expect(Bun.file(file).size).toBeGreaterThan(0);
  });

  test('report --format tensorboard', async () => {
    const report = await or1Json<{ run: string; files: string[] }>([
      'report',
      run,
      '--format',
      'tensorboard',
      '--out',
      join(scratch, 'board'),
    ]);
    expect(report.run).toBe(run);
    expect(report.files.map((file) => file.startsWith(join(scratch, 'board/events.out.tfevents.')))).toEqual([true]);
  });
});
