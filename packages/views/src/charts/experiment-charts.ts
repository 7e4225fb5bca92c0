/** The lab's curves as charts: means over seeds, smoothed over a few steps so that arms can be told apart. */
import type { Chart, ChartSeries } from './chart.ts';

/** Steps on either side that a point is averaged over. */
const SMOOTHING = 2;

type Curve = readonly (number | null)[];

/** One setting of an experiment: means over its seeds, one value a training step. */
export interface ExperimentArm {
  readonly name: string;
  readonly accuracy: Curve;
  readonly entropy: Curve;
  /** Of the entropy bonus, as applied. */
  readonly coefficient: Curve;
}

export interface Experiment {
  readonly name: string;
  readonly arms: readonly ExperimentArm[];
}

function smooth(curve: Curve): Curve {
  return curve.map((value, step) => {
    if (value === null) return null;
    const near = curve.slice(Math.max(0, step - SMOOTHING), step + SMOOTHING + 1).filter((one) => one !== null);
    return near.reduce((sum, one) => sum + one, 0) / near.length;
  });
}

/** One line an arm that has the curve; an arm's colour is its place among all, so that it is the same in every chart. */
function lines(arms: readonly ExperimentArm[], curve: (arm: ExperimentArm) => Curve | null, steps: number): ChartSeries[] {
  return arms.flatMap((arm, colour): ChartSeries[] => {
    const found = curve(arm);
    if (found === null) return [];
    // Arms of smaller steps take more of them: they are drawn over the same share of the run.
    const values = smooth(found);
    const stretched = Array.from({ length: steps }, (_, step) => values[Math.floor((step * values.length) / steps)] ?? null);
    return [{ label: arm.name, colour, style: 'line', values: stretched }];
  });
}

/**
 * Accuracy, entropy and coefficient of an experiment's arms.
 *
 * @param entropyTarget of the arms that control entropy; null draws none
 */
export function experimentCharts({ name, arms }: Experiment, entropyTarget: number | null): Chart[] {
  const measured = arms.filter(({ accuracy }) => accuracy.length > 0);
  if (measured.length === 0) return [];
  const steps = Math.min(...measured.map(({ accuracy }) => accuracy.length));
  const x = Array.from({ length: steps }, (_, step) => step + 1);
  const isControlled = ({ coefficient }: ExperimentArm): boolean => coefficient.some((value) => value !== null && value > 0);
  const controls = measured.some(isControlled);
  const target: ChartSeries[] =
    entropyTarget === null || !controls
      ? []
      : [{ label: 'target', colour: 'neutral', style: 'target', values: x.map(() => entropyTarget) }];
  const common = { kind: 'lines', x } as const;
  const charts: Chart[] = [
    {
      ...common,
      id: `${name}-accuracy`,
      title: 'Accuracy',
      axis: 'share of right responses',
      howToRead: 'Mean over seeds of the rollouts’ accuracy. Where every step has new problems, it is accuracy on problems never seen.',
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
      series: [...lines(measured, ({ entropy }) => entropy, steps), ...target],
    },
  ];
  if (controls) {
    charts.push({
      ...common,
      id: `${name}-coefficient`,
      title: 'Entropy coefficient',
      axis: 'as applied',
      howToRead: 'What the entropy bonus weighs at each step; an adaptive one is 0 while entropy is above its target.',
      format: 'number',
      range: [0, null],
      series: lines(measured, (arm) => (isControlled(arm) ? arm.coefficient : null), steps),
    });
  }
  return charts;
}
