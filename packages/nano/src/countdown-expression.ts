/** What an expression comes to, or why it counts for nothing. */
export type Evaluated = { readonly value: number; readonly numbers: readonly number[] } | { readonly fault: string };

const MAX_LENGTH = 200;

/**
 * Evaluates an expression of Countdown: numbers, + - * /, brackets, the usual precedence, no signs and no spaces. Every intermediate must
 * be a non-negative integer and every division exact. Answers with the value and the numbers used, in order of appearance.
 */
export function evaluateExpression(text: string): Evaluated {
  if (text.length > MAX_LENGTH) return { fault: `the expression is longer than ${MAX_LENGTH} characters` };
  try {
    return new Parser(text).parse();
  } catch (error) {
    if (error instanceof Fault) return { fault: error.message };
    throw error;
  }
}

class Fault extends Error {}

/** expression = term {(+|-) term}; term = factor {(*|/) factor}; factor = number | ( expression ). */
class Parser {
  readonly #text: string;
  readonly #numbers: number[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): { readonly value: number; readonly numbers: readonly number[] } {
    const value = this.#sum();
    if (this.#at < this.#text.length) throw this.#unexpected();
    return { value, numbers: this.#numbers };
  }

  #sum(): number {
    let value = this.#product();
    for (;;) {
      if (this.#take('+')) value = this.#checked(value + this.#product());
      else if (this.#take('-')) value = this.#checked(value - this.#product());
      else return value;
    }
  }

  #product(): number {
    let value = this.#factor();
    for (;;) {
      if (this.#take('*')) value = this.#checked(value * this.#factor());
      else if (this.#take('/')) value = this.#quotient(value, this.#factor());
      else return value;
    }
  }

  #factor(): number {
    if (this.#take('(')) {
      const value = this.#sum();
      if (!this.#take(')')) throw this.#unexpected();
      return value;
    }
    const [digits] = /^(?:0|[1-9]\d*)(?!\d)/.exec(this.#text.slice(this.#at)) ?? [];
    if (digits === undefined) throw this.#unexpected();
    this.#at += digits.length;
    const value = this.#checked(Number(digits));
    this.#numbers.push(value);
    return value;
  }

  #quotient(left: number, right: number): number {
    if (right === 0) throw new Fault('divides by zero');
    if (left % right !== 0) throw new Fault(`${left}/${right} is not exact`);
    return left / right;
  }

  #checked(value: number): number {
    if (value < 0) throw new Fault(`the intermediate ${value} is negative`);
    if (!Number.isSafeInteger(value)) throw new Fault('an intermediate is too large');
    return value;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #unexpected(): Fault {
    const found = this.#text[this.#at];
    return new Fault(
      found === undefined ? 'the expression stops short' : `cannot read ${JSON.stringify(found)} at character ${this.#at + 1}`,
    );
  }
}
