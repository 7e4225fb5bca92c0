export { type AdamWSettings, type AdamWState, type AdamWStep, adamW, adamWStep, createAdamWState } from './adam-w.ts';
export {
  EntropyController,
  type EntropyMode,
  type EntropySettings,
  type EntropyState,
  RELEASED_ENTROPY,
  REPORT_ENTROPY,
} from './entropy-controller.ts';
export { controllerEntropy, entropyByFamily, type TokenMean, tokenMean } from './entropy-estimates.ts';
export {
  type AnswerSample,
  averageInterval,
  type EvaluationSummary,
  majorityScore,
  passAtK,
  summarizeEvaluation,
} from './evaluation-statistics.ts';
export { type AdvantageSettings, groupAdvantages, type JudgedResponse, type TruncationMode } from './group-advantages.ts';
export { type GroupSelection, type SelectionSettings, selectGroups } from './group-selection.ts';
export { type LearningRateSchedule, learningRateAt } from './learning-rate.ts';
export { compareLogProbabilities, type Mismatch, type RatioSpread } from './log-probability-mismatch.ts';
export { type LossNormalization, responseScales } from './loss-normalization.ts';
export { type LossReport, lossReport } from './loss-report.ts';
export { planOptimizerSteps, type StepPlan } from './optimizer-steps.ts';
export { type OverlongShaping, overlongPenalty } from './overlong-penalty.ts';
export { assemblePolicyStep, type LossSettings, type PolicyStep, type StepOptions, type StepResponse } from './policy-step.ts';
export { REPORT_ADAM_W, REPORT_SETTINGS } from './report-defaults.ts';
export { type SolveStatistics, solveMetrics, solveStatistics } from './solve-statistics.ts';
export { type CovarianceSettings, selectByCovariance } from './token-covariance.ts';
export type { TokenValues } from './token-values.ts';
export { type TokenRange, type TokenWeights, tokenWeights, weightsKnownBeforehand } from './token-weights.ts';
export { decideUpdate, type UpdateDecision } from './update-decision.ts';
