import type { Rational } from '../rational.ts';
import { type Field, NotEvaluable } from './evaluate.ts';
import { hashText } from './hash.ts';

/** The Mersenne prime 2^61 - 1. Two different polynomials of degree d agree at a random point with probability below d / 2^61. */
export const PRIME = (1n << 61n) - 1n;

const reduce = (value: bigint): bigint => {
  const residue = value % PRIME;
  return residue < 0n ? residue + PRIME : residue;
};

function raise(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % PRIME;
    square = (square * square) % PRIME;
  }
  return result;
}

const invert = (value: bigint): bigint => {
  if (value === 0n) throw new NotEvaluable('division by zero at this point');
  return raise(value, PRIME - 2n);
};

/**
 * Residues modulo a 61-bit prime: exact arithmetic for rational functions, whatever their degree. Roots, functions and the constants
 * pi, e and i have no residue; expressions with them are compared in complex numbers.
 */
export class ModularField implements Field<bigint> {
  readonly name = 'modular';
  readonly cost = 3;

  rational(value: Rational): bigint {
    return value.denominator === 1n ? reduce(value.numerator) : (reduce(value.numerator) * invert(reduce(value.denominator))) % PRIME;
  }

  constant(name: string): bigint {
    throw new NotEvaluable(`${name} has no residue`);
  }

  add(left: bigint, right: bigint): bigint {
    return (left + right) % PRIME;
  }

  multiply(left: bigint, right: bigint): bigint {
    return (left * right) % PRIME;
  }

  power(base: bigint, exponent: Rational | null): bigint {
    if (exponent === null || exponent.denominator !== 1n) throw new NotEvaluable('exponent is not a whole number');
    const magnitude = exponent.numerator < 0n ? -exponent.numerator : exponent.numerator;
    // Exponents are taken as they are: reducing them modulo the group order would equate different functions.
    if (magnitude > 1_000_000_000n) throw new NotEvaluable('exponent too large');
    const raised = raise(base, magnitude);
    return exponent.numerator < 0n ? invert(raised) : raised;
  }

  call(name: string): bigint {
    throw new NotEvaluable(`${name} has no residue`);
  }

  opaque(name: string, operands: readonly bigint[]): bigint {
    const text = `${name}(${operands.join(';')})`;
    return reduce(BigInt(hashText(text)) * 4_294_967_311n + BigInt(hashText(`${text}'`)));
  }
}
