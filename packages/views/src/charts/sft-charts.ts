import type { RunData } from '../run-data.ts';
import type { Chart } from './chart.ts';
import { metricValues, stepChart } from './step-chart.ts';

export function lossChart({ steps }: RunData): Chart | null {
  return stepChart(steps, {
    id: 'loss',
    title: 'Loss',
    axis: 'nats a token',
    kind: 'lines',
    format: 'nats',
    range: [null, null],
    series: [{ label: 'cross-entropy of the responses', colour: 0, style: 'line', values: metricValues(steps, 'loss') }],
    howToRead:
      'How surprised the model is by the next token of the text that it imitates. It falls fast, then slowly; its floor is what the ' +
      'text itself leaves open, so it does not reach 0. A rise that lasts means that the learning rate is too high.',
  });
}

export function learningRateChart({ steps }: RunData): Chart | null {
  return stepChart(steps, {
    id: 'learning-rate',
    title: 'Learning rate',
    axis: 'per optimizer step',
    kind: 'lines',
    format: 'number',
    range: [0, null],
    series: [{ label: 'learning rate', colour: 0, style: 'line', values: metricValues(steps, 'learning-rate') }],
    howToRead: 'The schedule: a short warm-up, then its course. A bump in the loss is often explained here.',
  });
}
