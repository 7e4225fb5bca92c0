import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { exponential, naturalLogarithm, power, sineCosine } from './deterministic-math.ts';

const relativeError = (value: number, expected: number) => (value === expected ? 0 : Math.abs(value - expected) / Math.abs(expected));

/** Recorded from mpmath 1.3.0 with 300 bits, rounded to f64. */
const LOGARITHMS: readonly (readonly [number, number])[] = [
  [1e-300, -690.7755278982137],
  [0.3, -1.2039728043259361],
  [0.7071067811865474, -0.3465735902799729],
  [0.7071067811865477, -0.3465735902799724],
  [0.9999999999999999, -1.1102230246251565e-16],
  [1.0000000000000002, 2.2204460492503128e-16],
  [1.5, 0.4054651081081644],
  [10000, 9.210340371976184],
  [1000000, 13.815510557964274],
  [1e300, 690.7755278982137],
];
const EXPONENTIALS: readonly (readonly [number, number])[] = [
  [-700, 9.85967654375977e-305],
  [-36.7, 1.1518409493076097e-16],
  [-1.25, 0.2865047968601901],
  [-0.34375, 0.7091061824373984],
  [0, 1],
  [1e-10, 1.0000000001],
  [1.25, 3.4903429574618414],
  [700, 1.0142320547350045e304],
];
/** Angle, sine, cosine; the last three lie nearer to a multiple of pi / 2 than any other f64 below 470,000. */
const ANGLES: readonly (readonly [number, number, number])[] = [
  [1000000, -0.34999350217129294, 0.9367521275331447],
  [999999.5, -0.756251087561678, 0.654281508650351],
  [12345.678, -0.7040813137533816, 0.7101193587160628],
  [0.785, 0.706825181105366, 0.7073882691671998],
  [-2, -0.9092974268256817, -0.4161468365471424],
  [1e-8, 1e-8, 1],
  [355, -3.014435335948845e-5, -0.999999999545659],
  [710, 6.0288706691585265e-5, 0.999999998182636],
  [45.553093477052, 1, -6.189806365883577e-19],
  [91.106186954104, -1.2379612731767154e-18, -1],
  [182.212373908208, 2.475922546353431e-18, 1],
];

describe('deterministic math against 300-bit values', () => {
  test.each(LOGARITHMS)('ln %d', (value, expected) => {
    expect(relativeError(naturalLogarithm(value), expected)).toBeLessThan(4e-16);
  });
  test.each(EXPONENTIALS)('exp %d', (value, expected) => {
    expect(relativeError(exponential(value), expected)).toBeLessThan(4e-16);
  });
  test.each(ANGLES)('sine and cosine of %d', (angle, sine, cosine) => {
    const result = sineCosine(angle);
    expect(relativeError(result.sine, sine)).toBeLessThan(4e-16);
    expect(relativeError(result.cosine, cosine)).toBeLessThan(4e-16);
  });
  test.each([
    [10000, 0.9375, 5623.413251903491],
    [1000000, 0.984375, 805842.1877614819],
    [500000, 0.015625, 1.2275703955658044],
    [10000, -0.5, 0.01],
    [3, 0.5, 1.7320508075688772],
  ])('%d to the power %d', (base, exponent, expected) => {
    expect(relativeError(power(base, exponent), expected)).toBeLessThan(4e-15);
  });
});

describe('deterministic math against Math', () => {
  const runs = { numRuns: 20_000 };
  test('ln', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-300, max: 1e300, noNaN: true }),
        (value) => relativeError(naturalLogarithm(value), Math.log(value)) < 1e-15,
      ),
      runs,
    );
  });
  test('exp', () => {
    fc.assert(
      fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (value) => relativeError(exponential(value), Math.exp(value)) < 1e-15),
      runs,
    );
  });
  test('sine and cosine up to a million', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), (angle) => {
        const { sine, cosine } = sineCosine(angle);
        return relativeError(sine, Math.sin(angle)) < 1e-15 && relativeError(cosine, Math.cos(angle)) < 1e-15;
      }),
      runs,
    );
    for (let position = 0; position < 1e6; position += 997) {
      expect(relativeError(sineCosine(position).sine, Math.sin(position))).toBeLessThan(1e-15);
    }
  });
});

test('values outside the domain are refused', () => {
  for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) expect(() => naturalLogarithm(value)).toThrow(RangeError);
  expect(() => exponential(710)).toThrow(RangeError);
  expect(() => exponential(Number.NaN)).toThrow(RangeError);
  expect(exponential(-1000)).toBe(0);
  expect(() => sineCosine(1e7)).toThrow(RangeError);
  expect(() => sineCosine(Number.NaN)).toThrow(RangeError);
});
