import type { RunEvent } from '../events/schema.ts';

/** The numbers that one event adds to a run's curves. */
export interface ScalarRow {
  readonly step: number;
  readonly timeMs: number;
  readonly values: Readonly<Record<string, number>>;
}

/** Fields of a clock that are curves of their own, by their name there. */
const CLOCK_CURVES = ['rollout_s', 'reward_s', 'train_s', 'step_s', 'generate_tok_s', 'train_tok_s', 'peak_memory_bytes'] as const;

function clockValues(clock: Readonly<Record<string, unknown>>): Record<string, number> {
  const entries = CLOCK_CURVES.flatMap((name) => (typeof clock[name] === 'number' ? [[`clock/${name}`, clock[name]] as const] : []));
  return Object.fromEntries(entries);
}

/** Curves of the training steps: every metric under its own name, times and rates under `clock/`. */
export function stepScalars(events: readonly RunEvent[]): readonly ScalarRow[] {
  return events.flatMap((event): ScalarRow[] => {
    if (event.event === 'step-end') {
      return [{ step: event.step, timeMs: event.clock.time_ms, values: { ...event.metrics, ...clockValues(event.clock) } }];
    }
    if (event.event === 'sft-step-end') {
      const { loss, learning_rate, gradient_norm, tokens } = event;
      const values = { loss, 'learning-rate': learning_rate, 'gradient/norm': gradient_norm, 'tokens/trained': tokens };
      return [{ step: event.step, timeMs: event.clock.time_ms, values: { ...values, ...clockValues(event.clock) } }];
    }
    return [];
  });
}

const SCORES = ['avg', 'pass', 'majority', 'mean_length', 'truncated_share'] as const;

/** Curves of the evaluations: `evaluation/temperature-1/avg`, by source `evaluation/temperature-1/source/<name>/avg`. */
export function evaluationScalars(events: readonly RunEvent[]): readonly ScalarRow[] {
  return events.flatMap((event): ScalarRow[] => {
    if (event.event !== 'evaluation-end') return [];
    const values: Record<string, number> = {};
    for (const result of event.results) {
      const prefix = `evaluation/temperature-${result.temperature}`;
      for (const score of SCORES) values[`${prefix}/${score}`] = result[score];
      values[`${prefix}/entropy`] = result.entropy;
      for (const [source, scores] of Object.entries(result.by_source)) {
        for (const score of SCORES) values[`${prefix}/source/${source.replaceAll('/', '-')}/${score}`] = scores[score];
      }
    }
    return [{ step: event.step, timeMs: event.clock.time_ms, values }];
  });
}
