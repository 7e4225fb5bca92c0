import { expect, test } from 'bun:test';
import type { RunData } from '../run-data.ts';
import { comparisonCharts, groupRuns } from './comparison.ts';

function run(configuration: object, entropies: readonly number[], finals: readonly [number, number] = [0.2, 0.5]): RunData {
  return {
    run: { name: 'r', preset: 'nano' },
    configuration: { preset: 'nano', ...configuration },
    steps: entropies.map((entropy, index) => ({ step: index + 1, metrics: { entropy }, phases: { training: 2 } })),
    evaluations: finals.map((average, index) => ({ step: index * entropies.length, temperature: 1, score: { average } })),
  } as unknown as RunData;
}

const runs = [
  run({ seed: 1, entropy: { mode: 'off' } }, [0.4, 0.2, 0.1]),
  run({ seed: 2, entropy: { mode: 'off' } }, [0.2, 0.1]),
  run({ seed: 1, entropy: { mode: 'constant' } }, [0.5, 0.5, 0.5]),
];

test('runs that differ in nothing but the seed are one group, named by what others have not', () => {
  expect(groupRuns(runs).map(({ label, runs: members }) => [label, members.length])).toEqual([
    ['entropy.mode=off', 2],
    ['entropy.mode=constant', 1],
  ]);
  expect(groupRuns(runs.slice(0, 2)).map(({ label }) => label)).toEqual(['nano']);
});

test('a line is the mean over seeds, its band goes from lowest to highest, and a run that ended counts no more', () => {
  const chart = comparisonCharts(groupRuns(runs)).find(({ id }) => id === 'entropy')!;
  expect(chart.x).toEqual([1, 2, 3]);
  const [off, constant] = chart.series;
  expect(off!.values.map((value) => value!.toFixed(6))).toEqual(['0.300000', '0.150000', '0.100000']);
  expect(off!.band).toEqual({ low: [0.2, 0.1, 0.1], high: [0.4, 0.2, 0.1] });
  expect(off!.label).toBe('entropy.mode=off (2 seeds)');
  expect(constant!.band).toBeUndefined();
});

test('held-out accuracy has a chart a temperature; metrics that no run has are left out', () => {
  const ids = comparisonCharts(groupRuns(runs)).map(({ id }) => id);
  expect(ids).toEqual(['held-out-1', 'entropy', 'step-time']);
});
