import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEvents } from '../run-folder/event-log.ts';
import { listRolloutDumps, readRolloutDump } from '../run-folder/rollout-dumps.ts';
import { createRunFolder } from '../run-folder/run-folder.ts';
import { createBanditRun } from '../testing/bandit-run.ts';
import { train } from '../train.ts';
import { scalarsToCsv } from './csv.ts';
import { exportRun } from './export-run.ts';
import { eventsNamed, summarizeRun } from './run-summary.ts';
import { crc32c, scalarsToTensorBoard } from './tensorboard.ts';

let runFolder = '';
beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), 'or1-readers-'));
  runFolder = join(root, 'run');
  const { configuration, parts } = createBanditRun();
  await createRunFolder(runFolder, configuration);
  await train({ runFolder, configuration, parts });
});
afterAll(() => rm(join(runFolder, '..'), { recursive: true }));

describe('summary', () => {
  test('adds up what the events and the dumps say', async () => {
    const events = await readEvents(runFolder);
    const summary = summarizeRun(events, runFolder);
    const dumps = await Promise.all((await listRolloutDumps(runFolder)).map(({ path }) => readRolloutDump(path)));
    const samples = dumps.flatMap((dump) => dump.samples);
    const tokens = (list: typeof samples) => list.reduce((sum, sample) => sum + sample.tokens.byteLength / 4, 0);
    expect(summary).toMatchObject({ run: runFolder, preset: 'nano', steps: 4, infrastructure_errors: 0, finished: true, sessions: 1 });
    expect(summary.tokens.generated).toBe(tokens(samples));
    expect(summary.tokens.trained).toBe(tokens(samples.filter((sample) => sample.kept)));
    expect(summary.ratio_max_deviation).toBe(0);
    const [base, , final] = eventsNamed(events, 'evaluation-end');
    expect(summary.base!.avg).toBe(base!.results[0]!.avg);
    expect(summary.final!.avg).toBe(final!.results[0]!.avg);
    expect(summary.evaluations.map(({ step, temperature }) => [step, temperature])).toEqual(
      [0, 2, 4].flatMap((step) => [
        [step, 1],
        [step, 0.6],
      ]),
    );
    expect(summary.wall_s).toBe(events.at(-1)!.clock.elapsed_ms / 1000);
    const groups = dumps.map((dump) => Map.groupBy(dump.samples, ({ problem }) => problem));
    const rejected = groups.map((byProblem) => [...byProblem.values()].filter((group) => !group[0]!.kept).length / byProblem.size);
    expect(summary.rejected_share).toBeCloseTo(rejected.reduce((a, b) => a + b, 0) / rejected.length, 12);
  });

  test('of a run without evaluations has nulls in their place', async () => {
    const events = (await readEvents(runFolder)).filter(({ event }) => event !== 'evaluation-end');
    expect(summarizeRun(events, 'r')).toMatchObject({ base: null, final: null, evaluations: [] });
  });
});

describe('exports', () => {
  test('CSV has one line a step and one column a curve', async () => {
    const [steps] = await exportRun(runFolder, 'csv', join(runFolder, 'exports'));
    const lines = (await Bun.file(steps!).text()).trimEnd().split('\n');
    expect(lines).toHaveLength(5);
    const column = lines[0]!.split(',').indexOf('accuracy');
    const events = eventsNamed(await readEvents(runFolder), 'step-end');
    expect(lines.slice(1).map((line) => Number(line.split(',')[column]))).toEqual(events.map(({ metrics }) => metrics.accuracy!));
  });

  test('CSV leaves absent values empty and quotes what needs it', () => {
    const rows = [
      { step: 1, timeMs: 0, values: { a: 1 } },
      { step: 2, timeMs: 0, values: { 'b,"c"': 2 } },
    ];
    expect(scalarsToCsv(rows)).toBe('step,a,"b,""c"""\n1,1,\n2,,2\n');
  });

  test('JSON lines carry steps, evaluations and every sample with its numbers', async () => {
    const files = await exportRun(runFolder, 'jsonl', join(runFolder, 'exports'));
    expect(files.map((file) => file.split('/').at(-1))).toEqual(['steps.jsonl', 'evaluations.jsonl', 'rollouts.jsonl']);
    const rollouts = (await Bun.file(files[2]!).text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rollouts).toHaveLength(4 * 4 * 8);
    const [first] = rollouts;
    expect(first.tokens).toHaveLength(first.log_probabilities.length);
    expect(first.log_probabilities.every((value: number) => value <= 0)).toBe(true);
  });

  test('CRC-32C has its published check value', () => {
    expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
  });

  test('the event file is byte for byte what TensorBoard 2.21 was seen to read as these scalars', () => {
    const rows = [
      { step: 1, timeMs: 1500, values: { accuracy: 0.5, 'a/b': -2 } },
      { step: 300, timeMs: 2500, values: { accuracy: 0.75 } },
    ];
    expect(Buffer.from(scalarsToTensorBoard(rows)).toString('hex')).toBe(
      '1800000000000000a37f4b2209000000000000f83f1a0d627261696e2e4576656e743a322a28646c2a00000000000000ae8d91f509000000000000f83f10012a1d0a0f0a08' +
        '6163637572616379150000003f0a0a0a03612f6215000000c0144bcaca1f00000000000000514b441809000000000000044010ac022a110a0f0a086163637572616379150000403f54e5dab6',
    );
  });
});
