import { type Budget, BudgetExceeded } from '../budget.ts';
import { difference, type Expression, freeSymbols, rewrite, some, sum } from '../parse/tree.ts';
import { equal as equalRationals, type Rational, roundScaled, toNumber } from '../rational.ts';
import { canonicalKey } from './canonical.ts';
import { DecimalField } from './decimal-field.ts';
import { type Complex, DoubleField } from './double-field.ts';
import { evaluate, NotEvaluable } from './evaluate.ts';
import { exactValue } from './exact.ts';
import { hashText } from './hash.ts';
import { ModularField } from './modular-field.ts';
import { testPoints } from './points.ts';

/** What a comparison found, with the name of the rule that decided. */
export interface Comparison {
  readonly equal: boolean;
  readonly rule: string;
}

export interface CompareOptions {
  /** Decimal places to which both sides are rounded when one of them is written as a decimal. */
  readonly floatRounding: number;
  /** Whether variable names matter. */
  readonly strict: boolean;
  readonly budget: Budget;
}

/** Relative difference above which two doubles are different numbers, when cancellation has not eaten their digits. */
const CLEARLY_DIFFERENT = 1e-7;
/** Relative difference below which two values of 50 digits are the same number. */
const SAME_NUMBER = '1e-35';
/** Two digits of a small decimal are compared even where the rounding would leave none. */
const SIGNIFICANT_DIGITS = 2;

const FIFTY = new DecimalField(50);
const HUNDRED = new DecimalField(100);
const MODULAR = new ModularField();
const NO_SYMBOLS: ReadonlyMap<string, never> = new Map<string, never>();

const isDecimal = (node: Expression): boolean => some(node, (part) => part.kind === 'number' && part.decimals >= 0);

/** Compares two scalar expressions: by form, exactly, in digits, or at test points. */
export function compareScalars(gold: Expression, response: Expression, options: CompareOptions): Comparison {
  const { budget } = options;
  if (canonicalKey(gold, budget) === canonicalKey(response, budget)) return { equal: true, rule: 'same form' };
  const isConstant = freeSymbols(gold).length === 0 && freeSymbols(response).length === 0 && !hasOpaque(gold) && !hasOpaque(response);
  return isConstant ? compareConstants(gold, response, options) : compareSymbolic(gold, response, budget);
}

const hasOpaque = (node: Expression): boolean => some(node, (part) => (part.kind === 'call' && !part.known) || part.kind === 'fold');

function compareConstants(gold: Expression, response: Expression, { budget, floatRounding }: CompareOptions): Comparison {
  const [exactGold, exactResponse] = [exactValue(gold, budget), exactValue(response, budget)];
  const rounds = isDecimal(gold) || isDecimal(response);
  if (exactGold !== null && exactResponse !== null) {
    if (equalRationals(exactGold, exactResponse)) return { equal: true, rule: 'exact rationals' };
    if (!rounds) return { equal: false, rule: 'exact rationals' };
    const places = decimalPlaces(Math.abs(toNumber(exactGold)), floatRounding);
    return { equal: roundScaled(exactGold, places) === roundScaled(exactResponse, places), rule: `decimals rounded to ${places} places` };
  }
  try {
    if (clearlyDifferent(gold, response, rounds, floatRounding, budget)) return { equal: false, rule: 'different numbers' };
    budget.spend(400, 'evaluating in many digits');
    if (rounds) return compareRounded(gold, response, floatRounding, budget);
    return { equal: sameNumber(gold, response, budget), rule: 'numbers of 50 digits, relative tolerance 1e-35' };
  } catch (error) {
    if (error instanceof NotEvaluable) return { equal: false, rule: `forms differ and have no common value (${error.message})` };
    throw error;
  }
}

/** Places to round to: as asked, but enough to leave two digits of a small number. */
function decimalPlaces(size: number, floatRounding: number): number {
  if (size === 0 || !Number.isFinite(size)) return floatRounding;
  const needed = SIGNIFICANT_DIGITS - 1 - Math.floor(Math.log10(size));
  return Math.min(300, Math.max(floatRounding, needed));
}

function clearlyDifferent(gold: Expression, response: Expression, rounds: boolean, floatRounding: number, budget: Budget): boolean {
  const field = new DoubleField();
  const a = evaluate(gold, field, NO_SYMBOLS, budget);
  const b = evaluate(response, field, NO_SYMBOLS, budget);
  const size = Math.max(magnitude(a), magnitude(b));
  if (!Number.isFinite(size) || size === 0 || size < field.largest * 1e-6) return false;
  const gap = magnitude({ re: a.re - b.re, im: a.im - b.im });
  if (rounds && gap <= 2 * 10 ** -floatRounding) return false;
  return gap > CLEARLY_DIFFERENT * size;
}

/** Whether one constant is a fair approximation of the other, to five per cent. */
export function isNear(value: Expression, approximation: Expression, budget: Budget): boolean {
  try {
    const [a, b] = [value, approximation].map((node) => evaluate(node, new DoubleField(), NO_SYMBOLS, budget)) as [Complex, Complex];
    return magnitude({ re: a.re - b.re, im: a.im - b.im }) <= 0.05 * Math.max(magnitude(a), magnitude(b));
  } catch (error) {
    if (error instanceof NotEvaluable) return false;
    throw error;
  }
}

const magnitude = ({ re, im }: Complex): number => (im === 0 ? Math.abs(re) : Math.hypot(re, im));

function compareRounded(gold: Expression, response: Expression, floatRounding: number, budget: Budget): Comparison {
  const [a, b] = [evaluate(gold, FIFTY, NO_SYMBOLS, budget), evaluate(response, FIFTY, NO_SYMBOLS, budget)];
  const places = decimalPlaces(Math.abs(a.re.toNumber()) + Math.abs(a.im.toNumber()), floatRounding);
  const same =
    a.re.toDecimalPlaces(places, 4).equals(b.re.toDecimalPlaces(places, 4)) &&
    a.im.toDecimalPlaces(places, 4).equals(b.im.toDecimalPlaces(places, 4));
  return { equal: same, rule: `decimals rounded to ${places} places` };
}

/**
 * Whether two constants are the same number. Where both are tiny or close, their difference is evaluated with 50 and with 100 digits: a
 * difference that shrinks with the digits is rounding, one that stays is real.
 */
function sameNumber(gold: Expression, response: Expression, budget: Budget): boolean {
  const a = evaluate(gold, FIFTY, NO_SYMBOLS, budget);
  const b = evaluate(response, FIFTY, NO_SYMBOLS, budget);
  const gap = a.re.minus(b.re).abs().plus(a.im.minus(b.im).abs());
  if (gap.isZero()) return true;
  const size = a.re.abs().plus(a.im.abs()).plus(b.re.abs()).plus(b.im.abs());
  if (gap.greaterThan(size.times(SAME_NUMBER)) && size.greaterThan('1e-30')) return false;
  budget.spend(1_000, 'evaluating in many digits');
  const finer = evaluate(difference(gold, response), HUNDRED, NO_SYMBOLS, budget);
  const finerGap = finer.re.abs().plus(finer.im.abs());
  return finerGap.lessThanOrEqualTo(gap.times('1e-25'));
}

/** Compares expressions with symbols: exactly modulo a prime where they are rational functions, else at complex test points. */
function compareSymbolic(gold: Expression, response: Expression, budget: Budget): Comparison {
  const modular = compareModular(gold, response, budget);
  if (modular !== null) return { equal: modular, rule: 'identity modulo 2^61-1 at a random point' };
  const symbols = freeSymbols(sum([gold, response]));
  let agreeing = 0;
  for (const point of testPoints(gold, response)) {
    const outcome = compareAt(gold, response, symbols, point, budget);
    if (outcome === 'different') return { equal: false, rule: 'different values at a test point' };
    if (outcome === 'same') agreeing++;
  }
  if (agreeing < 2) return { equal: false, rule: 'forms differ and have too few common points' };
  return { equal: confirmInDigits(gold, response, symbols, budget), rule: `same values at ${agreeing} test points` };
}

function compareModular(gold: Expression, response: Expression, budget: Budget): boolean | null {
  const symbols = freeSymbols(sum([gold, response]));
  try {
    for (const point of ['first', 'second']) {
      budget.spend(40, 'modular arithmetic');
      const values = new Map(symbols.map((name) => [name, BigInt(hashText(`${name}:${point}`)) * 1_073_741_827n + 12_345n]));
      if (evaluate(gold, MODULAR, values, budget) !== evaluate(response, MODULAR, values, budget)) return false;
    }
    return true;
  } catch (error) {
    if (error instanceof NotEvaluable) return null;
    throw error;
  }
}

type PointOutcome = 'same' | 'different' | 'unusable';

function compareAt(
  gold: Expression,
  response: Expression,
  symbols: readonly string[],
  point: ReturnType<typeof testPoints>[number],
  budget: Budget,
): PointOutcome {
  const field = new DoubleField();
  const values = new Map(symbols.map((name) => [name, { re: toNumber(point.value(name)), im: 0 }]));
  try {
    const a = evaluate(gold, field, values, budget);
    const b = evaluate(response, field, values, budget);
    if (point.signed && field.leftReals) return 'unusable';
    const size = Math.max(magnitude(a), magnitude(b));
    if (!Number.isFinite(size)) return 'unusable';
    const gap = magnitude({ re: a.re - b.re, im: a.im - b.im });
    return gap <= 1e-8 * Math.max(size, field.largest * 1e-3) ? 'same' : 'different';
  } catch (error) {
    if (error instanceof NotEvaluable) return 'unusable';
    throw error;
  }
}

/** Doubles cannot see a difference in the tenth digit; one point in 50 digits does, where the functions allow it. */
function confirmInDigits(gold: Expression, response: Expression, symbols: readonly string[], budget: Budget): boolean {
  const [point] = testPoints(gold, response);
  const at = new Map<string, Rational>(symbols.map((name) => [name, point!.value(name)]));
  const substitute = (node: Expression): Expression =>
    rewrite(node, (part) =>
      part.kind === 'symbol' && at.has(part.name) ? { kind: 'number', value: at.get(part.name)!, decimals: -1 } : part,
    );
  try {
    budget.spend(400, 'evaluating in many digits');
    return sameNumber(substitute(gold), substitute(response), budget);
  } catch (error) {
    if (error instanceof NotEvaluable || error instanceof BudgetExceeded) return error instanceof NotEvaluable;
    throw error;
  }
}
