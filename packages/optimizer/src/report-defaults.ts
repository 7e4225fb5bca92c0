import type { AdamWSettings } from './adam-w.ts';
import type { SelectionSettings } from './group-selection.ts';
import type { LossSettings } from './policy-step.ts';

/** The report's settings for groups and loss (Eq 2.5, Eq 3.1 and section 8.1): symmetric clip, no KL, no mask, no importance correction. */
export const REPORT_SETTINGS: SelectionSettings & LossSettings = {
  advantage: { normalize: true },
  truncation: 'none',
  rejection: 'report',
  overlong: null,
  clip: { low: 0.2, high: 0.2 },
  kl: { beta: 0 },
  importance: { cap: null },
  covariance: null,
};

/** AdamW as the released code runs it, with its gradient clip and constant learning rate (the report names the rate alone). */
export const REPORT_ADAM_W: AdamWSettings & { readonly learningRate: number; readonly gradientClip: number } = {
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0.01,
  learningRate: 1e-6,
  gradientClip: 1,
};
