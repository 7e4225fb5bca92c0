import type { Budget } from '../budget.ts';
import type { Expression } from '../parse/tree.ts';
import {
  add,
  bitLength,
  exactRoot,
  floor,
  isInteger,
  multiply,
  NotExact,
  negate,
  ONE,
  power,
  type Rational,
  rational,
  ZERO,
} from '../rational.ts';

/** Largest argument of a factorial that is multiplied out. */
const LARGEST_FACTORIAL = 3_000n;

/**
 * The exact rational value of a constant expression, or null where it has none (irrational, symbolic) or is too large to write down.
 */
export function exactValue(node: Expression, budget: Budget): Rational | null {
  try {
    return value(node, budget);
  } catch (error) {
    if (error instanceof NotExact) return null;
    throw error;
  }
}

function value(node: Expression, budget: Budget): Rational | null {
  budget.spend(1, 'exact arithmetic');
  switch (node.kind) {
    case 'number':
      return node.value;
    case 'sum':
      return fold(node.terms, ZERO, add, budget);
    case 'product':
      return fold(node.factors, ONE, multiply, budget);
    case 'percent': {
      const share = value(node.operand, budget);
      return share === null ? null : rational(share.numerator, share.denominator * 100n);
    }
    case 'degree':
    case 'quantity':
      return value(node.operand, budget);
    case 'power':
      return exactPower(node.base, node.exponent, budget);
    case 'ratio': {
      if (node.parts.length !== 2 || node.clock) return null;
      const [top, bottom] = [value(node.parts[0]!, budget), value(node.parts[1]!, budget)];
      return top === null || bottom === null ? null : multiply(top, power(bottom, -1n));
    }
    case 'call':
      return node.known ? exactCall(node.name, node.operands, budget) : null;
    default:
      return null;
  }
}

function fold(
  items: readonly Expression[],
  start: Rational,
  combine: (a: Rational, b: Rational) => Rational,
  budget: Budget,
): Rational | null {
  let total = start;
  for (const item of items) {
    const next = value(item, budget);
    if (next === null) return null;
    total = combine(total, next);
    chargeSize(total, budget);
  }
  return total;
}

/** Big integers cost steps by their length, so that long chains of them end within the budget. */
function chargeSize(result: Rational, budget: Budget): void {
  const bits = bitLength(result.numerator) + bitLength(result.denominator);
  if (bits > 256) budget.spend(Math.ceil(bits / 64), 'exact arithmetic');
}

function exactPower(base: Expression, exponent: Expression, budget: Budget): Rational | null {
  const degree = value(exponent, budget);
  if (degree === null) return null;
  const whole = value(base, budget);
  if (whole === null) return null;
  if (isInteger(degree)) {
    const result = power(whole, degree.numerator / degree.denominator);
    chargeSize(result, budget);
    return result;
  }
  const rooted = exactRoot(whole, degree.denominator);
  return rooted === null ? null : power(rooted, degree.numerator);
}

function exactCall(name: string, operands: readonly Expression[], budget: Budget): Rational | null {
  const inputs: Rational[] = [];
  for (const operand of operands) {
    const input = value(operand, budget);
    if (input === null) return null;
    inputs.push(input);
  }
  const first = inputs[0];
  if (first === undefined) return null;
  switch (name) {
    case 'factorial':
      return isInteger(first) ? factorial(floor(first), 1n, budget) : null;
    case 'double-factorial':
      return isInteger(first) ? factorial(floor(first), 2n, budget) : null;
    case 'binomial':
      return isInteger(first) && isInteger(inputs[1]!) ? binomial(floor(first), floor(inputs[1]!), budget) : null;
    case 'abs':
      return first.numerator < 0n ? negate(first) : first;
    case 'floor':
      return rational(floor(first));
    case 'ceil':
      return rational(-floor(negate(first)));
    case 'mod': {
      const divisor = inputs[1]!;
      if (!isInteger(first) || !isInteger(divisor) || divisor.numerator === 0n) return null;
      const remainder = floor(first) % floor(divisor);
      return rational(remainder < 0n ? remainder + floor(divisor) : remainder);
    }
    case 'gcd':
    case 'lcm':
      return inputs.every(isInteger) ? commonDivisor(name, inputs.map(floor)) : null;
    case 'max':
    case 'min':
      return inputs.reduce((best, next) =>
        next.numerator * best.denominator > best.numerator * next.denominator === (name === 'max') ? next : best,
      );
    default:
      return null;
  }
}

function factorial(count: bigint, step: bigint, budget: Budget): Rational | null {
  if (count < 0n || count > LARGEST_FACTORIAL) return null;
  budget.spend(4 * Number(count), 'multiplying out a factorial');
  let result = 1n;
  for (let factor = count; factor > 1n; factor -= step) result *= factor;
  return rational(result);
}

function binomial(total: bigint, chosen: bigint, budget: Budget): Rational | null {
  if (total < 0n || total > LARGEST_FACTORIAL) return null;
  if (chosen < 0n || chosen > total) return ZERO;
  budget.spend(8 * Number(chosen), 'multiplying out a binomial');
  let result = 1n;
  for (let index = 1n; index <= chosen; index++) result = (result * (total - chosen + index)) / index;
  return rational(result);
}

function commonDivisor(name: 'gcd' | 'lcm', values: readonly bigint[]): Rational {
  const pair = (left: bigint, right: bigint): bigint => {
    let [a, b] = [left < 0n ? -left : left, right < 0n ? -right : right];
    const size = a * b;
    while (b !== 0n) [a, b] = [b, a % b];
    return name === 'gcd' ? a : a === 0n ? 0n : size / a;
  };
  return rational(values.reduce(pair));
}
