import type { RunData } from '../run-data.ts';
import type { Chart } from './chart.ts';
import { stepChart } from './step-chart.ts';

export function phasesChart({ steps }: RunData): Chart | null {
  const phases = [...new Set(steps.flatMap((step) => Object.keys(step.phases)))];
  return stepChart(steps, {
    id: 'time-by-phase',
    title: 'Time by phase',
    axis: 'seconds a step',
    kind: 'stacked',
    format: 'seconds',
    range: [0, null],
    series: phases.map((phase, colour) => ({
      label: phase,
      colour,
      style: 'line',
      values: steps.map((step) => step.phases[phase] ?? null),
    })),
    howToRead:
      'Where a step spends its time; the top edge is the whole step. Generation is usually the largest part and follows response ' +
      'length; training follows the kept share. Verification runs while responses are still being generated, so only the wait after the ' +
      'last token is shown.',
  });
}

export function ratesChart({ steps }: RunData): Chart | null {
  return stepChart(steps, {
    id: 'rates',
    title: 'Speed',
    axis: 'tokens a second',
    kind: 'lines',
    format: 'rate',
    range: [0, null],
    series: [
      { label: 'generated', colour: 0, style: 'line', values: steps.map((step) => step.generateTokensPerSecond) },
      { label: 'trained', colour: 1, style: 'line', values: steps.map((step) => step.trainTokensPerSecond) },
    ],
    howToRead:
      'Response tokens a second while generating and while training. Level curves are healthy. A sag means that the machine was shared or ' +
      'throttled, or that responses got so long that attention weighs more.',
  });
}
