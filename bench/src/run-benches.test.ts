import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { row } from './bench.ts';
import { runBenches } from './run-benches.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'or1-bench-run-'));
});
afterAll(() => rm(folder, { recursive: true }));

const entry = (value: number) => ({
  name: 'fixed',
  group: 'kernels' as const,
  summary: 'a figure that is given',
  load: async () => ({ name: 'fixed', run: async () => [row('fixed', 'cube', value, 'GFLOP/s', { ceiling: 200 })] }),
});
const flags = { threads: 1, seed: 1 };
const quiet = () => {};

test('the JSON has the machine, the device and rows with every promised key', async () => {
  const { json } = await runBenches([entry(100)], flags, quiet);
  expect(json).toMatchObject({
    machine: { cpu: expect.any(String), cores: expect.any(Number), load: { start: expect.any(Number) } },
    device: 'WebAssembly, 1 thread',
    rows: [
      { name: 'fixed', shape: 'cube', value: 100, unit: 'GFLOP/s', ceiling: 200, share_of_ceiling: 0.5, peer: null, ratio_to_peer: null },
    ],
  });
  expect(json).not.toHaveProperty('comparison');
});

test('a saved report flags what got slower since', async () => {
  const save = join(folder, 'before.json');
  await runBenches([entry(100)], { ...flags, save }, quiet);
  const same = await runBenches([entry(100)], { ...flags, compare: save }, quiet);
  expect(same.comparison).toMatchObject({ compared: 1, regressions: [], same_machine: true });
  const slower = await runBenches([entry(80)], { ...flags, compare: save }, quiet);
  expect(slower.json).toMatchObject({ comparison: { regressions: [{ name: 'fixed', shape: 'cube', before: 100, now: 80 }] } });
});
