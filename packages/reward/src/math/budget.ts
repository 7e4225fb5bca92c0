/**
 * The step budget that bounds one verification. Every loop over input text, every node visited and every word of a big integer
 * costs steps, so the synchronous core ends after a fixed amount of work whatever the input, with the same verdict on every machine.
 */

/** Thrown when an input needs more work than the budget allows. */
export class BudgetExceeded extends Error {
  constructor(readonly phase: string) {
    super(`step budget exceeded while ${phase}`);
    this.name = 'BudgetExceeded';
  }
}

export class Budget {
  private left: number;

  constructor(readonly limit: number) {
    this.left = limit;
  }

  /** Takes `steps` from the budget; throws {@link BudgetExceeded} when it is empty. */
  spend(steps: number, phase: string): void {
    this.left -= steps;
    if (this.left < 0) throw new BudgetExceeded(phase);
  }

  get spent(): number {
    return this.limit - Math.max(0, this.left);
  }
}

/** Steps for all golds, and again for the response and its comparisons; at worst about 10 ms each on a core of 2020. */
export const ANSWER_STEPS = 40_000;
/** Characters of one candidate answer that are parsed; longer candidates are refused. */
export const ANSWER_CHARACTERS = 4_000;
/** Characters of a response, counted from its end, in which formulas and numbers are searched, */
export const SEARCHED_CHARACTERS = 20_000;
/** and in which boxes are searched. */
export const BOXED_CHARACTERS = 400_000;
/** Characters of a gold that are read, counted from its end. */
export const GOLD_CHARACTERS = 20_000;
/** Bits of an exact integer; larger values are compared by other means. */
export const INTEGER_BITS = 40_000;
/** Depth of nested brackets and commands. */
export const NESTING_DEPTH = 60;
