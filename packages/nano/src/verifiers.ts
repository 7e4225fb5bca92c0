import type { Judgement, Verifier, VerifierRoute } from '@or1/reward';
import { evaluateExpression } from './countdown-expression.ts';

/** What stands in the square brackets that end a response, or null. */
export function extractAnswer(response: string): string | null {
  return /\[([^[\]]*)\]$/.exec(response)?.[1] ?? null;
}

/** Correct when the response ends in `[answer]` and the answer is one of the record's, written exactly so. */
export const verifyArithmetic: Verifier = ({ response, finish, record }) => {
  const truth = groundTruth(record);
  const accepted = typeof truth === 'string' ? [truth] : truth;
  if (!Array.isArray(accepted) || accepted.length === 0 || !accepted.every((answer) => /^-?\d+$/.test(String(answer)))) {
    return unverifiable('the ground truth is not an integer or a list of integers');
  }
  return judge(response, finish, (answer) =>
    accepted.map(String).includes(answer) ? null : `the answer ${answer} is not ${accepted.join(' or ')}`,
  );
};

/** Correct when the response ends in `[expression]`, which uses every number exactly once and comes to the target by Countdown's rules. */
export const verifyCountdown: Verifier = ({ response, finish, record }) => {
  const problem = countdownTruth(groundTruth(record));
  if (problem === null) return unverifiable('the ground truth is not {nums: [positive integers], target: integer}');
  return judge(response, finish, (answer) => {
    const evaluated = evaluateExpression(answer);
    if ('fault' in evaluated) return evaluated.fault;
    const sorted = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b).join(' ');
    if (sorted(evaluated.numbers) !== sorted(problem.nums))
      return `uses ${evaluated.numbers.join(' ')} and not each of ${problem.nums.join(' ')} once`;
    return evaluated.value === problem.target ? null : `comes to ${evaluated.value} and not to ${problem.target}`;
  });
};

/** The verifiers of the nano families, for a registry; they also take Countdown records of files. */
export const nanoVerifiers: readonly VerifierRoute[] = [
  { name: 'nano arithmetic', ability: 'arithmetic', verifier: verifyArithmetic },
  { name: 'nano countdown', ability: 'countdown', verifier: verifyCountdown },
];

function judge(response: string, finish: 'stop' | 'length', wrong: (answer: string) => string | null): Judgement {
  const answer = extractAnswer(response);
  const fault = finish === 'length' ? 'cut off before its end' : answer === null ? 'does not end in [answer]' : wrong(answer);
  return {
    verdict: fault === null ? 'correct' : 'incorrect',
    reward: fault === null ? 1 : 0,
    extracted: answer,
    evidence: fault ?? `the answer ${answer} is right`,
    durationMs: 0,
  };
}

function unverifiable(evidence: string): Judgement {
  return { verdict: 'unverifiable', reward: null, extracted: null, evidence, durationMs: 0 };
}

function groundTruth(record: Readonly<Record<string, unknown>>): unknown {
  return (record.reward_model as { readonly ground_truth?: unknown } | undefined)?.ground_truth;
}

function countdownTruth(truth: unknown): { readonly nums: readonly number[]; readonly target: number } | null {
  if (typeof truth !== 'object' || truth === null) return null;
  const { nums, numbers, target } = truth as Readonly<Record<string, unknown>>;
  const list = nums ?? numbers;
  if (!Array.isArray(list) || list.length === 0 || !list.every((value) => Number.isSafeInteger(value) && value > 0)) return null;
  return Number.isSafeInteger(target) ? { nums: list as number[], target: target as number } : null;
}
