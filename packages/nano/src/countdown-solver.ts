import { type Attempt, combine, type Operator, operandsOf, replacePair, type Step } from './countdown-attempt.ts';

/** How an attempt was made: which two of the values left, counted from 0, and what was done with them, step by step. */
type Path = readonly (readonly [first: number, second: number, operator: Operator])[];

/**
 * Every attempt there is, in a fixed order; on average 29 for three numbers and 556 for four. Works on bare values, because generators
 * try many problems; `replay` writes an attempt out. `visit` returns true to stop; the path is its own only during the call.
 */
export function visitAttempts(nums: readonly number[], visit: (value: number, path: Path) => boolean): boolean {
  const path: [number, number, Operator][] = [];
  const descend = (values: readonly number[]): boolean => {
    const count = values.length;
    if (count === 1) return visit(values[0]!, path);
    for (let i = 0; i < count; i++) {
      for (let j = i + 1; j < count; j++) {
        const a = values[i]!;
        const b = values[j]!;
        const rest: number[] = [0];
        for (let k = 0; k < count; k++) if (k !== i && k !== j) rest.push(values[k]!);
        const follow = (result: number, operator: Operator): boolean => {
          rest[0] = result;
          path.push([i, j, operator]);
          const stopped = descend(rest);
          path.pop();
          return stopped;
        };
        const large = Math.max(a, b);
        const small = Math.min(a, b);
        if (follow(a + b, '+') || follow(large - small, '-') || follow(a * b, '*')) return true;
        if (small !== 0 && large % small === 0 && follow(large / small, '/')) return true;
      }
    }
    return false;
  };
  return descend(nums);
}

/** Writes out the attempt of a path. */
function replay(nums: readonly number[], path: Path): Attempt {
  const steps: Step[] = [];
  let operands = operandsOf(nums);
  for (const [i, j, operator] of path) {
    const made = combine(operands[i]!, operator, operands[j]!);
    if (made === null) throw new Error(`${operator} does not fit values ${i} and ${j} of ${nums.join(' ')}`);
    steps.push(made.step);
    operands = replacePair(operands, i, j, made.operand);
  }
  const [only] = operands;
  return { steps, expression: only!.expression, value: only!.value };
}

/**
 * Whether any attempt reaches the target. The last two values are settled without trying: generators ask this some thirty times for a
 * problem, so it is the one place where the rules of a step are written a second time.
 */
export function isSolvable(nums: readonly number[], target: number): boolean {
  const count = nums.length;
  if (count === 1) return nums[0] === target;
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++) {
      const large = Math.max(nums[i]!, nums[j]!);
      const small = Math.min(nums[i]!, nums[j]!);
      if (count === 2)
        return (
          large + small === target || large - small === target || large * small === target || (small !== 0 && small * target === large)
        );
      const rest = [0];
      for (let k = 0; k < count; k++) if (k !== i && k !== j) rest.push(nums[k]!);
      const reaches = (result: number): boolean => {
        rest[0] = result;
        return isSolvable(rest, target);
      };
      if (reaches(large + small) || reaches(large - small) || reaches(large * small)) return true;
      if (small !== 0 && large % small === 0 && reaches(large / small)) return true;
    }
  }
  return false;
}

/** All attempts that reach the target. */
export function solutions(nums: readonly number[], target: number): Attempt[] {
  const found: Attempt[] = [];
  visitAttempts(nums, (value, path) => {
    if (value === target) found.push(replay(nums, path));
    return false;
  });
  return found;
}

/** The solutions that a tutor would show: fewest * and /, then fewest results of three digits or more. */
export function plainestSolutions(nums: readonly number[], target: number): Attempt[] {
  const cost = ({ steps }: Attempt) =>
    100 * steps.filter(({ operator }) => operator === '*' || operator === '/').length + steps.filter(({ result }) => result >= 100).length;
  const all = solutions(nums, target);
  const costs = all.map(cost);
  const least = Math.min(...costs);
  return all.filter((_, index) => costs[index] === least);
}
