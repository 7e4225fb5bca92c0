/** The lab's curves as charts: means over seeds, smoothed over a few steps so that arms can be told apart. */
import type { Chart, ChartSeries } from '@or1/views';
import type { ExperimentJson } from '../result-json.ts';
import { ENTROPY_TARGET } from '../scale.ts';

/** Steps on either side that a point is averaged over. */
const SMOOTHING = 2;

type Curve = readonly (number | null)[];

function smooth(curve: Curve): Curve {
  return curve.map((value, step) => {
    if (value === null) return null;
    const near = curve.slice(Math.max(0, step - SMOOTHING), step + SMOOTHING + 1).filter((one) => one !== null);
    return near.reduce((sum, one) => sum + one, 0) / near.length;
  });
}

type ArmJson = ExperimentJson['arms'][number];

function lines(arms: readonly ArmJson[], curve: (arm: ArmJson) => Curve, steps: number): ChartSeries[] {
  return arms.map((arm, colour) => {
    // Arms of smaller steps take more of them: they are drawn over the same share of the run.
    const values = smooth(curve(arm));
    const stretched = Array.from({ length: steps }, (_, step) => values[Math.floor((step * values.length) / steps)] ?? null);
    return { label: arm.name, colour, style: 'line', values: stretched };
  });
}

export function experimentCharts({ name, arms }: ExperimentJson): readonly Chart[] {
  const measured = arms.filter(({ accuracy }) => accuracy.length > 0);
  if (measured.length === 0) return [];
  const steps = Math.min(...measured.map(({ accuracy }) => accuracy.length));
  const x = Array.from({ length: steps }, (_, step) => step + 1);
  const controlled = measured.filter(({ coefficient }) => coefficient.some((value) => value !== null && value > 0));
  const target = { label: 'target', colour: 'neutral', style: 'target', values: x.map(() => ENTROPY_TARGET) } as const;
  const common = { kind: 'lines', x } as const;
  const charts: Chart[] = [
    {
      ...common,
      id: `${name}-accuracy`,
      title: 'Accuracy',
      axis: 'share of right responses to new problems',
      howToRead: 'Mean over seeds of the rollouts’ accuracy; every step has new problems, so this is accuracy on problems never seen.',
      format: 'share',
      range: [0, null],
      series: lines(measured, ({ accuracy }) => accuracy, steps),
    },
    {
      ...common,
      id: `${name}-entropy`,
      title: 'Entropy',
      axis: 'nats a token',
      howToRead:
        'Mean entropy of the policy over all tokens of the rollouts. Near zero all samples of a problem are alike and nothing more is learnt.',
      format: 'nats',
      range: [0, null],
      series: [...lines(measured, ({ entropy }) => entropy, steps), ...(controlled.length > 0 ? [target] : [])],
    },
  ];
  if (controlled.length > 0) {
    charts.push({
      ...common,
      id: `${name}-coefficient`,
      title: 'Entropy coefficient',
      axis: 'as applied',
      howToRead: 'What the entropy bonus weighs at each step; an adaptive one is 0 while entropy is above its target.',
      format: 'number',
      range: [0, null],
      series: lines(controlled, ({ coefficient }) => coefficient, steps),
    });
  }
  return charts;
}
