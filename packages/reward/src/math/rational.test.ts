import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import {
  add,
  compareRational,
  divide,
  equal,
  exactRoot,
  floor,
  multiply,
  NotExact,
  parseDecimal,
  power,
  rational,
  roundScaled,
  subtract,
} from './rational.ts';

const fraction = fc
  .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.bigInt({ min: 1n, max: 10n ** 30n }))
  .map(([a, b]) => rational(a, b));

describe('rational numbers', () => {
  test('are a field', () => {
    fc.assert(
      fc.property(fraction, fraction, fraction, (a, b, c) => {
        expect(equal(multiply(a, add(b, c)), add(multiply(a, b), multiply(a, c)))).toBe(true);
        expect(equal(subtract(add(a, b), b), a)).toBe(true);
        if (b.numerator !== 0n) expect(equal(divide(multiply(a, b), b), a)).toBe(true);
      }),
    );
  });

  test('are ordered as their difference says, also unreduced', () => {
    const large = 1n << 1100n;
    expect(compareRational({ numerator: 2n * large, denominator: 4n * large }, rational(1n, 2n))).toBe(0);
    expect(equal({ numerator: 2n * large, denominator: 4n * large }, rational(1n, 2n))).toBe(true);
    expect(compareRational(rational(-1n, 3n), rational(-1n, 4n))).toBe(-1);
  });

  test('keep decimals exact', () => {
    expect(parseDecimal('0.1')).toEqual(rational(1n, 10n));
    expect(parseDecimal('12.50')).toEqual(rational(25n, 2n));
    expect(parseDecimal('.5')).toEqual(rational(1n, 2n));
  });

  test('round half away from zero', () => {
    expect(roundScaled(rational(5n, 1000n), 2)).toBe(1n);
    expect(roundScaled(rational(-5n, 1000n), 2)).toBe(-1n);
    expect(roundScaled(rational(1n, 3n), 6)).toBe(333_333n);
  });

  test('floor goes down for negative fractions', () => {
    expect(floor(rational(-7n, 2n))).toBe(-4n);
    expect(floor(rational(7n, 2n))).toBe(3n);
    expect(floor(rational(-8n, 2n))).toBe(-4n);
  });

  test('find whole roots and no others', () => {
    expect(exactRoot(rational(27n, 8n), 3n)).toEqual(rational(3n, 2n));
    expect(exactRoot(rational(2n), 2n)).toBeNull();
    expect(exactRoot(rational(10n ** 60n), 2n)).toEqual(rational(10n ** 30n));
    expect(exactRoot(rational(-8n), 3n)).toBeNull();
  });

  test('refuse powers that would not fit before computing them', () => {
    expect(() => power(rational(9n), 9n ** 9n)).toThrow(NotExact);
    expect(() => power(rational(0n), -1n)).toThrow(NotExact);
    expect(power(rational(-1n), 10n ** 40n + 1n)).toEqual(rational(-1n));
    expect(power(rational(2n, 3n), -2n)).toEqual(rational(9n, 4n));
  });
});
