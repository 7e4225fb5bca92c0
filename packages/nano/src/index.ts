export { drawArithmetic } from './arithmetic.ts';
export { type NanoBaseName, nanoBase } from './bases.ts';
export { type CorpusMix, type CorpusSample, cleanCorpus, corpusSample, mixedCorpus } from './corpus.ts';
export type { ArithmeticStyle } from './corpus-arithmetic.ts';
export type { CountdownStyle } from './corpus-countdown.ts';
export { countdownProblem, drawCountdown } from './countdown.ts';
export { type Evaluated, evaluateExpression } from './countdown-expression.ts';
export { isSolvable, solutions } from './countdown-solver.ts';
export { HELD_OUT_SHARE, isHeldOut } from './held-out.ts';
export { type NanoPreset, type NanoRun, nanoPresets } from './presets.ts';
export {
  type ArithmeticFamily,
  type ArithmeticProblem,
  arithmeticFamilies,
  type CountdownFamily,
  type CountdownProblem,
  countdownFamilies,
  type Family,
  families,
  type Problem,
  problemRecord,
} from './problem.ts';
export {
  drawProblem,
  familySource,
  heldOutProblems,
  heldOutSource,
  type Mixture,
  type MixtureName,
  mixtures,
  problemSource,
  type Side,
} from './problem-source.ts';
export { type NanoRecipe, nanoRecipes } from './recipes.ts';
export { extractAnswer, nanoVerifiers, verifyArithmetic, verifyCountdown } from './verifiers.ts';
