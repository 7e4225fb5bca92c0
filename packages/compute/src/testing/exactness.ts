/** Properties that hold bit for bit on a device, whatever its arithmetic. */
import { attentionExactnessChecks } from './exactness/attention-exactness.ts';
import type { ExactnessCheck } from './exactness/exactness-check.ts';
import { rowIndependenceChecks } from './exactness/row-independence.ts';
import { samplerEqualsLearnerChecks } from './exactness/sampler-equals-learner.ts';
import { splitInvarianceChecks } from './exactness/split-invariance.ts';

export const exactnessChecks: readonly ExactnessCheck[] = [
  ...rowIndependenceChecks,
  ...attentionExactnessChecks,
  ...splitInvarianceChecks,
  ...samplerEqualsLearnerChecks,
];
