import { type Expression, some } from '../parse/tree.ts';
import type { Rational } from '../rational.ts';
import { hashText } from './hash.ts';

/** A test point gives each symbol a rational value; `signed` points may lie outside an expression's domain and are then left out. */
export interface TestPoint {
  readonly signed: boolean;
  value(symbol: string): Rational;
}

const fraction = (numerator: number, denominator: number): Rational => ({ numerator: BigInt(numerator), denominator: BigInt(denominator) });

/** Factorials, binomials, floors and powers such as (-1)^n only make sense at whole numbers. */
function needsWholeNumbers(node: Expression): boolean {
  return some(
    node,
    (part) =>
      (part.kind === 'call' &&
        part.known &&
        ['factorial', 'double-factorial', 'binomial', 'floor', 'ceil', 'mod', 'gcd', 'lcm'].includes(part.name)) ||
      (part.kind === 'power' &&
        part.exponent.kind !== 'number' &&
        some(part.base, (base) => base.kind === 'number' && base.value.numerator < 0n)),
  );
}

/** Points in (0, 1), in (1, 4) and with signs; or whole numbers from 2 to 13. Fixed by the symbols' names. */
export function testPoints(left: Expression, right: Expression): readonly TestPoint[] {
  const random = (symbol: string, point: string) => hashText(`${symbol}/${point}`);
  if (needsWholeNumbers(left) || needsWholeNumbers(right)) {
    return ['a', 'b', 'c', 'd'].map((point, index) => ({
      signed: false,
      value: (symbol) => fraction(2 + index * 2 + (random(symbol, point) % 5), 1),
    }));
  }
  return [
    { signed: false, value: (symbol) => fraction(1009 + (random(symbol, 'large') % 2999), 1009) },
    { signed: false, value: (symbol) => fraction(101 + (random(symbol, 'small') % 797), 997) },
    { signed: false, value: (symbol) => fraction(1013 + (random(symbol, 'other') % 1999), 1013) },
    { signed: true, value: (symbol) => fraction(-(503 + (random(symbol, 'negative') % 1499)), 1019) },
    { signed: true, value: (symbol) => fraction((random(symbol, 'sign') & 64 ? 1 : -1) * (211 + (random(symbol, 'mixed') % 1889)), 1021) },
  ];
}
