import type { Evaluation, RunData } from '../run-data.ts';
import type { Chart } from './chart.ts';
import { familyLines, metricValues, type SparseSeries, stepChart, withSparseSeries } from './step-chart.ts';
import { smoothingWindow, trailingMean } from './trailing-mean.ts';

function heldOut(evaluations: readonly Evaluation[]): SparseSeries[] {
  const temperatures = [...new Set(evaluations.map(({ temperature }) => temperature))].sort((left, right) => right - left);
  return temperatures.map((temperature, index) => ({
    label: `held out, temperature ${temperature}`,
    colour: index + 1,
    points: evaluations
      .filter((evaluation) => evaluation.temperature === temperature)
      .map(({ step, score }) => ({ step, value: score.average, low: score.low, high: score.high })),
  }));
}

/** Accuracy of the rollouts, smoothed over its own noise, and the held-out evaluations with their intervals. */
export function accuracyChart({ steps, evaluations }: RunData): Chart | null {
  const accuracy = metricValues(steps, 'accuracy');
  const window = smoothingWindow(steps.length);
  const frame: Omit<Chart, 'x'> = {
    id: 'accuracy',
    title: 'Accuracy',
    axis: 'share of responses that are right',
    kind: 'lines',
    format: 'share',
    range: [0, 1],
    series: [
      { label: 'rollouts, each step', colour: 0, style: 'faint', values: accuracy },
      { label: `rollouts, mean of ${window} steps`, colour: 0, style: 'line', values: trailingMean(accuracy, window) },
    ],
    howToRead:
      'The lines are the responses sampled for training, counted before any are rejected; one that was cut off counts as wrong. A step is ' +
      'a small sample, so look at the mean, not at single steps. The points are held-out problems with 95 % intervals: two points whose ' +
      'intervals overlap are not proof of a change. Compare the temperatures. Sampling at a low temperature already favours the likeliest ' +
      'answer, so a gain at temperature 1 alone is mostly sharpening of what the model could do before; a gain at both is more than that.',
  };
  const chart = stepChart(steps, frame) ?? (evaluations.length > 0 ? { ...frame, x: [], series: [] } : null);
  return chart === null ? null : withSparseSeries(chart, heldOut(evaluations));
}

/** Rollout accuracy of each family; only where there is more than one. */
export function familyAccuracyChart({ steps }: RunData): Chart | null {
  return stepChart(steps, {
    id: 'accuracy-by-family',
    title: 'Accuracy by family',
    axis: 'share of responses that are right',
    kind: 'lines',
    format: 'share',
    range: [0, 1],
    series: familyLines(steps, 'accuracy'),
    howToRead:
      `Accuracy of the rollouts (mean of ${smoothingWindow(steps.length)} steps) for each kind of problem. A mean over all of them can rise while one family is ` +
      'forgotten; here that shows. A family that has flattened near 1 gives no more signal: its groups are rejected, and the steps ' +
      'are spent on the others.',
  });
}
