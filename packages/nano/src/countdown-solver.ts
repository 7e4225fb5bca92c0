import { type Attempt, combine, type Operand, operandsOf, operators, replacePair, type Step } from './countdown-attempt.ts';

/** Every attempt there is, in a fixed order; on average 29 for three numbers and 556 for four. `visit` returns true to stop. */
export function visitAttempts(nums: readonly number[], visit: (attempt: Attempt) => boolean): boolean {
  const steps: Step[] = [];
  const descend = (operands: readonly Operand[]): boolean => {
    const [only] = operands;
    if (operands.length === 1 && only) return visit({ steps: [...steps], expression: only.expression, value: only.value });
    for (let i = 0; i < operands.length; i++) {
      for (let j = i + 1; j < operands.length; j++) {
        for (const operator of operators) {
          const made = combine(operands[i]!, operator, operands[j]!);
          if (made === null) continue;
          steps.push(made.step);
          const stopped = descend(replacePair(operands, i, j, made.operand));
          steps.pop();
          if (stopped) return true;
        }
      }
    }
    return false;
  };
  return descend(operandsOf(nums));
}

/** Whether any attempt reaches the target. */
export function isSolvable(nums: readonly number[], target: number): boolean {
  return visitAttempts(nums, ({ value }) => value === target);
}

/** All attempts that reach the target. */
export function solutions(nums: readonly number[], target: number): Attempt[] {
  const found: Attempt[] = [];
  visitAttempts(nums, (attempt) => {
    if (attempt.value === target) found.push(attempt);
    return false;
  });
  return found;
}

/** The solutions that a tutor would show: fewest * and /, then fewest results of three digits or more. */
export function plainestSolutions(nums: readonly number[], target: number): Attempt[] {
  const cost = ({ steps }: Attempt) =>
    100 * steps.filter(({ operator }) => operator === '*' || operator === '/').length + steps.filter(({ result }) => result >= 100).length;
  const all = solutions(nums, target);
  const least = Math.min(...all.map(cost));
  return all.filter((attempt) => cost(attempt) === least);
}
