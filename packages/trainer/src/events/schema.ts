/**
 * The event log's records, version 1. One line of `events.jsonl` is one event.
 *
 * Everything outside `clock` is a function of the configuration, the data and the seed; `clock` holds what depends on the machine and
 * the moment. Two runs of one configuration, or a run and its resumed twin, have equal events once `clock` is taken away.
 */
import { z } from 'zod';
import { isMetricName } from './metrics.ts';

export const EVENT_VERSION = 1;

const clock = z.strictObject({
  /** Unix time in milliseconds. */
  time_ms: z.number(),
  /** 1 for the first start, one more for every resume. */
  session: z.number().int().positive(),
  /** Milliseconds since the session began. */
  elapsed_ms: z.number().nonnegative(),
});

const count = z.number().int().nonnegative();
const share = z.number().min(0).max(1);

const intervalSchema = z.tuple([share, share]);

/** Accuracy over a set of problems, k samples each; n problems. `ci95` is a 95 % interval of `avg` that treats problems as clusters. */
const scoreShape = { avg: share, pass: share, majority: share, k: count, n: count, ci95: intervalSchema };
export const scoreSchema = z.strictObject(scoreShape);

export const evaluationResultSchema = z.strictObject({
  temperature: z.number().nonnegative(),
  ...scoreShape,
  mean_length: z.number().nonnegative(),
  truncated_share: share,
  entropy: z.number(),
  /** Samples whose verifier failed after every retry, and problems whose record is at fault; neither counts in the shares. */
  dropped_samples: count,
  unverifiable_problems: count,
  generated_tokens: count,
  by_source: z.record(z.string(), z.strictObject({ ...scoreShape, mean_length: z.number().nonnegative(), truncated_share: share })),
  /** Path of the sample file, relative to the run folder. */
  samples: z.string(),
});

const stepClock = clock.extend({
  rollout_s: z.number().nonnegative(),
  /** Time after the last token during which the step still waited for verdicts; the rest of verification overlaps generation. */
  reward_s: z.number().nonnegative(),
  train_s: z.number().nonnegative(),
  step_s: z.number().nonnegative(),
  generate_tok_s: z.number().nonnegative(),
  train_tok_s: z.number().nonnegative(),
  peak_memory_bytes: z.number().nonnegative(),
});

const metrics = z.record(z.string().refine(isMetricName, 'is not a registered metric'), z.number());

const event = <Name extends string, Shape extends z.core.$ZodLooseShape>(name: Name, shape: Shape) =>
  z.strictObject({ v: z.literal(EVENT_VERSION), event: z.literal(name), ...shape });

export const eventSchema = z.discriminatedUnion('event', [
  event('run-start', {
    kind: z.enum(['train', 'sft']),
    preset: z.string(),
    /** The resolved configuration; also in config.json. */
    configuration: z.record(z.string(), z.unknown()),
    total_steps: count,
    parameters: count,
    clock: clock.extend({ device: z.string(), threads: count }),
  }),
  event('stage-start', {
    /** Steps done when the stage began. */
    step: count,
    /** From 0. */
    stage: count,
    steps: count,
    context_length: count,
    prompts_per_step: count,
    samples_per_prompt: count,
    mini_batches: count,
    temperature: z.number(),
    /** Prompts left out because the policy solved them in the stage before. */
    filtered_prompts: count,
    clock,
  }),
  event('step-end', { step: z.number().int().positive(), stage: count, trained: z.boolean(), metrics, clock: stepClock }),
  event('step-skipped', {
    step: z.number().int().positive(),
    reason: z.enum(['no-advantage', 'non-finite-gradient']),
    detail: z.string(),
    clock,
  }),
  event('infrastructure-error', {
    step: count,
    phase: z.enum(['training', 'evaluation']),
    problem: z.string(),
    sample: count,
    attempts: z.number().int().positive(),
    evidence: z.string(),
    clock,
  }),
  event('record-unverifiable', {
    step: count,
    phase: z.enum(['training', 'evaluation']),
    problem: z.string(),
    evidence: z.string(),
    clock,
  }),
  event('evaluation-end', {
    step: count,
    label: z.enum(['base', 'interval', 'final']),
    context_length: count,
    results: z.array(evaluationResultSchema),
    clock: clock.extend({ evaluation_s: z.number().nonnegative() }),
  }),
  event('checkpoint-written', { step: count, path: z.string(), clock: clock.extend({ write_s: z.number().nonnegative(), bytes: count }) }),
  event('sft-step-end', {
    step: z.number().int().positive(),
    loss: z.number(),
    learning_rate: z.number(),
    gradient_norm: z.number(),
    tokens: count,
    clock: clock.extend({
      step_s: z.number().nonnegative(),
      train_tok_s: z.number().nonnegative(),
      peak_memory_bytes: z.number().nonnegative(),
    }),
  }),
  event('run-end', { step: count, clock: clock.extend({ peak_memory_bytes: z.number().nonnegative() }) }),
]);

export type RunEvent = z.infer<typeof eventSchema>;
export type EventName = RunEvent['event'];
export type EventOf<Name extends EventName> = Extract<RunEvent, { event: Name }>;
export type EvaluationResult = z.infer<typeof evaluationResultSchema>;
export type Score = z.infer<typeof scoreSchema>;

/** What the emitter of an event states; version, time, session and elapsed time are added by the log. */
export type EventBody<Name extends EventName = EventName> = Name extends EventName
  ? Omit<EventOf<Name>, 'v' | 'clock'> & { clock?: Omit<EventOf<Name>['clock'], 'time_ms' | 'session' | 'elapsed_ms'> }
  : never;
