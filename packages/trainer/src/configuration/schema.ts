/**
 * The run configuration: one vocabulary for files, flags, presets and events.
 *
 * N prompts a step, M samples a prompt and T response tokens are the report's symbols (arXiv 2505.22312). "0 switches it off" holds for
 * every interval. Bounds here are those without which a value has no meaning.
 */
import { columnMappingSchema } from '@or1/data';
import { z } from 'zod';

const positiveInteger = z.number().int().positive();
const interval = z.number().int().nonnegative();
const positive = z.number().positive();
const nonnegative = z.number().nonnegative();
const share = z.number().min(0).max(1);

/** What a stage may change; the rest is the run's. */
export const stageSchema = z.strictObject({
  steps: positiveInteger.describe('training steps of this stage'),
  contextLength: positiveInteger.optional(),
  promptsPerStep: positiveInteger.optional(),
  samplesPerPrompt: positiveInteger.optional(),
  miniBatches: positiveInteger.optional(),
  temperature: positive.optional(),
});

export const memorySchema = z
  .strictObject({
    slots: positiveInteger.nullable().describe('responses decoded side by side'),
    microBatchRows: positiveInteger.nullable().describe('tokens of a training micro-batch'),
    checkpointing: z.boolean().nullable().describe('run layers again in the backward pass in place of keeping what they computed'),
    bytes: positiveInteger.nullable().describe('device memory that may be taken; null: what the device says it has'),
  })
  .describe('what stands in memory at once; null: chosen to fit. Decides memory and speed, none of the results');

export type MemorySettings = z.infer<typeof memorySchema>;

/** Runs that were started before there was a choice read as this. */
export const AUTOMATIC_MEMORY: MemorySettings = { slots: null, microBatchRows: null, checkpointing: null, bytes: null };

/** Off; where it is switched on, Clip-Cov's bounds and KL-Cov's coefficient are those of its authors. */
export const NO_COVARIANCE = { mode: 'off', share: 0.002, low: 1, high: 5, coefficient: 1 } as const;

export const runSchema = z.strictObject({
  preset: z.string().describe('name of the preset that the other values started from'),
  model: z.string().nullable().describe('Hugging Face folder, or a base of the nano package by name'),
  problems: z.string().nullable().describe('built-in problem mixture, where `data` (or `evalData`) names no file'),
  data: z.array(z.string()).describe('JSONL or Parquet files to train on; empty: `problems`'),
  evalData: z.array(z.string()).describe('held-out files; empty: the held-out side of `problems`'),
  columns: z
    .union([z.string(), columnMappingSchema])
    .describe("how the data files' columns make records: `auto`, a known mapping's name, or a mapping"),
  reward: z.string().describe("`auto` (chosen by each record's ability), or a TypeScript file whose default export is defineReward(…)"),
  judgeTruncated: z.boolean().describe("ask the verifier about responses cut off at T too; false: they earn 0 (the report's rule)"),

  steps: positiveInteger.nullable().describe("training steps; null: the sum of the stages' steps, or what `epochs` allows"),
  epochs: positive.nullable().describe('upper bound on passes over the data; null: none'),
  seed: z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER),
  evalEvery: interval.describe('steps between evaluations; 0: only at the start and the end'),
  checkpointEvery: interval.describe('steps between checkpoints; 0: only at the end'),
  keepCheckpoints: positiveInteger.describe('newest checkpoints to keep; the selected step is always kept'),
  selectedStep: positiveInteger.nullable().describe('step whose checkpoint is the result, where it is not the last'),
  dumpEvery: interval.describe('steps between rollout dumps; 0: none'),

  promptsPerStep: positiveInteger.describe('N'),
  samplesPerPrompt: positiveInteger.describe('M'),
  contextLength: positiveInteger.describe('T: cap on response tokens'),
  promptLengthCap: positiveInteger.describe('prompts with more tokens are left out'),
  temperature: positive.describe('sampling temperature; log-probabilities and entropies are taken at it too'),

  learningRate: nonnegative,
  warmupSteps: interval.describe('optimizer steps of linear warm-up'),
  miniBatches: positiveInteger.describe('optimizer steps per pass over the rollouts'),
  reuse: positiveInteger.describe('passes over the rollouts'),
  clip: z.strictObject({ low: share, high: nonnegative }).describe('ratio bounds 1 - low and 1 + high'),
  advantage: z.strictObject({ normalize: z.boolean().describe('divide by the group standard deviation; false is Dr. GRPO') }),
  lossNormalization: z
    .enum(['report', 'released'])
    .describe('Eq 3.1: by kept tokens; or by the nominal mini-batch as the released code does'),
  rejection: z.enum(['report', 'released']).describe('which groups are left out: all advantages 0, or all rewards 0 or all 1'),
  truncation: z.enum(['none', 'before', 'after']).describe('advantage mask of truncated responses'),
  overlong: z.strictObject({ buffer: interval, penalty: nonnegative }).describe("DAPO's soft length penalty; buffer 0 is off"),
  kl: z.strictObject({ beta: nonnegative }),
  importanceSampling: z
    .strictObject({ cap: nonnegative.describe('largest weight; 0 is off') })
    .describe('truncated importance sampling of sampler against learner'),
  covariance: z
    .strictObject({
      mode: z.enum(['off', 'clip', 'kl']),
      share: share.describe('of all tokens'),
      low: z.number(),
      high: z.number(),
      coefficient: nonnegative,
    })
    .default(NO_COVARIANCE)
    .describe(
      'Clip-Cov (share, low, high) or KL-Cov (share, coefficient) on the tokens whose log-probability and advantage vary together most',
    ),
  entropy: z.strictObject({
    mode: z.enum(['off', 'constant', 'adaptive-paper', 'adaptive-released']),
    target: nonnegative,
    delta: nonnegative,
    min: nonnegative,
    max: nonnegative.nullable().describe('null: no upper bound'),
    coefficient: nonnegative.describe('the constant, or the value at which an adaptive controller starts'),
  }),
  optimizer: z.strictObject({ beta1: share, beta2: share, epsilon: positive, weightDecay: nonnegative, gradientClip: nonnegative }),
  eval: z.strictObject({
    samples: positiveInteger.describe('k: samples a problem'),
    problems: interval.describe('held-out problems at most; 0: no evaluation'),
    temperatures: z.array(nonnegative),
  }),
  stageFilter: z
    .enum(['off', 'last', 'any', 'all'])
    .describe('at a stage boundary, leave out prompts solved by every sample on the last, any or all visits of the stage before'),
  memory: memorySchema.default(AUTOMATIC_MEMORY),
  stages: z.array(stageSchema),
});

export type RunConfiguration = z.infer<typeof runSchema>;
export type StageConfiguration = z.infer<typeof stageSchema>;

type Partially<T> = T extends readonly unknown[] ? T : T extends object ? { [Key in keyof T]?: Partially<T[Key]> } : T;

/** Part of a configuration: a preset, a file or a set of flags; what it leaves out comes from the layer below. */
export type ConfigurationLayer = Partially<RunConfiguration>;

/** Keys that a stage may change; a higher layer that sets one at the top sets it for every stage. */
export const STAGE_KEYS = ['contextLength', 'promptsPerStep', 'samplesPerPrompt', 'miniBatches', 'temperature'] as const;
