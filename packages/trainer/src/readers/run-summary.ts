import type { EventName, EventOf, RunEvent } from '../events/schema.ts';

/** Held-out accuracy as commands print it. */
export interface AccuracySummary {
  readonly avg: number;
  readonly k: number;
  readonly n: number;
  readonly ci95: readonly [number, number];
}

export interface EvaluationSummaryRow extends AccuracySummary {
  readonly step: number;
  readonly temperature: number;
  readonly context_length: number;
  readonly pass: number;
  readonly majority: number;
  readonly mean_length: number;
  readonly truncated_share: number;
}

/** What `or1 train` prints as its last line; the keys are a promise to scripts. */
export interface RunSummary {
  readonly run: string;
  readonly preset: string;
  readonly steps: number;
  readonly wall_s: number;
  readonly tokens: { readonly generated: number; readonly trained: number; readonly prompt: number; readonly evaluation: number };
  readonly base: AccuracySummary | null;
  readonly final: AccuracySummary | null;
  readonly evaluations: readonly EvaluationSummaryRow[];
  readonly entropy: { readonly first: number; readonly last: number; readonly min: number } | null;
  readonly ratio_max_deviation: number | null;
  readonly rejected_share: number | null;
  readonly rates: { readonly generate_tok_s: number; readonly train_tok_s: number; readonly step_s: number };
  readonly peak_memory_bytes: number;
  readonly infrastructure_errors: number;
  readonly skipped_steps: number;
  readonly sessions: number;
  readonly finished: boolean;
}

export function eventsNamed<Name extends EventName>(events: readonly RunEvent[], name: Name): EventOf<Name>[] {
  return events.filter((event): event is EventOf<Name> => event.event === name);
}

/** Time that the run took, over all its sessions, in seconds. */
export function wallSeconds(events: readonly RunEvent[]): number {
  const bySession = new Map<number, number>();
  for (const { clock } of events) bySession.set(clock.session, Math.max(bySession.get(clock.session) ?? 0, clock.elapsed_ms));
  return [...bySession.values()].reduce((sum, elapsed) => sum + elapsed, 0) / 1000;
}

/** The most memory that any session of the run held, in bytes. */
function peakMemory(events: readonly RunEvent[]): number {
  return events.reduce((peak, { clock }) => Math.max(peak, 'peak_memory_bytes' in clock ? clock.peak_memory_bytes : 0), 0);
}

function evaluationRows(events: readonly RunEvent[]): EvaluationSummaryRow[] {
  return eventsNamed(events, 'evaluation-end').flatMap(({ step, context_length, results }) =>
    results.map(({ temperature, avg, k, n, ci95, pass, majority, mean_length, truncated_share }) => ({
      step,
      temperature,
      context_length,
      avg,
      k,
      n,
      ci95,
      pass,
      majority,
      mean_length,
      truncated_share,
    })),
  );
}

function accuracyAt(events: readonly RunEvent[], label: 'base' | 'final'): AccuracySummary | null {
  const evaluation = eventsNamed(events, 'evaluation-end').find((event) => event.label === label);
  const result = evaluation?.results.find(({ temperature }) => temperature === 1);
  return result ? { avg: result.avg, k: result.k, n: result.n, ci95: result.ci95 } : null;
}

function ratio(amount: number, time: number): number {
  return time > 0 ? amount / time : 0;
}

/**
 * Sums up a run, finished or not, from its events alone.
 *
 * @param run the run folder's path, as scripts are to find it
 */
export function summarizeRun(events: readonly RunEvent[], run: string): RunSummary {
  const steps = eventsNamed(events, 'step-end');
  const valuesOf = (metric: string) => steps.flatMap(({ metrics }) => (metrics[metric] === undefined ? [] : [metrics[metric]]));
  const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
  const entropies = valuesOf('entropy');
  const deviations = valuesOf('ratio/max-deviation');
  const rejected = valuesOf('groups/rejected-share');
  const generated = sumOf(valuesOf('tokens/generated'));
  const trained = sumOf(valuesOf('tokens/trained'));
  const evaluated = eventsNamed(events, 'evaluation-end').flatMap(({ results }) => results.map(({ generated_tokens }) => generated_tokens));
  return {
    run,
    preset: eventsNamed(events, 'run-start')[0]?.preset ?? '',
    steps: steps.at(-1)?.step ?? 0,
    wall_s: wallSeconds(events),
    tokens: { generated, trained, prompt: sumOf(valuesOf('tokens/prompt')), evaluation: sumOf(evaluated) },
    base: accuracyAt(events, 'base'),
    final: accuracyAt(events, 'final'),
    evaluations: evaluationRows(events),
    entropy: entropies.length > 0 ? { first: entropies[0]!, last: entropies.at(-1)!, min: Math.min(...entropies) } : null,
    ratio_max_deviation: deviations.length > 0 ? Math.max(...deviations) : null,
    rejected_share: rejected.length > 0 ? sumOf(rejected) / rejected.length : null,
    rates: {
      generate_tok_s: ratio(generated, sumOf(steps.map(({ clock }) => clock.rollout_s))),
      train_tok_s: ratio(trained, sumOf(steps.map(({ clock }) => clock.train_s))),
      step_s: ratio(sumOf(steps.map(({ clock }) => clock.step_s)), steps.length),
    },
    peak_memory_bytes: peakMemory(events),
    infrastructure_errors: eventsNamed(events, 'infrastructure-error').length,
    skipped_steps: eventsNamed(events, 'step-skipped').length,
    sessions: new Set(events.map(({ clock }) => clock.session)).size,
    finished: events.at(-1)?.event === 'run-end',
  };
}
