import type { RunData } from '../run-data.ts';
import type { Chart, ChartSeries } from './chart.ts';
import { level, metricValues, stepChart } from './step-chart.ts';

function gradientClip(configuration: Readonly<Record<string, unknown>>): number {
  const optimizer = configuration.optimizer;
  if (typeof optimizer !== 'object' || optimizer === null || !('gradientClip' in optimizer)) return 0;
  return typeof optimizer.gradientClip === 'number' ? optimizer.gradientClip : 0;
}

export function gradientChart({ steps, configuration }: RunData): Chart | null {
  const norms = metricValues(steps, 'gradient/norm');
  const clip = gradientClip(configuration);
  const reached = norms.some((norm) => norm !== null && norm > clip / 2);
  const clipLine: ChartSeries[] =
    clip > 0 && reached ? [{ label: 'clipped above', colour: 'neutral', style: 'target', values: level(steps, clip) }] : [];
  return stepChart(steps, {
    id: 'gradient-norm',
    title: 'Gradient norm',
    axis: 'L2 norm before clipping',
    kind: 'lines',
    format: 'number',
    range: [0, null],
    series: [{ label: 'norm', colour: 0, style: 'line', values: norms }, ...clipLine],
    howToRead:
      'The size of the update that the step asked for. It may wander by a factor of two or three. A jump that stays, or growth over many ' +
      'steps, announces trouble before accuracy shows it: often too high a learning rate. What exceeds the clip is scaled down to it.',
  });
}

/** What became of the groups: kept, or rejected because all answers were right, or none. */
export function groupsChart({ steps }: RunData): Chart | null {
  return stepChart(steps, {
    id: 'groups',
    title: 'Kept and rejected groups',
    axis: 'share of groups',
    kind: 'lines',
    format: 'share',
    range: [0, 1],
    series: [
      { label: 'kept', colour: 0, style: 'line', values: metricValues(steps, 'groups/kept-share') },
      { label: 'rejected', colour: 'neutral', style: 'target', values: metricValues(steps, 'groups/rejected-share') },
      { label: 'every answer right', colour: 2, style: 'line', values: metricValues(steps, 'groups/solve-all-share') },
      { label: 'no answer right', colour: 1, style: 'line', values: metricValues(steps, 'groups/solve-none-share') },
    ],
    howToRead:
      'A group is all responses to one prompt. It teaches only where some are right and some wrong; a group without that difference has ' +
      'no advantage anywhere and is rejected. As the model gets better, more groups are right throughout and the kept share falls: ' +
      'the steps get cheaper and teach less. Too easy a mix ends at "every answer right", too hard a one at "no answer right".',
  });
}

/** Largest |ratio - 1| of each step: the claim that the policy in training is the one that sampled, step by step. */
export function ratioChart({ steps }: RunData): Chart | null {
  return stepChart(steps, {
    id: 'ratio',
    title: 'Ratio deviation',
    axis: 'largest |ratio − 1| of a token',
    kind: 'lines',
    format: 'number',
    range: [0, null],
    series: [{ label: 'largest |ratio − 1|', colour: 2, style: 'line', values: metricValues(steps, 'ratio/max-deviation') }],
    howToRead:
      "How far the learner's probability of a sampled token stands from the sampler's, at the worst token of the step. Exactly 0 means " +
      'that both compute the same bits. Small values come from rounding on devices that add in another order; values that grow mean that ' +
      'the learner trains on samples of a policy that is no longer its own.',
  });
}

/** Shades of the bins between none and all right, and what the trainer calls them. */
const SOLVE_BINS = Array.from({ length: 10 }, (_, bin) => ({
  label: `${bin * 10} to ${(bin + 1) * 10} %`,
  metric: `groups/solve-${String(bin * 10).padStart(2, '0')}-${(bin + 1) * 10}-share`,
}));

/** The solve-rate histogram of the step's groups, stacked over the run. */
export function solveRateChart({ steps }: RunData): Chart | null {
  const bins = [
    { label: 'none right', metric: 'groups/solve-none-share' },
    ...SOLVE_BINS,
    { label: 'all right', metric: 'groups/solve-all-share' },
  ];
  const present = bins.filter(({ metric }) => metricValues(steps, metric).some((value) => value !== null && value > 0));
  if (!present.some(({ metric }) => metric.endsWith('0-share'))) return null;
  return stepChart(steps, {
    id: 'solve-rates',
    title: 'Solve rates of the groups',
    axis: 'share of groups, stacked',
    kind: 'stacked',
    format: 'share',
    range: [0, 1],
    series: present.map(({ label, metric }, colour) => ({ label, colour, style: 'line', values: metricValues(steps, metric) })),
    howToRead:
      'How many of the responses to one prompt were right, as a histogram at every step: at the bottom the prompts that no response ' +
      'solved, at the top those that all did. Learning moves the layers down; only what lies between bottom and top layer teaches. ' +
      'Prompts that no response ever solves are too hard for this model, or their answers are wrong.',
  });
}

/** Ratio and clip of steps that are not strictly on-policy, or whose sampler and learner differ; nothing to draw when all are 0. */
export function policyDriftChart({ steps }: RunData): Chart | null {
  const series: ChartSeries[] = [
    { label: 'tokens clipped', colour: 0, style: 'line', values: metricValues(steps, 'clipped-share') },
    { label: 'ratio outside 0.9 to 1.1', colour: 1, style: 'line', values: metricValues(steps, 'ratio/outside-share') },
  ];
  if (!series.some(({ values }) => values.some((value) => value !== null && value !== 0))) return null;
  return stepChart(steps, {
    id: 'policy-drift',
    title: 'Distance between sampler and learner',
    axis: 'share of trained tokens',
    kind: 'lines',
    format: 'share',
    range: [0, null],
    series,
    howToRead:
      'The ratio compares the probability of a sampled token under the policy that is being trained with that under the policy that ' +
      'sampled it. It leaves 1 when several optimizer steps share one batch of rollouts, or when sampler and learner compute ' +
      'differently. More of it means staler data; entropy tends to fall faster.',
  });
}
