/** One step of an attempt: two values become one. */
export interface Step {
  readonly left: number;
  readonly operator: Operator;
  readonly right: number;
  readonly result: number;
}

export type Operator = '+' | '-' | '*' | '/';

/** A way to use up all numbers, right or wrong. */
export interface Attempt {
  readonly steps: readonly Step[];
  /** Fully bracketed but for the outermost operation: `(19+35)+44`. */
  readonly expression: string;
  readonly value: number;
}

/** A value with the expression that made it. */
export interface Operand {
  readonly value: number;
  readonly expression: string;
}

/**
 * Combines two operands; null where Countdown forbids it. A difference and a quotient take the larger operand first; a quotient must be
 * exact. Sums and products keep the given order.
 */
export function combine(first: Operand, operator: Operator, second: Operand): { readonly step: Step; readonly operand: Operand } | null {
  const swap = (operator === '-' || operator === '/') && second.value > first.value;
  const left = swap ? second : first;
  const right = swap ? first : second;
  if (operator === '/' && (right.value === 0 || left.value % right.value !== 0)) return null;
  const result = calculate(left.value, operator, right.value);
  return {
    step: { left: left.value, operator, right: right.value, result },
    operand: { value: result, expression: `${bracketed(left.expression)}${operator}${bracketed(right.expression)}` },
  };
}

function calculate(left: number, operator: Operator, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
  }
}

function bracketed(expression: string): string {
  return /^\d+$/.test(expression) ? expression : `(${expression})`;
}

/** The numbers of a problem as operands. */
export function operandsOf(nums: readonly number[]): Operand[] {
  return nums.map((value) => ({ value, expression: String(value) }));
}

/** What is left after operands i and j became one: the new value comes first, the others keep their order. */
export function replacePair(operands: readonly Operand[], i: number, j: number, made: Operand): Operand[] {
  return [made, ...operands.filter((_, index) => index !== i && index !== j)];
}

/** `44+19=63;63-35=28;` */
export function renderSteps(steps: readonly Step[]): string {
  return steps.map(({ left, operator, right, result }) => `${left}${operator}${right}=${result};`).join('');
}
