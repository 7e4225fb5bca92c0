import { parseAtom } from './atoms.ts';
import type { Cursor } from './cursor.ts';
import { parseFactor, parseSum } from './expression.ts';
import { parseStatement } from './statement.ts';
import { call, type Expression, integer, quotient } from './tree.ts';

/** The items between brackets as they stand, with a lone item as a list of one. */
const itemsOf = (node: Expression): readonly Expression[] => (node.kind === 'list' ? node.items : [node]);

/** `( )` and `[ ]`: grouping around one item; a tuple or an interval around two or more. */
export function parseBracketed(cursor: Cursor): Expression {
  return cursor.nested(() => {
    const open = cursor.advance().text as '(' | '[';
    const bars = cursor.openBars;
    cursor.openBars = 0;
    const inner = parseStatement(cursor);
    cursor.openBars = bars;
    const close = cursor.token.text;
    if (!cursor.operator(')', ']')) cursor.fail('unclosed bracket');
    cursor.advance();
    if (inner.kind === 'list') {
      // "(1,2; 3,4)" has rows; they stay lists inside the tuple.
      return { kind: 'tuple', open, close: close as ')' | ']', items: inner.items };
    }
    if ((open === '(') !== (close === ')')) cursor.fail('brackets do not match');
    return inner;
  });
}

/** `{ }` written without backslashes: grouping, or a set when it holds a list; also `{n \choose k}` and `{a \over b}`. */
export function parseBraced(cursor: Cursor): Expression {
  return cursor.nested(() => {
    if (!cursor.take('{')) return parseFactor(cursor);
    if (cursor.operator('}')) {
      cursor.advance();
      return startsEmptyBase(cursor) ? { kind: 'symbol', name: '' } : cursor.fail('empty braces');
    }
    const bars = cursor.openBars;
    cursor.openBars = 0;
    let inner = parseStatement(cursor);
    if (cursor.command('choose', 'over')) {
      const isBinomial = cursor.advance().text === 'choose';
      const second = parseStatement(cursor);
      inner = isBinomial ? call('binomial', [inner, second]) : quotient(inner, second);
    }
    cursor.openBars = bars;
    // A brace that the text never closes is closed by its end.
    if (!cursor.take('}') && !cursor.at('end')) cursor.fail('unclosed brace');
    return inner.kind === 'list' ? { kind: 'set', items: inner.items } : inner;
  });
}

/** `{}^{n}C_k` writes indices before the letter, on an empty base. */
const startsEmptyBase = (cursor: Cursor): boolean => cursor.operator('^', '_');

/** The argument of a command or an exponent: a braced group, or one item. */
export function parseArgument(cursor: Cursor): Expression {
  if (cursor.operator('{')) return parseBraced(cursor);
  if (cursor.operator('-', '+')) {
    const isNegative = cursor.advance().text === '-';
    const operand = parseArgument(cursor);
    return isNegative ? { kind: 'product', factors: [integer(-1), operand] } : operand;
  }
  // TeX takes one item here, so `e^xe^y` raises x only. People write x^10 and mean all of it: a number is taken whole.
  cursor.splitWord();
  return cursor.nested(() => parseAtom(cursor));
}

/** `\{ … \}`: a set by its elements, or by a condition behind a bar or colon. */
export function parseSetBraces(cursor: Cursor): Expression {
  return cursor.nested(() => {
    cursor.advance();
    if (cursor.operator('\\}')) {
      cursor.advance();
      return { kind: 'named-set', name: 'empty' };
    }
    const divider = findDivider(cursor);
    if (divider) {
      const element = parseUntilDivider(cursor);
      cursor.advance();
      const condition = parseStatement(cursor);
      closeSet(cursor);
      return { kind: 'set-builder', element, condition };
    }
    const inner = parseStatement(cursor);
    closeSet(cursor);
    return { kind: 'set', items: itemsOf(inner) };
  });
}

function closeSet(cursor: Cursor): void {
  if (!cursor.take('\\}') && !cursor.take('}')) cursor.fail('unclosed set');
}

/** Whether a lone bar, `\mid` or colon divides the set braces, with a relation behind it. */
function findDivider(cursor: Cursor): boolean {
  let depth = 0;
  let dividers = 0;
  let relationAfter = false;
  for (let distance = 0; ; distance++) {
    cursor.budget.spend(1, 'parsing');
    const { type, text } = cursor.ahead(distance);
    if (type === 'end') return false;
    if (type === 'operator' && ['(', '[', '{', '\\{'].includes(text)) depth++;
    if (type === 'operator' && [')', ']', '}'].includes(text)) depth--;
    if (type === 'operator' && text === '\\}') {
      if (depth === 0) return dividers === 1 && relationAfter;
      depth--;
    }
    if (depth === 0 && (text === '|' || text === 'mid' || text === ':' || text === 'colon')) dividers++;
    else if (
      dividers === 1 &&
      (/^[<>=!]/.test(text) || ['le', 'leq', 'ge', 'geq', 'lt', 'gt', 'in', 'ne', 'neq', 'leqslant', 'geqslant'].includes(text))
    )
      relationAfter = true;
  }
}

function parseUntilDivider(cursor: Cursor): Expression {
  // A bar inside the element would open an absolute value; here it ends the element.
  cursor.openBars++;
  const element = parseSum(cursor);
  if (cursor.command('in')) {
    cursor.advance();
    parseSum(cursor);
  }
  cursor.openBars--;
  if (!cursor.operator('|', ':') && !cursor.command('mid', 'colon')) cursor.fail('set-builder without a divider');
  return element;
}

/** `| |`, `\lvert \rvert`, floors, ceilings and angle brackets. */
export function parseFenced(cursor: Cursor, opener = cursor.advance().text): Expression {
  return cursor.nested(() => {
    if (opener === '|' || opener === '\\|' || /^l?[vV]ert$/.test(opener)) {
      cursor.openBars++;
      const inner = parseStatement(cursor);
      cursor.openBars--;
      if (!closesBar(cursor)) cursor.fail('unclosed bar');
      cursor.advance();
      return inner.kind === 'matrix' ? call('det', [inner]) : call('abs', [inner]);
    }
    const inner = parseStatement(cursor);
    const closer = opener.replace('l', 'r');
    if (!cursor.command(closer)) cursor.fail(`expected \\${closer}`);
    cursor.advance();
    if (opener === 'langle') return { kind: 'tuple', open: '(', close: ')', items: itemsOf(inner) };
    return call(opener === 'lfloor' ? 'floor' : 'ceil', [inner]);
  });
}

const closesBar = (cursor: Cursor): boolean => cursor.operator('|', '\\|') || cursor.command('rvert', 'rVert', 'vert', 'Vert');
