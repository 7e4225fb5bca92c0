import type { RunData } from '../run-data.ts';
import type { Chart, ChartSeries } from './chart.ts';
import { familyLines, level, metricValues, stepChart } from './step-chart.ts';
import { smoothingWindow } from './trailing-mean.ts';

/** The controller's target in nats; null when the run held entropy at none. */
function entropyTarget(configuration: Readonly<Record<string, unknown>>): number | null {
  const entropy = configuration.entropy;
  if (typeof entropy !== 'object' || entropy === null || !('mode' in entropy) || !('target' in entropy)) return null;
  const adaptive = entropy.mode === 'adaptive-paper' || entropy.mode === 'adaptive-released';
  return adaptive && typeof entropy.target === 'number' ? entropy.target : null;
}

function targetLine({ steps, configuration }: RunData): ChartSeries[] {
  const target = entropyTarget(configuration);
  return target === null ? [] : [{ label: 'target', colour: 'neutral', style: 'target', values: level(steps, target) }];
}

/** e_k, the entropy that steers the controller, with its target. */
export function entropyChart(data: RunData): Chart | null {
  const { steps } = data;
  return stepChart(steps, {
    id: 'entropy',
    title: 'Entropy',
    axis: 'nats a token',
    kind: 'lines',
    format: 'nats',
    range: [0, null],
    series: [
      { label: 'kept groups', colour: 0, style: 'line', values: metricValues(steps, 'entropy') },
      { label: 'all responses', colour: 3, style: 'faint', values: metricValues(steps, 'entropy/all') },
      ...targetLine(data),
    ],
    howToRead:
      'How undecided the model is about its next token, averaged over the tokens of the responses: 0 means that it always writes the same, ' +
      '0.7 is a coin toss at every token. A slow fall while accuracy rises is learning: doubt that was not useful goes away. A fall to ' +
      'almost nothing within a few steps, after which accuracy stands still, is entropy collapse: every group now holds the same answer ' +
      'written the same way, nothing is left to choose between, and learning stops. A rise without end is the opposite failure, and ' +
      'accuracy falls with it. The target is a floor, not a goal: entropy above it is left alone.',
  });
}

/** Entropy of each family; the mean can sit at its target while every family is far from it. */
export function familyEntropyChart(data: RunData): Chart | null {
  const { steps } = data;
  return stepChart(steps, {
    id: 'entropy-by-family',
    title: 'Entropy by family',
    axis: 'nats a token',
    kind: 'lines',
    format: 'nats',
    range: [0, null],
    series: [...familyLines(steps, 'entropy'), ...targetLine(data)],
    howToRead:
      `The same for each kind of problem (mean of ${smoothingWindow(steps.length)} steps). The controller sees only the mean, so it can hold the mean at its target by making one family ` +
      'wilder while another has long collapsed. If the curves part like that, read the target as meaningless for this mix.',
  });
}

const READ_CONTROLLER =
  'How hard the loss pulls entropy up. The controller raises c by one notch after every step whose entropy was under the target and ' +
  'lowers it otherwise; the bonus is applied only in steps under the target, so alpha is either c or 0. At 0 throughout, entropy ' +
  'never needed help. Stuck at its maximum, the bonus is too weak to hold the floor. Swinging between 0 and high values, the notch is ' +
  'too coarse.';

const READ_CONSTANT =
  'How hard the loss pulls entropy up: here the same in every step. No constant is safe for a whole run. Too small a one lets entropy ' +
  'fall all the same; too large a one lets it grow without end, and often one value does first this and then that.';

/** The controller's coefficient and the part of it that the gate let through. */
export function coefficientChart({ steps, configuration }: RunData): Chart | null {
  const coefficient = metricValues(steps, 'entropy/coefficient');
  const applied = metricValues(steps, 'entropy/coefficient-applied');
  if (![...coefficient, ...applied].some((value) => value !== null && value !== 0)) return null;
  return stepChart(steps, {
    id: 'entropy-coefficient',
    title: 'Entropy coefficient',
    axis: 'weight of the entropy bonus in the loss',
    kind: 'lines',
    format: 'number',
    range: [0, null],
    series: [
      { label: 'applied (alpha)', colour: 1, style: 'line', values: applied },
      { label: 'controller (c)', colour: 'neutral', style: 'target', values: coefficient },
    ],
    howToRead: entropyTarget(configuration) === null ? READ_CONSTANT : READ_CONTROLLER,
  });
}
