import { z } from 'zod';
import { keysOf } from '../configuration/known-keys.ts';

const positiveInteger = z.number().int().positive();
const share = z.number().min(0).max(1);

/** Configuration of a run of supervised fine-tuning. */
export const sftSchema = z.strictObject({
  kind: z.literal('sft'),
  preset: z.string(),
  model: z.string().nullable().describe('Hugging Face folder, or a base of the nano package by name'),
  initialize: z
    .number()
    .positive()
    .nullable()
    .describe("null: the model's own weights; otherwise fresh ones, matrices normal with this standard deviation, norms 1, biases 0"),
  corpus: z.string().nullable().describe('built-in corpus, where `data` names no file'),
  data: z.array(z.string()).describe('JSONL or Parquet files with prompts and responses'),
  seed: z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER),
  steps: positiveInteger,
  samplesPerStep: positiveInteger,
  tokenCap: positiveInteger.describe('samples with more tokens, prompt and response together, are left out'),
  learningRate: z.number().nonnegative(),
  warmupSteps: z.number().int().nonnegative(),
  schedule: z.strictObject({
    kind: z.enum(['constant', 'cosine']),
    floor: share.describe('final rate of the cosine as a share of the peak'),
  }),
  optimizer: z.strictObject({
    beta1: share,
    beta2: share,
    epsilon: z.number().positive(),
    weightDecay: z.number().nonnegative(),
    gradientClip: z.number().nonnegative(),
  }),
  checkpointEvery: z.number().int().nonnegative().describe('0: only at the end'),
  keepCheckpoints: positiveInteger,
});

export type SftConfiguration = z.infer<typeof sftSchema>;

export const SFT_KEYS = keysOf(sftSchema);
