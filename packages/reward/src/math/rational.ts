import { INTEGER_BITS } from './budget.ts';

/** An exact fraction of two big integers. The denominator is positive; the fraction is reduced while its parts are small. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Thrown when an exact value would be larger than {@link INTEGER_BITS}, or a division by zero was asked for. */
export class NotExact extends Error {}

/** Reduced fractions keep comparisons cheap; beyond this size the greatest common divisor costs more than it saves. */
const REDUCE_BELOW = 1n << 1024n;
const LARGEST = 1n << BigInt(INTEGER_BITS);

const absolute = (value: bigint): bigint => (value < 0n ? -value : value);

function greatestCommonDivisor(left: bigint, right: bigint): bigint {
  let a = absolute(left);
  let b = absolute(right);
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

/** Makes a fraction; throws {@link NotExact} for a zero denominator or an oversized part. */
export function rational(numerator: bigint, denominator = 1n): Rational {
  if (denominator === 0n) throw new NotExact('division by zero');
  if (denominator === 1n) {
    if (absolute(numerator) > LARGEST) throw new NotExact('integer too large');
    return { numerator, denominator };
  }
  let top = denominator < 0n ? -numerator : numerator;
  let bottom = absolute(denominator);
  if (bottom < REDUCE_BELOW && absolute(top) < REDUCE_BELOW) {
    const divisor = greatestCommonDivisor(top, bottom);
    if (divisor > 1n) {
      top /= divisor;
      bottom /= divisor;
    }
  } else if (bottom > LARGEST || absolute(top) > LARGEST) {
    throw new NotExact('fraction too large');
  }
  return { numerator: top, denominator: bottom };
}

export const ZERO: Rational = { numerator: 0n, denominator: 1n };
export const ONE: Rational = { numerator: 1n, denominator: 1n };

const isZero = (value: Rational): boolean => value.numerator === 0n;
/** Also true for unreduced fractions such as 4/2. */
export const isInteger = (value: Rational): boolean => value.numerator % value.denominator === 0n;

/** Equality by cross multiplication, so unreduced fractions compare rightly. */
export const equal = (a: Rational, b: Rational): boolean =>
  a.denominator === b.denominator ? a.numerator === b.numerator : a.numerator * b.denominator === b.numerator * a.denominator;

export const add = (a: Rational, b: Rational): Rational =>
  a.denominator === 1n && b.denominator === 1n
    ? rational(a.numerator + b.numerator)
    : rational(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);

export const negate = (a: Rational): Rational => ({ numerator: -a.numerator, denominator: a.denominator });
export const subtract = (a: Rational, b: Rational): Rational => add(a, negate(b));
export const multiply = (a: Rational, b: Rational): Rational => rational(a.numerator * b.numerator, a.denominator * b.denominator);
export const divide = (a: Rational, b: Rational): Rational => rational(a.numerator * b.denominator, a.denominator * b.numerator);

/** Sign of a - b: -1, 0 or 1. */
export function compareRational(a: Rational, b: Rational): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Number of bits of an integer's magnitude. */
export function bitLength(value: bigint): number {
  const magnitude = absolute(value);
  if (magnitude < 0x1_0000_0000n) return magnitude === 0n ? 0 : 32 - Math.clz32(Number(magnitude));
  return magnitude.toString(16).length * 4;
}

/** `base` to a whole power; throws {@link NotExact} before a result beyond the size limit is computed. */
export function power(base: Rational, exponent: bigint): Rational {
  if (exponent === 0n) return ONE;
  if (isZero(base)) {
    if (exponent < 0n) throw new NotExact('zero to a negative power');
    return ZERO;
  }
  const magnitude = absolute(exponent);
  const bits = Math.max(bitLength(base.numerator), bitLength(base.denominator));
  const isUnit = base.denominator === 1n && absolute(base.numerator) === 1n;
  if (isUnit) return exponent % 2n === 0n ? ONE : base;
  if (magnitude > BigInt(INTEGER_BITS) || bits * Number(magnitude) > INTEGER_BITS) throw new NotExact('power too large');
  const top = base.numerator ** magnitude;
  const bottom = base.denominator ** magnitude;
  return exponent > 0n ? { numerator: top, denominator: bottom } : rational(bottom, top);
}

/** The exact whole n-th root of a fraction, or null where it is irrational. */
export function exactRoot(value: Rational, degree: bigint): Rational | null {
  if (degree <= 0n || degree > 64n) return null;
  const negative = value.numerator < 0n;
  if (negative) return null;
  const top = integerRoot(value.numerator, degree);
  const bottom = integerRoot(value.denominator, degree);
  return top === null || bottom === null ? null : { numerator: top, denominator: bottom };
}

function integerRoot(value: bigint, degree: bigint): bigint | null {
  if (value < 2n || degree === 1n) return value;
  if (bitLength(value) > 2048) return null;
  // Newton's iteration from above: 2^ceil(bits / degree) is never below the root.
  let guess = 1n << (BigInt(bitLength(value)) / degree + 1n);
  for (;;) {
    const next = ((degree - 1n) * guess + value / guess ** (degree - 1n)) / degree;
    if (next >= guess) break;
    guess = next;
  }
  return guess ** degree === value ? guess : null;
}

/** The largest whole number not above the fraction. */
export function floor(value: Rational): bigint {
  const quotient = value.numerator / value.denominator;
  return value.numerator < 0n && quotient * value.denominator !== value.numerator ? quotient - 1n : quotient;
}

/** Reads digits with an optional fraction part ("12.50"); `.5` and `5.` are allowed. */
export function parseDecimal(text: string): Rational {
  const point = text.indexOf('.');
  if (point < 0) return rational(BigInt(text));
  const fraction = text.slice(point + 1);
  return rational(BigInt(text.slice(0, point) + fraction || '0'), 10n ** BigInt(fraction.length));
}

/** `value` rounded half away from zero to `decimals` places, as the scaled integer. */
export function roundScaled(value: Rational, decimals: number): bigint {
  const scaled = value.numerator * 10n ** BigInt(decimals) * 2n;
  const twice = absolute(scaled) + value.denominator;
  const rounded = twice / (value.denominator * 2n);
  return scaled < 0n ? -rounded : rounded;
}

/** Nearest double; quotients of very large parts are scaled first so that they do not become NaN. */
export function toNumber(value: Rational): number {
  const excess = Math.max(bitLength(value.numerator), bitLength(value.denominator)) - 1000;
  if (excess <= 0) return Number(value.numerator) / Number(value.denominator);
  const shift = BigInt(excess);
  return Number(value.numerator >> shift) / Number(value.denominator >> shift || 1n);
}

/** "3/4" or "5", shortened where very long. */
export function formatRational(value: Rational): string {
  const shorten = (part: bigint): string => {
    if (bitLength(part) > 400) return `<${bitLength(part)}-bit integer>`;
    return part.toString();
  };
  return value.denominator === 1n ? shorten(value.numerator) : `${shorten(value.numerator)}/${shorten(value.denominator)}`;
}
