import { encodeGroundTruth, type ProblemRecord } from '@or1/data';

export const arithmeticFamilies = [
  'arithmetic/add',
  'arithmetic/multiply',
  'arithmetic/expression',
  'arithmetic/remainder',
  'arithmetic/linear',
  'arithmetic/gcd',
] as const;
export const countdownFamilies = ['countdown/3', 'countdown/4'] as const;
export const families = [...arithmeticFamilies, ...countdownFamilies] as const;

export type ArithmeticFamily = (typeof arithmeticFamilies)[number];
export type CountdownFamily = (typeof countdownFamilies)[number];
export type Family = (typeof families)[number];

/** A problem with one integer as its answer, and the steps that lead to it, each without its semicolon. */
export interface ArithmeticProblem {
  readonly family: ArithmeticFamily;
  readonly prompt: string;
  /** The same for problems that differ only in the order of operands; decides the held-out split. */
  readonly key: string;
  readonly steps: readonly string[];
  readonly answer: number;
}

/** Reach the target with +, -, * and / over non-negative integers, each number used exactly once. */
export interface CountdownProblem {
  readonly family: CountdownFamily;
  readonly prompt: string;
  readonly key: string;
  readonly nums: readonly number[];
  readonly target: number;
}

export type Problem = ArithmeticProblem | CountdownProblem;

export function isCountdown(problem: Problem): problem is CountdownProblem {
  return 'nums' in problem;
}

/** The problem in the schema of the training data; `data_source` names the family, as in `nano/arithmetic/gcd`. */
export function problemRecord(problem: Problem, index: number, split: 'train' | 'test'): ProblemRecord {
  const truth = isCountdown(problem) ? { nums: problem.nums, target: problem.target } : [String(problem.answer)];
  return {
    data_source: `nano/${problem.family}`,
    prompt: [{ role: 'user', content: problem.prompt }],
    ability: isCountdown(problem) ? 'countdown' : 'arithmetic',
    reward_model: { style: 'rule', ground_truth: encodeGroundTruth(truth) },
    extra_info: { index, split },
  };
}
