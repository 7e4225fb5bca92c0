import { expect, test } from 'bun:test';
import { verifyMath } from '@or1/reward/math';
import fc from 'fast-check';
import { fuzz, SEEDS } from './fuzz.ts';

test('random and mutated inputs never throw, stay within their budget and have one verdict', () => {
  const report = fuzz(100_000, 20_260_101);
  expect(report.inputs).toBe(100_000);
  expect(report.readable).toBeGreaterThan(1_500);
}, 60_000);

test('seeds of different kinds are different answers, and each is its own', () => {
  for (const gold of SEEDS) expect(verifyMath(`\\boxed{${gold}}`, gold).verdict, gold).toBe('correct');
  const numbers = SEEDS.slice(0, 10);
  for (const gold of numbers) {
    for (const answer of numbers) {
      expect(verifyMath(`\\boxed{${answer}}`, gold).verdict, `${answer} for ${gold}`).toBe(gold === answer ? 'correct' : 'incorrect');
    }
  }
});

/** Several ways to write one rational number. */
const writings = fc
  .tuple(fc.integer({ min: -400, max: 400 }), fc.constantFrom(1, 2, 4, 5, 8, 20, 25), fc.integer({ min: 2, max: 9 }))
  .map(([top, bottom, factor]) => {
    const value = top / bottom;
    return [
      `\\frac{${top}}{${bottom}}`,
      `\\frac{${top * factor}}{${bottom * factor}}`,
      `${top}/${bottom}`,
      String(value),
      `${top} \\cdot ${bottom}^{-1}`,
      `\\frac{${top - factor}}{${bottom}} + \\frac{${factor}}{${bottom}}`,
      `x = ${value}`,
      `\\frac{${-top}}{${-bottom}}`,
    ];
  });

test('equality is reflexive, symmetric and transitive over the writings of a number', () => {
  fc.assert(
    fc.property(writings, (forms) => {
      for (const gold of forms) {
        for (const answer of forms) {
          const { verdict, evidence } = verifyMath(`\\boxed{${answer}}`, gold);
          expect(verdict, evidence).toBe('correct');
        }
      }
    }),
    { numRuns: 60, seed: 7 },
  );
});

test('two polynomials are equal exactly when their coefficients are', () => {
  const polynomial = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 4 });
  const write = (coefficients: readonly number[]): string =>
    coefficients.map((coefficient, power) => `(${coefficient})x^{${power}}`).join(' + ');
  const trim = (coefficients: readonly number[]): string => coefficients.join(',').replace(/(?:,0)+$/, '');
  fc.assert(
    fc.property(polynomial, polynomial, (left, right) => {
      const { verdict } = verifyMath(`\\boxed{${write([...right].map((value) => value))}}`, write(left));
      expect(verdict === 'correct').toBe(trim(left) === trim(right));
    }),
    { numRuns: 300, seed: 11 },
  );
});
