import { NESTING_DEPTH } from '../budget.ts';
import { add, isInteger, rational } from '../rational.ts';
import { parseAtom, startsAtom } from './atoms.ts';
import { parseArgument } from './brackets.ts';
import { FUNCTIONS, isGreek } from './commands.ts';
import type { Cursor } from './cursor.ts';
import { opensModulus } from './statement.ts';
import { call, type Expression, isOne, MINUS_ONE, negative, number, power, product, sum } from './tree.ts';
import { isUnitWord } from './units.ts';

/** Terms joined by signs. */
export function parseSum(cursor: Cursor): Expression {
  return cursor.nested(() => {
    const terms: Expression[] = [];
    do terms.push(parseSignedTerm(cursor));
    while (cursor.operator('+', '-') || cursor.command('pm', 'mp'));
    return sum(terms);
  });
}

function parseSignedTerm(cursor: Cursor): Expression {
  if (cursor.take('+')) return parseSignedTerm(cursor);
  if (cursor.take('-')) return cursor.nested(() => negative(parseSignedTerm(cursor)));
  if (cursor.command('pm', 'mp')) {
    const sign = cursor.advance().text === 'pm' ? 1 : -1;
    return { kind: 'plus-minus', sign, operand: parseTerm(cursor) };
  }
  return parseTerm(cursor);
}

/** Scales behind a degree sign. */
const TEMPERATURE = /^[CFK]$/;
const TIMES = ['cdot', 'times', 'ast', 'star'];

/** Factors joined by products and quotients, or standing side by side. A unit may follow. */
export function parseTerm(cursor: Cursor): Expression {
  const factors: Expression[] = [parseFactor(cursor)];
  for (;;) {
    if (cursor.operator('*') || cursor.command(...TIMES)) {
      cursor.advance();
      factors.push(parseSignedFactor(cursor));
    } else if (cursor.operator('/') || cursor.command('div')) {
      cursor.advance();
      factors.push(power(parseDenominator(cursor), MINUS_ONE));
    } else if (cursor.command('bmod')) {
      cursor.advance();
      return call('mod', [product(factors), parseFactor(cursor)]);
    } else if (startsImplicitFactor(cursor, factors)) {
      const mixed = takeMixedFraction(cursor, factors);
      if (mixed !== null) factors[factors.length - 1] = mixed;
      else factors.push(parseFactor(cursor));
    } else break;
  }
  return takeUnit(cursor, product(factors));
}

function parseSignedFactor(cursor: Cursor): Expression {
  if (cursor.take('-')) return negative(parseSignedFactor(cursor));
  if (cursor.take('+')) return parseSignedFactor(cursor);
  return parseFactor(cursor);
}

/** In `1/2x` the letter written tightly belongs to the denominator; in `1/2 x` and `35/2 \pi` it does not. */
function parseDenominator(cursor: Cursor): Expression {
  const isNumber = cursor.at('number');
  const first = parseSignedFactor(cursor);
  const factors = [first];
  while (isNumber && cursor.at('letter') && !cursor.token.space) factors.push(parseFactor(cursor));
  return product(factors);
}

function startsImplicitFactor(cursor: Cursor, factors: readonly Expression[]): boolean {
  if (opensModulus(cursor) || startsUnitFraction(cursor)) return false;
  const last = factors.at(-1)!;
  if (cursor.at('number')) {
    // Two numbers side by side are a mixed fraction or nothing; `\sqrt{2} 3` and `x 3` are products.
    return last.kind !== 'number' || startsPlainFraction(cursor);
  }
  if (cursor.openIntegrals > 0 && /^d[a-z]?$/.test(cursor.token.text)) return false;
  if (cursor.joiner() !== null) return false;
  if (cursor.at('letter', 'U') && last.kind === 'tuple') return false;
  if (cursor.at('letter') && last.kind === 'degree' && TEMPERATURE.test(cursor.token.text)) return false;
  if (cursor.at('word')) return cursor.token.text !== 'in' && cursor.token.text !== 'U' && !isUnitBehindNumber(cursor, last);
  return startsAtom(cursor);
}

/** `\frac{\text{km}}{\text{h}}` behind a value is its unit. */
const startsUnitFraction = (cursor: Cursor): boolean =>
  cursor.command('frac') && cursor.ahead(1).text === '{' && cursor.ahead(2).type === 'text';

const startsPlainFraction = (cursor: Cursor): boolean =>
  cursor.token.space && cursor.ahead(1).type === 'operator' && cursor.ahead(1).text === '/' && cursor.ahead(2).type === 'number';

/** `1\frac{2}{3}` and `1 2/3` are sums when all three parts are literal whole numbers. */
function takeMixedFraction(cursor: Cursor, factors: readonly Expression[]): Expression | null {
  const whole = factors.at(-1)!;
  if (factors.length !== 1 || whole.kind !== 'number' || whole.decimals >= 0 || !isInteger(whole.value)) return null;
  let top: Expression;
  let bottom: Expression;
  if (cursor.at('number') && startsPlainFraction(cursor)) {
    top = parseFactor(cursor);
    cursor.advance();
    bottom = parseFactor(cursor);
  } else if (cursor.command('frac')) {
    const fraction = parseFactor(cursor);
    const parts = fraction.kind === 'product' ? fraction.factors : [];
    const inverse = parts[1];
    if (parts.length !== 2 || inverse?.kind !== 'power' || parts[0]!.kind !== 'number' || inverse.base.kind !== 'number') {
      return product([whole, fraction]);
    }
    top = parts[0]!;
    bottom = inverse.base;
  } else return null;
  if (top.kind !== 'number' || bottom.kind !== 'number' || top.value.numerator < 0n || bottom.value.numerator <= 0n) return null;
  return number(add(whole.value, rational(top.value.numerator * bottom.value.denominator, bottom.value.numerator * top.value.denominator)));
}

/** An atom with what stands behind it: factorials, powers, degrees, percents. */
export function parseFactor(cursor: Cursor): Expression {
  return cursor.nested(() => {
    let node = parseAtom(cursor);
    for (let count = 0; ; count++) {
      if (count > NESTING_DEPTH) cursor.fail('too many operators behind one operand');
      if (cursor.operator('!') && cursor.ahead(1).text !== '=') {
        cursor.advance();
        node = cursor.take('!') ? call('double-factorial', [node]) : call('factorial', [node]);
      } else if (cursor.operator('%') || cursor.command('percent')) {
        cursor.advance();
        node = { kind: 'percent', operand: node };
      } else if (cursor.at('word') && /^(?:percent|percentage|pct)$/i.test(cursor.token.text)) {
        cursor.advance();
        node = { kind: 'percent', operand: node };
      } else if (cursor.at('text') && /^(?:percent|percentage|pct)\.?$/i.test(cursor.token.text)) {
        cursor.advance();
        node = { kind: 'percent', operand: node };
      } else if (cursor.operator("'")) {
        cursor.advance();
        node = { kind: 'call', name: "'", known: false, operands: [node] };
      } else if (cursor.command('circ', 'degree')) {
        cursor.advance();
        node = { kind: 'degree', operand: node };
      } else if (cursor.operator('^') || cursor.operator('**')) {
        cursor.advance();
        node = raise(cursor, node);
      } else return node;
    }
  });
}

function raise(cursor: Cursor, base: Expression): Expression {
  const opened = cursor.operator('{') ? 1 : 0;
  const mark = cursor.ahead(opened);
  // What remains of `5^{\\text{th}}`.
  if (opened === 1 && mark.text === '}') {
    cursor.advance();
    cursor.advance();
    return base;
  }
  if (mark.type === 'command' && ['circ', 'degree', 'prime'].includes(mark.text)) {
    if (opened === 0 || cursor.ahead(2).text === '}') {
      for (let count = 0; count < 1 + 2 * opened; count++) cursor.advance();
      return mark.text === 'prime' ? { kind: 'call', name: "'", known: false, operands: [base] } : { kind: 'degree', operand: base };
    }
  }
  // `90^{\circ}` with a trailing unit letter, as in 25^{\circ}\mathrm{C}, is handled as a unit by the caller.
  const exponent = cursor.operator('-') ? parseSignedFactor(cursor) : parseArgument(cursor);
  return isOne(exponent) ? base : power(base, exponent);
}

/** Words that change what a number says; with one of these the number alone is not the answer. */
const CHANGES_MEANING =
  /\b(?:not|no|never|less|fewer|more|least|most|than|except|without|unless|wrong|false|incorrect|or|between|if)\b|n't/i;

function isUnitBehindNumber(cursor: Cursor, before: Expression): boolean {
  const { text, space } = cursor.token;
  const isValue =
    before.kind === 'number' ||
    before.kind === 'power' ||
    before.kind === 'percent' ||
    before.kind === 'product' ||
    before.kind === 'degree';
  return isValue && (isUnitWord(text) || (space && text.length >= 4 && before.kind === 'number')) && !FUNCTIONS.has(text) && !isGreek(text);
}

/** Consumes a unit behind a term: text, a unit word, a currency sign. */
function takeUnit(cursor: Cursor, node: Expression): Expression {
  let unit = '';
  const start = cursor.index;
  for (;;) {
    if (
      (cursor.at('text') && cursor.joiner() === null) ||
      (cursor.at('word') && isUnitBehindNumber(cursor, node)) ||
      (unit !== '' && plainUnitWord(cursor))
    ) {
      unit += ` ${cursor.advance().text}`;
    } else if (startsUnitFraction(cursor)) {
      unit += ` ${cursor.ahead(2).text}/`;
      parseFactor(cursor);
    } else if (cursor.command('dollar') && !startsAmount(cursor)) {
      cursor.advance();
      unit += ' dollar';
    } else if (unit !== '' && cursor.operator('^') && cursor.index > start) {
      cursor.advance();
      const exponent = parseArgument(cursor);
      unit += exponent.kind === 'number' ? `^${exponent.value.numerator}` : '';
    } else if (unit !== '' && cursor.operator('/') && (cursor.ahead(1).type === 'text' || cursor.ahead(1).type === 'word')) {
      cursor.advance();
      unit += '/';
    } else if (node.kind === 'degree' && cursor.at('letter') && TEMPERATURE.test(cursor.token.text)) {
      unit += cursor.advance().text;
    } else if (node.kind === 'number' && cursor.at('word') && /^(?:th|st|nd|rd)$/.test(cursor.token.text) && !cursor.token.space) {
      cursor.advance();
    } else break;
  }
  if (unit === '') return node;
  if (CHANGES_MEANING.test(unit)) cursor.fail('words behind the value change its meaning');
  return { kind: 'quantity', operand: node, unit: unit.trim() };
}

const plainUnitWord = (cursor: Cursor): boolean =>
  (cursor.at('word') && cursor.joiner() === null && cursor.token.text !== 'in') || (cursor.at('text') && cursor.joiner() === null);

const startsAmount = (cursor: Cursor): boolean => cursor.ahead(1).type === 'number';

/** Whether words in front of or behind a value change what it says ("not 5", "less than 5"). */
export const changesMeaning = (text: string): boolean => CHANGES_MEANING.test(text);
