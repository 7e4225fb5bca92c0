/** Several runs on one chart: runs of one configuration (but for the seed) as one line, the mean, in a band from lowest to highest. */
import type { RunData } from '../run-data.ts';
import type { Chart, ChartSeries, ValueFormat } from './chart.ts';
import { pickRows } from './pick-rows.ts';
import { MAX_CURVE_POINTS } from './step-chart.ts';

type Settings = Readonly<Record<string, unknown>>;

/** Keys that say where a run came from, not how it trains. */
const NOT_COMPARED = new Set(['seed', 'preset']);

function flatten(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, inner]) => flatten(inner, path === '' ? key : `${path}.${key}`));
  }
  return [[path, String(value)]];
}

function settingsOf(configuration: Settings): Map<string, string> {
  return new Map(flatten(configuration).filter(([key]) => !NOT_COMPARED.has(key.split('.')[0]!)));
}

export interface RunGroup {
  /** What this group's configuration has that others have not, such as `entropy.mode=off`; the preset where all are alike. */
  readonly label: string;
  readonly runs: readonly RunData[];
}

/** Most settings that a label names; a label of twenty tells nobody anything. */
const LABEL_SETTINGS = 3;

/** Puts runs together that differ in nothing but their seed. */
export function groupRuns(runs: readonly RunData[]): RunGroup[] {
  const settings = new Map(runs.map((run) => [run, settingsOf(run.configuration)]));
  const groups = [...Map.groupBy(runs, (run) => JSON.stringify([...settings.get(run)!].sort())).values()];
  const keys = [...new Set([...settings.values()].flatMap((map) => [...map.keys()]))];
  const varying = keys.filter((key) => new Set(groups.map(([first]) => settings.get(first!)!.get(key))).size > 1);
  const isLength = (key: string) => key === 'steps' || key.startsWith('stages.');
  // How long a run is says least about it.
  const differing = [...varying.filter((key) => !isLength(key)), ...varying.filter(isLength)];
  return groups.map((members) => {
    const own = settings.get(members[0]!)!;
    const stated = differing.map((key) => `${key}=${own.get(key) ?? 'none'}`);
    const more = stated.length > LABEL_SETTINGS ? `, ${stated.length - LABEL_SETTINGS} more` : '';
    const label = stated.length === 0 ? members[0]!.run.preset : stated.slice(0, LABEL_SETTINGS).join(', ') + more;
    return { label, runs: members };
  });
}

type Curve = ReadonlyMap<number, number>;

interface Compared {
  readonly id: string;
  readonly title: string;
  readonly axis: string;
  readonly format: ValueFormat;
  readonly range: Chart['range'];
  readonly howToRead: string;
  readonly style: 'line' | 'points';
  curve(run: RunData): Curve;
}

const metric = (name: string) => (run: RunData) =>
  new Map(run.steps.flatMap(({ step, metrics }) => (metrics[name] === undefined ? [] : [[step, metrics[name]]])));

function heldOut(temperature: number): Compared {
  return {
    ...{ id: `held-out-${temperature}`, title: `Held-out accuracy, temperature ${temperature}`, axis: 'share of responses that are right' },
    ...{ format: 'share', range: [0, 1], style: 'points' },
    curve: ({ evaluations }) =>
      new Map(evaluations.flatMap((one) => (one.temperature === temperature ? [[one.step, one.score.average]] : []))),
    howToRead:
      'The same held-out problems for every run. Bands that do not overlap are a difference that the seeds do not explain; with few seeds ' +
      'bands that do overlap are no proof of equality.',
  };
}

const COMPARED: readonly Compared[] = [
  {
    ...{ id: 'accuracy', title: 'Rollout accuracy', axis: 'share of responses that are right', format: 'share', range: [0, 1] },
    ...{ style: 'line', curve: metric('accuracy') },
    howToRead: 'Accuracy on the training problems of each step, before any group is rejected. Noisy; the band is wide for that reason.',
  },
  {
    ...{ id: 'entropy', title: 'Entropy', axis: 'nats a token', format: 'nats', range: [0, null] },
    ...{ style: 'line', curve: metric('entropy') },
    howToRead: 'Which setting keeps the policy trying different ways, and which lets it collapse. Read it beside accuracy.',
  },
  {
    ...{ id: 'coefficient', title: 'Entropy coefficient', axis: 'weight of the entropy bonus', format: 'number', range: [0, null] },
    ...{ style: 'line', curve: metric('entropy/coefficient-applied') },
    howToRead: 'What each run paid to hold its entropy.',
  },
  {
    ...{ id: 'length', title: 'Response length', axis: 'tokens, mean over responses', format: 'tokens', range: [0, null] },
    ...{ style: 'line', curve: metric('length/mean') },
    howToRead: 'Longer is neither better nor worse; a setting that only shortens may be giving up on hard problems.',
  },
  {
    ...{ id: 'truncated', title: 'Cut off at the limit', axis: 'share of responses that reached T', format: 'share', range: [0, null] },
    ...{ style: 'line', curve: metric('length/truncated-share') },
    howToRead: 'Responses without an answer because T was reached.',
  },
  {
    ...{ id: 'kept', title: 'Kept groups', axis: 'share of groups', format: 'share', range: [0, 1] },
    ...{ style: 'line', curve: metric('groups/kept-share') },
    howToRead: 'Groups with some right and some wrong answers; only they teach.',
  },
  {
    ...{ id: 'gradient-norm', title: 'Gradient norm', axis: 'L2 norm before clipping', format: 'number', range: [0, null] },
    ...{ style: 'line', curve: metric('gradient/norm') },
    howToRead: 'A setting whose norm grows without end is on its way to divergence.',
  },
  {
    ...{ id: 'ratio', title: 'Ratio deviation', axis: 'largest |ratio − 1| of a token', format: 'number', range: [0, null] },
    ...{ style: 'line', curve: metric('ratio/max-deviation') },
    howToRead: 'How far sampler and learner are apart; 0 where every step is strictly on-policy and both compute the same bits.',
  },
  {
    ...{ id: 'step-time', title: 'Time a step', axis: 'seconds', format: 'seconds', range: [0, null] },
    ...{
      style: 'line',
      curve: ({ steps }) => new Map(steps.map(({ step, phases }) => [step, Object.values(phases).reduce((a, b) => a + b, 0)])),
    },
    howToRead: 'Compare only runs of one machine with nothing else to do.',
  },
];

/** Mean, lowest and highest over a group's runs at each step; runs that did not get there count no more. */
function groupSeries({ label, runs }: RunGroup, colour: number, { style, curve }: Compared, x: readonly number[]): ChartSeries {
  const curves = runs.map(curve);
  const at = x.map((step) => curves.flatMap((one) => one.get(step) ?? []));
  const over = (reduce: (values: readonly number[]) => number) => at.map((values) => (values.length === 0 ? null : reduce(values)));
  return {
    label: `${label} (${runs.length} ${runs.length === 1 ? 'run' : 'seeds'})`,
    colour,
    style,
    values: over((values) => values.reduce((a, b) => a + b, 0) / values.length),
    ...(runs.length > 1 ? { band: { low: over((values) => Math.min(...values)), high: over((values) => Math.max(...values)) } } : {}),
  };
}

/** Charts of groups of runs side by side; those without data are left out. */
export function comparisonCharts(groups: readonly RunGroup[]): Chart[] {
  const runs = groups.flatMap((group) => group.runs);
  const temperatures = [...new Set(runs.flatMap(({ evaluations }) => evaluations.map(({ temperature }) => temperature)))].sort(
    (a, b) => b - a,
  );
  return [...temperatures.map(heldOut), ...COMPARED].flatMap((compared): Chart[] => {
    const all = [...new Set(runs.flatMap((run) => [...compared.curve(run).keys()]))].sort((a, b) => a - b);
    if (all.length === 0) return [];
    const x = pickRows(new Array<null>(all.length).fill(null), MAX_CURVE_POINTS).map((row) => all[row]!);
    const series = groups.map((group, colour) => groupSeries(group, colour, compared, x));
    const { id, title, axis, format, range, howToRead } = compared;
    return [
      {
        id,
        title,
        axis,
        format,
        range,
        howToRead,
        kind: 'lines',
        x,
        series: series.filter(({ values }) => values.some((value) => value !== null)),
      },
    ];
  });
}
