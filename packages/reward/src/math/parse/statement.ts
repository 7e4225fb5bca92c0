import { parseBraced } from './brackets.ts';
import { RELATION_COMMANDS, RELATION_SYMBOLS } from './commands.ts';
import type { Cursor } from './cursor.ts';
import { parseSum } from './expression.ts';
import type { Expression, NodeOf, RelationOperator } from './tree.ts';

/** Items separated by commas, semicolons or words. One item is returned as itself. */
export function parseStatement(cursor: Cursor): Expression {
  const groups: Expression[][] = [[]];
  let joiner: NodeOf<'list'>['joiner'] = ',';
  for (;;) {
    if (!atSeparatorOrEnd(cursor)) groups.at(-1)!.push(parseRelation(cursor));
    const separator = takeSeparator(cursor);
    if (separator === null) break;
    if (separator === ';') groups.push([]);
    else if (separator !== ',') joiner = separator;
  }
  const filled = groups.filter((group) => group.length > 0);
  if (filled.length === 0) cursor.fail('nothing to read');
  const asList = (items: readonly Expression[], by: NodeOf<'list'>['joiner']): Expression =>
    items.length === 1 ? items[0]! : { kind: 'list', joiner: by, items };
  return asList(
    filled.map((group) => asList(group, joiner)),
    ';',
  );
}

function atSeparatorOrEnd(cursor: Cursor): boolean {
  return cursor.at('end') || cursor.at('row') || cursor.operator(',', ';', ')', ']', '}', '\\}', '&') || cursor.joiner() !== null;
}

/** Takes one separator (and the word or comma that doubles it); null where the list ends. */
function takeSeparator(cursor: Cursor): NodeOf<'list'>['joiner'] | null {
  let found: NodeOf<'list'>['joiner'] | null = null;
  for (;;) {
    const word = cursor.joiner();
    if (word !== null) found = word;
    else if (cursor.operator(';')) found = ';';
    else if (cursor.operator(',') || cursor.at('row') || cursor.operator('&')) found ??= ',';
    else if (cursor.operator('.') && endsAfterDot(cursor)) {
      cursor.advance();
      continue;
    } else return found;
    cursor.advance();
  }
}

/** A full stop is punctuation when only closers, relations of no content, or nothing follows. */
const endsAfterDot = (cursor: Cursor): boolean => {
  const next = cursor.ahead(1);
  return next.type === 'end' || next.type === 'row' || (next.type === 'operator' && ['}', '.', '&'].includes(next.text));
};

/** A chain of operands joined by relations; one operand is returned as itself. */
export function parseRelation(cursor: Cursor): Expression {
  // "= 5" and "\approx 5" are how the end of a derivation is often boxed.
  while (cursor.operator('=', '&') || cursor.command('approx', 'simeq')) cursor.advance();
  const operands: Expression[] = [parseSetExpression(cursor)];
  const operators: RelationOperator[] = [];
  let equivalence = false;
  for (;;) {
    while (cursor.operator('&')) cursor.advance();
    if (cursor.command('equiv')) {
      equivalence = true;
      cursor.advance();
      operators.push('=');
    } else {
      const operator = takeRelation(cursor);
      if (operator === null) break;
      operators.push(operator);
    }
    while (cursor.operator('&')) cursor.advance();
    operands.push(parseSetExpression(cursor));
  }
  const modulus = takeModulus(cursor);
  if (modulus !== null) {
    if (operands.length === 2 && operators[0] === '=') return { kind: 'congruence', left: operands[0]!, right: operands[1]!, modulus };
    if (operands.length === 1) return { kind: 'congruence', left: { kind: 'symbol', name: 'x' }, right: operands[0]!, modulus };
    cursor.fail('modulus behind a chain');
  }
  if (operands.length === 1) return operands[0]!;
  if (equivalence && operators.length > 1) cursor.fail('chain of equivalences');
  return { kind: 'relation', operators, operands };
}

function takeRelation(cursor: Cursor): RelationOperator | null {
  const { type, text } = cursor.token;
  if (type === 'command' && text === 'not') {
    cursor.advance();
    const inner = takeRelation(cursor);
    if (inner === '=') return '!=';
    if (inner === 'in') return 'notin';
    cursor.fail('unknown negated relation');
  }
  if (type === 'word' && text === 'in') {
    cursor.advance();
    return 'in';
  }
  const table = type === 'command' ? RELATION_COMMANDS : type === 'operator' ? RELATION_SYMBOLS : null;
  if (table === null || !Object.hasOwn(table, text)) return null;
  cursor.advance();
  if (text === '<' && cursor.take('=')) return '<=';
  if (text === '>' && cursor.take('=')) return '>=';
  // "==" and "= =" say the same.
  while (table[text] === '=' && cursor.operator('=')) cursor.advance();
  return table[text]!;
}

/** `\pmod{n}`, `(mod n)`, `\mod n`. */
function takeModulus(cursor: Cursor): Expression | null {
  if (cursor.command('pmod')) {
    cursor.advance();
    return parseBraced(cursor);
  }
  if (cursor.command('mod', 'bmod')) {
    cursor.advance();
    return parseSum(cursor);
  }
  if (opensModulus(cursor)) {
    cursor.advance();
    cursor.advance();
    const modulus = parseSum(cursor);
    if (!cursor.take(')')) cursor.fail('unclosed modulus');
    return modulus;
  }
  return null;
}

/** Whether `(mod n)` comes next. */
export const opensModulus = (cursor: Cursor): boolean => {
  const next = cursor.ahead(1);
  return cursor.operator('(') && (next.type === 'word' || next.type === 'command' || next.type === 'text') && next.text === 'mod';
};

const SET_OPERATORS: Readonly<Record<string, NodeOf<'combination'>['operator']>> = {
  cup: 'union',
  bigcup: 'union',
  cap: 'intersection',
  bigcap: 'intersection',
  setminus: 'difference',
  backslash: 'difference',
};

/** Unions, intersections and differences, from left to right, over ratios. */
function parseSetExpression(cursor: Cursor): Expression {
  let left = parseRatio(cursor);
  for (;;) {
    const text = cursor.token.text;
    const isWord = cursor.at('word', 'U') || cursor.at('letter', 'U') || cursor.at('word', 'union');
    const operator = cursor.at('command')
      ? SET_OPERATORS[text]
      : isWord && (left.kind === 'tuple' || left.kind === 'combination')
        ? 'union'
        : undefined;
    if (operator === undefined) return left;
    cursor.advance();
    const right = parseRatio(cursor);
    left =
      left.kind === 'combination' && left.operator === operator && operator !== 'difference'
        ? { ...left, parts: [...left.parts, right] }
        : { kind: 'combination', operator, parts: [left, right] };
  }
}

/** `a:b:c`; two-digit parts behind the first make it a time of day when a zero leads one of them. */
function parseRatio(cursor: Cursor): Expression {
  const start = cursor.token;
  const first = parseSum(cursor);
  if (!cursor.operator(':') && !cursor.command('colon')) return first;
  const parts = [first];
  let clock = start.type === 'number' && /^0\d$/.test(start.text);
  while (cursor.operator(':') || cursor.command('colon')) {
    cursor.advance();
    if (cursor.at('number') && /^0\d$/.test(cursor.token.text)) clock = true;
    parts.push(parseSum(cursor));
  }
  const last = parts.at(-1)!;
  if (last.kind === 'quantity' && /^[ap]\.? ?m\b/i.test(last.unit)) clock = true;
  return { kind: 'ratio', parts, clock };
}
