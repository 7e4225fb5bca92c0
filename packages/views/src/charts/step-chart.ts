import type { StepRecord } from '../run-data.ts';
import type { Chart, ChartSeries } from './chart.ts';
import { pickRows } from './pick-rows.ts';
import { smoothingWindow, trailingMean } from './trailing-mean.ts';

/** Points of a curve that a page holds at most. */
export const MAX_CURVE_POINTS = 2000;

/** Value of one metric at every step; null where a step has none (a skipped step, a family that was not dealt). */
export function metricValues(steps: readonly StepRecord[], name: string): (number | null)[] {
  return steps.map((step) => step.metrics[name] ?? null);
}

/** The same number at every step: a level to compare with. */
export function level(steps: readonly StepRecord[], value: number): number[] {
  return steps.map(() => value);
}

const known = new WeakMap<readonly StepRecord[], readonly string[]>();

/** Names of the families (sources) that any step has figures of, in alphabetical order; looked for once in a list of steps. */
function families(steps: readonly StepRecord[]): readonly string[] {
  const before = known.get(steps);
  if (before !== undefined) return before;
  const metrics = new Set(steps.flatMap((step) => Object.keys(step.metrics).filter((metric) => metric.startsWith('source/'))));
  const names = [...new Set([...metrics].map((metric) => metric.split('/')[1]!))].sort();
  known.set(steps, names);
  return names;
}

/**
 * A line a family for one of the trainer's by-source metrics, averaged over a few steps because a step deals only a few prompts of each;
 * none where there is only one family, which the total then shows.
 */
export function familyLines(steps: readonly StepRecord[], metric: string): ChartSeries[] {
  const names = families(steps);
  if (names.length < 2) return [];
  return names.map((name, colour) => ({
    label: name,
    colour,
    style: 'line',
    values: trailingMean(metricValues(steps, `source/${name}/${metric}`), smoothingWindow(steps.length)),
  }));
}

/**
 * A chart over the training steps, thinned to what a page can hold; the first series decides which steps stay.
 *
 * @returns null when no series but targets has any value, so that a page shows no empty chart
 */
export function stepChart(steps: readonly StepRecord[], chart: Omit<Chart, 'x'>): Chart | null {
  const series = chart.series.filter(({ values }) => values.some((value) => value !== null));
  if (!series.some(({ style }) => style !== 'target')) return null;
  const rows = pickRows(series[0]?.values ?? [], MAX_CURVE_POINTS);
  const pick = <T>(values: readonly T[]): T[] => rows.map((row) => values[row] as T);
  return {
    ...chart,
    x: pick(steps.map(({ step }) => step)),
    series: series.map(({ band, ...one }) => ({
      ...one,
      values: pick(one.values),
      ...(band === undefined ? {} : { band: { low: pick(band.low), high: pick(band.high) } }),
    })),
  };
}

/** Measurements at a few steps, each with the ends of its interval. */
export interface SparseSeries {
  readonly label: string;
  readonly colour: number;
  readonly points: readonly { readonly step: number; readonly value: number; readonly low: number; readonly high: number }[];
}

/** Adds sparse measurements to a chart; they may stand at steps where the chart has no row, such as step 0. */
export function withSparseSeries(chart: Chart, sparse: readonly SparseSeries[]): Chart {
  const x = [...new Set([...chart.x, ...sparse.flatMap(({ points }) => points.map(({ step }) => step))])].sort(
    (left, right) => left - right,
  );
  const rowOf = new Map(chart.x.map((step, row) => [step, row]));
  const dense = chart.series.map((one) => ({ ...one, values: x.map((step) => one.values[rowOf.get(step) ?? -1] ?? null) }));
  const added = sparse.map(({ label, colour, points }): ChartSeries => {
    const pointAt = new Map(points.map((point) => [point.step, point]));
    const values = (of: 'value' | 'low' | 'high') => x.map((step) => pointAt.get(step)?.[of] ?? null);
    return { label, colour, style: 'points', values: values('value'), interval: { low: values('low'), high: values('high') } };
  });
  return { ...chart, x, series: [...dense, ...added] };
}
