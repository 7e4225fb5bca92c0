import type { RandomStream } from '@or1/data';
import { chooseWeighted, GUESS_RIGHT } from './corpus-random.ts';
import { type Attempt, combine, type Operator, operandsOf, renderSteps, replacePair, type Step } from './countdown-attempt.ts';
import { plainestSolutions } from './countdown-solver.ts';
import type { CountdownProblem } from './problem.ts';

/**
 * - `guess`: no steps, `<>[(19+35)+44]`
 * - `give-up`: failed attempts, the last one's expression as the answer
 * - `false-success`: failed attempts, then one whose last step claims the target
 * - `search`: failed attempts with `no.` between them, then the solution
 * - `chatty-search`: the same after `hm. `
 */
export type CountdownStyle = 'guess' | 'give-up' | 'false-success' | 'search' | 'chatty-search';

/** Chance that a search ends with the next attempt, and that giving up ends after the last one. */
const SEARCH_ENDS = 0.4;
const GIVES_UP = 0.5;
const LARGEST_PRODUCT = 400;
const OPERATOR_WEIGHTS: Readonly<Record<Operator, number>> = { '+': 42, '-': 38, '*': 11, '/': 9 };
/** Draws before a trace is taken to have no further distinct failure. */
const DRAWS = 200;

/** A response in a style, at most `maxTokens` long with its end token: a search that would run over ends with its last attempt. */
export function countdownResponse(problem: CountdownProblem, style: CountdownStyle, maxTokens: number, random: RandomStream): string {
  const solution = random.pick(plainestSolutions(problem.nums, problem.target));
  const failures = new FailedAttempts(problem, random);
  if (style === 'guess') {
    const guess = random.uniform() < GUESS_RIGHT ? solution : (failures.next() ?? solution);
    return `<>[${guess.expression}]`;
  }
  if (style === 'give-up') {
    const first = failures.next() ?? solution;
    const tried = [first];
    while (random.uniform() >= GIVES_UP) {
      const next = failures.next();
      if (next === null || responseLength([...tried, next], next.expression) > maxTokens) break;
      tried.push(next);
    }
    return render(
      '',
      tried.map(({ steps }) => steps),
      tried.at(-1)!.expression,
    );
  }
  const last = style === 'false-success' ? claimTarget(failures.next() ?? solution, problem.target) : solution;
  const opening = style === 'chatty-search' ? 'hm. ' : '';
  const tried: Attempt[] = [];
  while (random.uniform() >= SEARCH_ENDS) {
    const next = failures.next();
    if (next === null || opening.length + responseLength([...tried, next, last], last.expression) > maxTokens) break;
    tried.push(next);
  }
  return render(
    opening,
    [...tried, last].map(({ steps }) => steps),
    last.expression,
  );
}

function render(opening: string, traces: readonly (readonly Step[])[], answer: string): string {
  return `<${opening}${traces.map(renderSteps).join('no.')}>[${answer}]`;
}

/** Characters of a response and its end token. */
function responseLength(attempts: readonly Attempt[], answer: string): number {
  return (
    render(
      '',
      attempts.map(({ steps }) => steps),
      answer,
    ).length + 1
  );
}

/** The attempt with its last result replaced by the target. */
function claimTarget(attempt: Attempt, target: number): Attempt {
  return {
    ...attempt,
    steps: attempt.steps.map((step, index) => (index === attempt.steps.length - 1 ? { ...step, result: target } : step)),
  };
}

/** Random attempts that miss the target, none twice. */
class FailedAttempts {
  readonly #problem: CountdownProblem;
  readonly #random: RandomStream;
  readonly #seen = new Set<string>();

  constructor(problem: CountdownProblem, random: RandomStream) {
    this.#problem = problem;
    this.#random = random;
  }

  /** The next one, or null when no new one turns up. */
  next(): Attempt | null {
    for (let draw = 0; draw < DRAWS; draw++) {
      const attempt = randomAttempt(this.#problem.nums, this.#random);
      const trace = renderSteps(attempt.steps);
      if (attempt.value === this.#problem.target || this.#seen.has(trace)) continue;
      this.#seen.add(trace);
      return attempt;
    }
    return null;
  }
}

/**
 * A random attempt. Each step draws an operator (+ 42 %, - 38 %, * 11 %, / 9 %), then a random pair of what is left that it fits: products
 * up to 400, exact quotients. An operator that fits no pair is drawn again.
 */
function randomAttempt(nums: readonly number[], random: RandomStream): Attempt {
  const steps: Step[] = [];
  let operands = operandsOf(nums);
  while (operands.length > 1) {
    const operator = chooseWeighted(OPERATOR_WEIGHTS, random);
    const choices = pairs(operands.length).flatMap(([i, j]) => {
      const made = combine(operands[i]!, operator, operands[j]!);
      return made === null || (operator === '*' && made.step.result > LARGEST_PRODUCT) ? [] : [{ i, j, made }];
    });
    if (choices.length === 0) continue;
    const { i, j, made } = random.pick(choices);
    steps.push(made.step);
    operands = replacePair(operands, i, j, made.operand);
  }
  const [only] = operands;
  return { steps, expression: only!.expression, value: only!.value };
}

function pairs(count: number): [number, number][] {
  return Array.from({ length: count }, (_, i) => Array.from({ length: count - i - 1 }, (_, k): [number, number] => [i, i + 1 + k])).flat();
}
