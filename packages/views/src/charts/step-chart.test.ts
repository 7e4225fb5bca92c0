import { describe, expect, test } from 'bun:test';
import type { StepRecord } from '../run-data.ts';
import type { Chart } from './chart.ts';
import { familyLines, MAX_CURVE_POINTS, stepChart, withSparseSeries } from './step-chart.ts';

function steps(count: number, metrics: (step: number) => Record<string, number>): StepRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    ...{ step: index + 1, metrics: metrics(index + 1), phases: {}, generateTokensPerSecond: null, trainTokensPerSecond: 1 },
  }));
}

const frame: Omit<Chart, 'x'> = {
  ...{ id: 'a', title: 'A', axis: 'b', howToRead: 'c', kind: 'lines', format: 'number', range: [null, null], series: [] },
};

describe('stepChart', () => {
  test('thins a long curve to the limit and keeps the series aligned', () => {
    const values = Array.from({ length: 7000 }, (_, row) => row * row);
    const series = [
      { label: 'a', colour: 0, style: 'line' as const, values },
      { label: 'b', colour: 1, style: 'line' as const, values: values.map((value) => value + 1) },
    ];
    const chart = stepChart(
      steps(7000, () => ({})),
      { ...frame, series },
    )!;
    expect(chart.x.length).toBeLessThanOrEqual(MAX_CURVE_POINTS);
    expect(chart.x.length).toBeGreaterThan(MAX_CURVE_POINTS / 2);
    chart.x.forEach((step, row) => {
      expect(chart.series[0]!.values[row]).toBeCloseTo((step - 1) ** 2, -3);
      expect(chart.series[1]!.values[row]).toBeCloseTo(chart.series[0]!.values[row]! + 1, -3);
    });
  });

  test('is no chart where nothing but a target would be drawn', () => {
    const series = [
      { label: 'none', colour: 0, style: 'line' as const, values: [null, null] },
      { label: 'target', colour: 0, style: 'target' as const, values: [1, 1] },
    ];
    expect(
      stepChart(
        steps(2, () => ({})),
        { ...frame, series },
      ),
    ).toBeNull();
  });
});

test('familyLines has a line a family, and none for a single one', () => {
  const one = steps(2, () => ({ 'source/a/length': 3 }));
  expect(familyLines(one, 'length')).toEqual([]);
  const two = steps(2, (step) => (step === 1 ? { 'source/a/length': 3 } : { 'source/a/length': 4, 'source/b/length': 5 }));
  expect(familyLines(two, 'length').map(({ label, values }) => [label, values])).toEqual([
    ['a', [3, 3.5]],
    ['b', [null, 5]],
  ]);
});

test('withSparseSeries adds points at steps of their own and leaves gaps elsewhere', () => {
  const chart: Chart = { ...frame, x: [1, 2], series: [{ label: 'a', colour: 0, style: 'line', values: [10, 20] }] };
  const points = [
    { step: 0, value: 0.5, low: 0.4, high: 0.6 },
    { step: 2, value: 0.7, low: 0.6, high: 0.8 },
  ];
  const joined = withSparseSeries(chart, [{ label: 'held out', colour: 1, points }]);
  expect(joined.x).toEqual([0, 1, 2]);
  expect(joined.series.map(({ values }) => values)).toEqual([
    [null, 10, 20],
    [0.5, null, 0.7],
  ]);
  expect(joined.series[1]!.interval).toEqual({ low: [0.4, null, 0.6], high: [0.6, null, 0.8] });
});
