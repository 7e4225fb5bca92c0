import type { RunData } from '../run-data.ts';
import type { Chart } from './chart.ts';
import { familyLines, metricValues, stepChart } from './step-chart.ts';
import { smoothingWindow } from './trailing-mean.ts';

export function lengthChart({ steps }: RunData): Chart | null {
  return stepChart(steps, {
    id: 'length',
    title: 'Response length',
    axis: 'tokens, mean over responses',
    kind: 'lines',
    format: 'tokens',
    range: [0, null],
    series: [
      { label: 'all', colour: 'neutral', style: 'line', values: metricValues(steps, 'length/mean') },
      ...familyLines(steps, 'length'),
    ],
    howToRead:
      `Families are means of ${smoothingWindow(steps.length)} steps. Nobody rewards length. It grows when longer attempts are right more often: another try, a check, a redo. It shrinks when guessing ` +
      'pays as well, or when the limit T cuts long answers off and their reward is 0. Where a stage raises T, expect a jump within some ' +
      'twenty steps.',
  });
}

export function truncatedChart({ steps }: RunData): Chart | null {
  return stepChart(steps, {
    id: 'truncated',
    title: 'Cut off at the limit',
    axis: 'share of responses that reached T',
    kind: 'lines',
    format: 'share',
    range: [0, null],
    series: [
      { label: 'all', colour: 'neutral', style: 'line', values: metricValues(steps, 'length/truncated-share') },
      ...familyLines(steps, 'truncated-share'),
    ],
    howToRead:
      'A response that is cut off has no answer and earns 0, however good its thoughts were. A falling curve means that the model learns to ' +
      'finish; a rising one that it would use more room than T gives, and that a next stage with a larger T may pay.',
  });
}
