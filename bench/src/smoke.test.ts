import { expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareRows } from './compare.ts';
import { dynamicsRows, shortRun } from './dynamics.ts';
import { measureProducts } from './gemm.ts';
import { measureKernels } from './kernels.ts';
import { describeMachine, loadNow } from './machine.ts';
import { withDevice } from './measure/ceiling.ts';
import { nanoModel } from './models.ts';
import { measurePhases } from './phases.ts';
import { readReport, saveReport } from './report.ts';
import { formatReport } from './table.ts';

const QUICK = { rounds: 3, warmUp: 1 };
const KEYS = ['name', 'shape', 'value', 'unit', 'ceiling', 'share_of_ceiling', 'peer', 'ratio_to_peer'];
const product = { rows: 64, outputs: 128, inputs: 128 };
const quiet = () => {};

test('a product is measured beside the ceiling, saved, and compared with itself and with a faster past', async () => {
  const rows = await withDevice(1, (device) => measureProducts(device, [product], QUICK, quiet));
  expect(rows.map(({ shape }) => shape)).toEqual(
    ['forward', 'input gradient', 'weight gradient'].map((transpose) => `${transpose}, 64 rows, 128x128, 1 thread`),
  );
  for (const row of rows) {
    expect(Object.keys(row)).toEqual(expect.arrayContaining(KEYS));
    expect(row.value).toBeGreaterThan(0);
    expect(row.share_of_ceiling).toBeCloseTo(row.value / row.ceiling!, 12);
  }
  const report = { machine: describeMachine(loadNow()), device: 'WebAssembly, 1 thread', rows };
  expect(formatReport(report)).toContain('forward, 64 rows, 128x128, 1 thread');

  const folder = await mkdtemp(join(tmpdir(), 'or1-bench-smoke-'));
  try {
    const path = join(folder, 'figures.json');
    await saveReport(path, report);
    const saved = await readReport(path);
    expect(compareRows(rows, saved, path, report.machine)).toMatchObject({ same_machine: true, compared: 3, regressions: [], missing: [] });
    const faster = { ...saved, rows: saved.rows.map((row) => ({ ...row, value: row.value * 100 })) };
    expect(compareRows(rows, faster, path, report.machine).regressions).toHaveLength(3);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('every phase has a rate, and every arena its bytes', async () => {
  const sizes = { prompts: 2, samples: 2, promptTokens: 8, responseTokens: 4 };
  const rows = await withDevice(1, async (device) => measurePhases(device, await nanoModel(), sizes, QUICK, 1));
  const shapes = rows.map(({ shape }) => shape);
  for (const phase of ['prefill', 'decode', 'score', 'backward', 'optimizer']) {
    expect(shapes).toContain(`nano, ${phase}, 2x2, 8 + 4 tokens, 1 thread`);
  }
  const arenas = rows.filter(({ unit }) => unit === 'bytes');
  expect(arenas.map(({ shape }) => shape)).toEqual(
    ['parameters', 'rollout', 'learner', 'optimizer'].map((arena) => `nano, arena ${arena}, 2x2, 8 + 4 tokens, 1 thread`),
  );
  expect(rows.every(({ value }) => value > 0)).toBe(true);
});

test('every other kernel is held against the ceiling of its kind', async () => {
  const rows = await withDevice(1, (device) => measureKernels(device, QUICK, quiet));
  expect(rows.map(({ unit }) => unit)).toEqual([...Array.from({ length: 7 }, () => 'GFLOP/s'), ...Array.from({ length: 3 }, () => 'GB/s')]);
  expect(rows.every(({ value, ceiling }) => value > 0 && ceiling! > 0)).toBe(true);
});

test('a short run is split into rollout, update and the rest, and its curve is shown', async () => {
  const sizes = { steps: 2, promptsPerStep: 4, contextLength: 24 };
  const rows = dynamicsRows(await shortRun(sizes, 1, 1), sizes, 1);
  const value = (start: string) => rows.find(({ shape }) => shape.startsWith(start))!.value;
  expect(value('t_R') + value('t_T') + value('t_O')).toBeLessThanOrEqual(2 * value('whole step'));
  expect(value('entropy at step 1')).toBeGreaterThan(0);
  expect(rows.filter(({ unit }) => unit === 'bytes')).toHaveLength(1);
});
