import { expect, test } from 'bun:test';
import { experimentCharts } from './experiment-charts.ts';

const arm = (name: string, accuracy: number[], coefficient: number[]) => ({
  name,
  accuracy,
  entropy: accuracy.map((value) => 1 - value),
  coefficient,
});

test('arms of different length are drawn over the same share of the run; the target stands where one arm controls entropy', () => {
  const experiment = {
    name: 'e',
    arms: [arm('few', [0, 1], [0, 0]), arm('many', [0, 0, 0, 1, 1, 1], [0, 0, 0.1, 0, 0, 0]), arm('none', [], [])],
  };
  const charts = experimentCharts(experiment, 0.1);
  expect(charts.map(({ id }) => id)).toEqual(['e-accuracy', 'e-entropy', 'e-coefficient']);
  expect(charts[0]!.x).toEqual([1, 2]);
  expect(charts[0]!.series.map(({ label, values }) => [label, values])).toEqual([
    ['few', [0.5, 0.5]],
    ['many', [0, 0.6]],
  ]);
  expect(charts[1]!.series.at(-1)).toMatchObject({ label: 'target', values: [0.1, 0.1] });
  expect(charts[2]!.series.map(({ label }) => label)).toEqual(['many']);
});

test('without control there is no target; without runs there is nothing', () => {
  expect(experimentCharts({ name: 'e', arms: [arm('free', [0.5], [0])] }, 0.1).map(({ series }) => series.length)).toEqual([1, 1]);
  expect(experimentCharts({ name: 'e', arms: [] }, 0.1)).toEqual([]);
});
