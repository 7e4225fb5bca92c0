import { Decimal } from 'decimal.js';
import { isInteger, type Rational } from '../rational.ts';
import { type Field, NotEvaluable } from './evaluate.ts';

export interface BigComplex {
  readonly re: Decimal;
  readonly im: Decimal;
}

/** Arguments of periodic functions beyond this power of ten are refused: reducing them would need as many more digits. */
const LARGEST_ANGLE_EXPONENT = 25;

/**
 * Complex numbers of many decimal digits and an exponent range of 9e15, so that 1/2004! and 1/2006! are two numbers. Used where
 * double precision finds two values close.
 */
export class DecimalField implements Field<BigComplex> {
  readonly name = 'decimal';
  readonly cost = 25;
  private readonly Decimal: typeof Decimal;
  private readonly zero: Decimal;
  private readonly pi: Decimal;

  constructor(readonly digits: number) {
    this.Decimal = Decimal.clone({ precision: digits, maxE: 9e15, minE: -9e15, toExpNeg: -40, toExpPos: 40, modulo: Decimal.EUCLID });
    this.zero = new this.Decimal(0);
    this.pi = this.Decimal.acos(-1);
  }

  rational(value: Rational): BigComplex {
    const top = new this.Decimal(value.numerator.toString());
    return this.real(value.denominator === 1n ? top : top.div(value.denominator.toString()));
  }

  constant(name: 'pi' | 'e' | 'i' | 'infinity'): BigComplex {
    if (name === 'pi') return this.real(this.pi);
    if (name === 'e') return this.real(this.Decimal.exp(1));
    if (name === 'i') return { re: this.zero, im: new this.Decimal(1) };
    throw new NotEvaluable('infinity is no number');
  }

  add(a: BigComplex, b: BigComplex): BigComplex {
    return { re: a.re.plus(b.re), im: a.im.plus(b.im) };
  }

  multiply(a: BigComplex, b: BigComplex): BigComplex {
    if (a.im.isZero() && b.im.isZero()) return this.real(a.re.times(b.re));
    return { re: a.re.times(b.re).minus(a.im.times(b.im)), im: a.re.times(b.im).plus(a.im.times(b.re)) };
  }

  power(base: BigComplex, exponent: Rational | null, value: () => BigComplex): BigComplex {
    if (base.re.isZero() && base.im.isZero()) {
      if (exponent !== null && exponent.numerator > 0n) return this.real(this.zero);
      throw new NotEvaluable('zero to a power that is not positive');
    }
    const raised = exponent === null ? value() : this.rational(exponent);
    if (base.im.isZero() && raised.im.isZero() && (base.re.isPositive() || (exponent !== null && isInteger(exponent)))) {
      if (exponent !== null && exponent.denominator === 2n && exponent.numerator === 1n) return this.real(base.re.sqrt());
      return this.finite(base.re.pow(raised.re));
    }
    if (exponent !== null && isInteger(exponent) && exponent.numerator > -64n && exponent.numerator < 64n)
      return this.smallPower(base, Number(exponent.numerator));
    return this.exp(this.multiply(raised, this.log(base)));
  }

  call(name: string, operands: readonly BigComplex[], exact: readonly (Rational | null)[]): BigComplex {
    const a = operands[0]!;
    if (name === 'log') {
      const top = this.log(a);
      return operands.length === 1 ? top : this.divide(top, this.log(operands[1]!));
    }
    if (name === 'abs') return this.real(this.modulus(a));
    if (name === 'Re') return this.real(a.re);
    if (name === 'Im') return this.real(a.im);
    if (name === 'arg') return this.real(this.Decimal.atan2(a.im, a.re));
    if (!a.im.isZero()) throw new NotEvaluable(`${name} of a complex number`);
    if (exact[0] === undefined) throw new NotEvaluable(`${name} without an argument`);
    return this.finite(this.realFunction(name, a.re));
  }

  opaque(name: string): BigComplex {
    throw new NotEvaluable(`${name} is not known`);
  }

  private realFunction(name: string, x: Decimal): Decimal {
    const one = new this.Decimal(1);
    if (/^(?:sin|cos|tan|cot|sec|csc)$/.test(name) && x.e > LARGEST_ANGLE_EXPONENT) throw new NotEvaluable('angle too large');
    switch (name) {
      case 'sin':
        return x.sin();
      case 'cos':
        return x.cos();
      case 'tan':
        return x.tan();
      case 'cot':
        return one.div(x.tan());
      case 'sec':
        return one.div(x.cos());
      case 'csc':
        return one.div(x.sin());
      case 'arcsin':
        return x.asin();
      case 'arccos':
        return x.acos();
      case 'arctan':
        return x.atan();
      case 'arccot':
        return this.pi.div(2).minus(x.atan());
      case 'sinh':
        return x.sinh();
      case 'cosh':
        return x.cosh();
      case 'tanh':
        return x.tanh();
      case 'arsinh':
        return x.asinh();
      case 'arcosh':
        return x.acosh();
      case 'artanh':
        return x.atanh();
      case 'floor':
        return x.floor();
      case 'ceil':
        return x.ceil();
      case 'sgn':
      case 'sign':
        return new this.Decimal(x.isZero() ? 0 : x.isNegative() ? -1 : 1);
      default:
        throw new NotEvaluable(`no decimal ${name}`);
    }
  }

  private real(re: Decimal): BigComplex {
    return { re, im: this.zero };
  }

  private finite(value: Decimal): BigComplex {
    if (!value.isFinite()) throw new NotEvaluable('not a finite number');
    return this.real(value);
  }

  private modulus(a: BigComplex): Decimal {
    return a.im.isZero() ? a.re.abs() : a.re.pow(2).plus(a.im.pow(2)).sqrt();
  }

  private log(a: BigComplex): BigComplex {
    const size = this.modulus(a);
    if (size.isZero()) throw new NotEvaluable('logarithm of zero');
    const angle = a.im.isZero() && a.re.isPositive() ? this.zero : this.Decimal.atan2(a.im, a.re);
    return { re: size.ln(), im: angle };
  }

  private exp(a: BigComplex): BigComplex {
    const size = a.re.exp();
    if (a.im.isZero()) return this.finite(size);
    return { re: size.times(a.im.cos()), im: size.times(a.im.sin()) };
  }

  private smallPower(base: BigComplex, exponent: number): BigComplex {
    let result = this.real(new this.Decimal(1));
    for (let count = 0; count < Math.abs(exponent); count++) result = this.multiply(result, base);
    return exponent < 0 ? this.divide(this.real(new this.Decimal(1)), result) : result;
  }

  private divide(a: BigComplex, b: BigComplex): BigComplex {
    const size = b.re.pow(2).plus(b.im.pow(2));
    if (size.isZero()) throw new NotEvaluable('division by zero');
    const top = this.multiply(a, { re: b.re, im: b.im.negated() });
    return { re: top.re.div(size), im: top.im.div(size) };
  }
}
