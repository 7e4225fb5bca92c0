import type { RandomStream } from '@or1/data';
import { isSolvable } from './countdown-solver.ts';
import type { CountdownFamily, CountdownProblem } from './problem.ts';

/** A random solvable problem: numbers uniform in 1..99, target uniform in 10..99, drawn again until a solution exists. */
export function drawCountdown(family: CountdownFamily, random: RandomStream): CountdownProblem {
  const count = family === 'countdown/3' ? 3 : 4;
  for (;;) {
    const nums = Array.from({ length: count }, () => random.integer(1, 99));
    const target = random.integer(10, 99);
    if (isSolvable(nums, target)) return countdownProblem(family, nums, target);
  }
}

export function countdownProblem(family: CountdownFamily, nums: readonly number[], target: number): CountdownProblem {
  const key = `${[...nums].sort((a, b) => a - b).join(' ')}=${target}`;
  return { family, prompt: `${nums.join(' ')}=${target}?`, key, nums, target };
}
