import { add, divide, multiply, parseDecimal, rational, power as rationalPower } from '../rational.ts';
import { parseArgument } from './brackets.ts';
import type { Cursor } from './cursor.ts';
import { type Expression, number, quotient } from './tree.ts';

/** Largest exponent of ten in a literal such as 1.5e300. */
const LITERAL_EXPONENT = 400;

/** A numeral: whole, decimal, in scientific notation, with a repeating tail, or with a base as subscript. */
export function parseNumber(cursor: Cursor): Expression {
  const { text } = cursor.advance();
  if (cursor.operator('_')) return numeralDigits(cursor, text);
  if (text.length > 2_000) cursor.fail('numeral too long');
  const [digits, exponent] = text.split(/[eE]/);
  const point = digits!.indexOf('.');
  const decimals = point < 0 ? -1 : digits!.length - point - 1;
  let value = parseDecimal(digits!);
  if (exponent !== undefined) {
    if (Math.abs(Number(exponent)) > LITERAL_EXPONENT) cursor.fail('exponent too large');
    value = multiply(value, rationalPower(rational(10n), BigInt(exponent)));
    return number(value, Math.max(0, decimals));
  }
  if (point >= 0 && cursor.command('overline', 'bar', 'dot')) return repeating(cursor, value, decimals);
  skipEllipsis(cursor, point >= 0);
  return number(value, decimals);
}

/** "0.333..." is read as the decimal that is written. */
function skipEllipsis(cursor: Cursor, isDecimal: boolean): void {
  if (!isDecimal) return;
  if (cursor.command('ldots', 'dots', 'cdots')) cursor.advance();
  else if (cursor.operator('.') && cursor.ahead(1).text === '.' && cursor.ahead(2).text === '.') {
    for (let dot = 0; dot < 3; dot++) cursor.advance();
  }
}

/** `0.1\overline{6}`: the tail repeats, so the value is the exact fraction. */
function repeating(cursor: Cursor, head: ReturnType<typeof rational>, decimals: number): Expression {
  cursor.advance();
  const braced = cursor.take('{');
  if (!cursor.at('number')) cursor.fail('expected repeating digits');
  const tail = cursor.advance().text;
  if (braced && !cursor.take('}')) cursor.fail('unclosed brace');
  if (!/^\d{1,40}$/.test(tail)) cursor.fail('expected repeating digits');
  const places = BigInt(Math.max(0, decimals));
  const repeated = divide(rational(BigInt(tail)), rational(10n ** BigInt(tail.length) - 1n));
  return number(add(head, divide(repeated, rational(10n ** places))));
}

/** The digits were read; the subscript behind them is their base. Letters are digits above nine. */
export function numeralDigits(cursor: Cursor, digits: string, baseTaken = false): Expression {
  if (!baseTaken) cursor.take('_');
  const base = parseArgument(cursor);
  if (base.kind !== 'number' || base.value.denominator !== 1n) {
    return { kind: 'call', name: `${digits}_`, known: false, operands: [base] };
  }
  return { kind: 'numeral', digits: digits.replace(/^0+(?=.)/, '').toUpperCase(), base: Number(base.value.numerator) };
}

/**
 * `\frac{a}{b}` and its careless forms `\frac12`, `\frac1{72}`, `\frac 79`. In an unbraced run of digits the first is the numerator and
 * the others are the denominator.
 */
export function parseFraction(cursor: Cursor): Expression {
  if (cursor.at('number') && /^\d{2,}$/.test(cursor.token.text)) {
    const { text } = cursor.advance();
    return quotient(number(parseDecimal(text[0]!)), number(parseDecimal(text.slice(1))));
  }
  const top = parseArgument(cursor);
  return quotient(top, parseArgument(cursor));
}
