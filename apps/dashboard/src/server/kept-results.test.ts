import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBaselines, readLab } from './kept-results.ts';

const experiment = {
  ...{ name: 'collapse', source: 'ablation 1', claim: 'c', scaling: 's', prediction: 'p', verdict: 'reproduced' },
  arms: [
    {
      ...{
        name: 'off',
        settings: { 'entropy.mode': 'off' },
        seeds: [1, 2],
        accuracy: [0.3, null],
        entropy: [0.2, 0.1],
        coefficient: [0, 0],
      },
      ...{ end_accuracy: [0.5, 0.6], end_entropy: [0.1, 0.1], length: [], families: {} },
    },
  ],
  evidence: [{ test: 't', measure: 'm', left: 'a', right: 'b', outcome: 'reproduced', effect: 0.1, interval95: [0.05, 0.2], seeds: 2 }],
};
const baseline = (date: string) => ({
  machine: { cpu: 'x', cores: 2, date },
  device: 'WebAssembly, 1 thread',
  rows: [{ name: 'gemm', shape: '1', value: 2, unit: 'GFLOP/s' }],
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'or1-kept-'));
  const write = (path: string, value: unknown) => Bun.write(join(folder, path), typeof value === 'string' ? value : JSON.stringify(value));
  await write('lab/results/collapse.json', experiment);
  await write('lab/results/quick-collapse.json', experiment);
  await write('lab/results/cut.json', '{"name":');
  await write('lab/results/other.json', { ...experiment, verdict: 'perhaps' });
  await write('lab/results/arms/one.json', { not: 'an experiment' });
  await write('baselines/late.json', baseline('2026-11-24'));
  await write('baselines/early.json', baseline('2026-10-01'));
});
afterAll(() => rm(folder, { recursive: true }));

test('reads the experiments that can be read and names the files that cannot', async () => {
  const { results, notes } = await readLab(folder);
  expect(results.map(({ name, verdict }) => [name, verdict])).toEqual([
    ['collapse', 'reproduced'],
    ['collapse (quick)', 'reproduced'],
  ]);
  expect(notes.map((note) => note.split(' ')[0])).toEqual(['cut.json', 'other.json']);
  expect(notes[1]).toContain('verdict');
});

test('reads baselines, the oldest first; a folder that is not there holds none', async () => {
  expect((await readBaselines(folder)).results.map(({ file }) => file)).toEqual(['early.json', 'late.json']);
  expect(await readBaselines(join(folder, 'nowhere'))).toEqual({ results: [], notes: [] });
});
