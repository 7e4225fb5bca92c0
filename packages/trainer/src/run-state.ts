import { promptSamplerStateSchema } from '@or1/data';
import { z } from 'zod';
import { solveHistorySchema } from './step/solve-history.ts';

/** All of a run's state beside weights and moments: plain JSON in a checkpoint's `state.json`. */
export const runStateSchema = z.strictObject({
  version: z.literal(1),
  /** Training steps done. */
  step: z.number().int().nonnegative(),
  /** The stage that the sampler is in. */
  stage: z.number().int().nonnegative(),
  /** AdamW updates done. */
  optimizerSteps: z.number().int().nonnegative(),
  entropy: z.strictObject({ coefficient: z.number(), gate: z.boolean() }),
  sampler: promptSamplerStateSchema,
  solved: solveHistorySchema,
  /** Events that the log held; later ones are void when a resume starts from here. */
  events: z.number().int().nonnegative(),
});

export type RunState = z.infer<typeof runStateSchema>;
