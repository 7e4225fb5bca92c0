/** The lab's results as the command prints them and as pages read them. */
import { mean, measureValues } from './measures.ts';
import type { ExperimentResult } from './run-lab.ts';

const DIGITS = 4;
const round = (value: number): number => Number(value.toPrecision(DIGITS));

/** One object an experiment: claim, arms with the means of their curves over seeds, verdict and what it rests on. */
export function resultJson({ experiment, runs, verdict }: ExperimentResult) {
  return {
    name: experiment.name,
    source: experiment.source,
    claim: experiment.claim,
    scaling: experiment.scaling,
    prediction: experiment.prediction,
    arms: experiment.arms.map(({ name, settings }) => {
      const found = runs.get(name) ?? [];
      return {
        name,
        settings,
        seeds: found.map(({ seed }) => seed),
        accuracy: meanCurve(found.map(({ series }) => series.accuracy ?? [])),
        entropy: meanCurve(found.map(({ series }) => series['entropy/all'] ?? [])),
        length: meanCurve(found.map(({ series }) => series['length/mean'] ?? [])),
        coefficient: meanCurve(found.map(({ series }) => series['entropy/coefficient-applied'] ?? [])),
        families: familyEntropies(found),
        end_accuracy: found.map((run) => round(mean(measureValues(run, 'end-accuracy')))),
        end_entropy: found.map((run) => round(mean(measureValues(run, 'end-entropy')))),
      };
    }),
    verdict: verdict.outcome,
    evidence: verdict.tests.map(({ test, effect, outcome }) => ({
      test: test.says,
      measure: test.measure,
      left: test.left,
      right: test.right,
      outcome,
      effect: effect ? round(effect.difference) : null,
      interval95: effect ? effect.interval.map(round) : null,
      seeds: effect?.seeds ?? 0,
    })),
  };
}

export type ExperimentJson = ReturnType<typeof resultJson>;

/** Mean over the runs that have a value at a step; null where none has. */
function meanCurve(curves: readonly (readonly (number | null)[])[]): (number | null)[] {
  const length = Math.max(0, ...curves.map((curve) => curve.length));
  return Array.from({ length }, (_, step) => {
    const values = curves.map((curve) => curve[step]).filter((value) => typeof value === 'number');
    return values.length === 0 ? null : round(mean(values));
  });
}

/** Entropy by problem family: a controller that holds the mean may lift one family and miss another. */
function familyEntropies(
  runs: readonly { readonly series: Readonly<Record<string, readonly (number | null)[]>> }[],
): Record<string, (number | null)[]> {
  const names = new Set(runs.flatMap(({ series }) => Object.keys(series).filter((name) => /^source\/.+\/entropy$/.test(name))));
  return Object.fromEntries(
    [...names].map((name) => [name.split('/').slice(1, -1).join('/'), meanCurve(runs.map(({ series }) => series[name] ?? []))]),
  );
}
