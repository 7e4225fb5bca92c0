/** What tests of devices share: the case table, its tolerances, the exactness checks and the gradient check. */
export { type AttentionHeads, type AttentionLayout, type Family, layOutFamilies, qkvWidth } from './attention-layout.ts';
export { kernelCases } from './cases.ts';
export { checkGradient, type GradientCheck, type GradientError, type Parameters } from './check-gradient.ts';
export {
  compareOutputs,
  type Difference,
  describeDifference,
  type Expectation,
  expectationOf,
  firstDifferingBit,
  runKernelCase,
  runKernelCases,
} from './compare.ts';
export type { ExactnessCheck } from './exactness/exactness-check.ts';
export { exactnessChecks } from './exactness.ts';
export type { Allowed, KernelCase, Outputs } from './kernel-case.ts';
export { type OutputArray, type Placement, runPlaced, unwritten } from './place.ts';
export { RandomSource } from './random-source.ts';
