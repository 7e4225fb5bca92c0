import { startsAtom } from './atoms.ts';
import { parseArgument, parseBraced } from './brackets.ts';
import { FUNCTIONS } from './commands.ts';
import type { Cursor } from './cursor.ts';
import { parseFactor, parseSum, parseTerm } from './expression.ts';
import { call, constant, type Expression, integer, type NodeOf, power, product } from './tree.ts';

const FOLD_COMMANDS = ['sum', 'prod', 'int', 'lim'];
/** Functions whose bracket holds several arguments. */
const MANY_ARGUMENTS = new Set(['gcd', 'lcm', 'max', 'min']);

/** A named function with its optional power, base and argument: `\sin^2 x`, `\log_2 8`, `\sin^{-1}(x)`. */
export function parseFunction(cursor: Cursor, name: string): Expression {
  return cursor.nested(() => {
    let exponent: Expression | null = null;
    let base: Expression | null = null;
    while (cursor.operator('^', '_', '**')) {
      const isPower = cursor.advance().text !== '_';
      const script = parseArgument(cursor);
      if (isPower) exponent = script;
      else base = script;
    }
    const operands = parseFunctionArgument(cursor, name);
    if (exponent?.kind === 'number' && exponent.value.numerator === -1n && /^(?:sin|cos|tan|cot|sec|csc)$/.test(name)) {
      return call(`arc${name}`, operands);
    }
    const applied = applyFunction(name, base, operands);
    return exponent === null ? applied : power(applied, exponent);
  });
}

function applyFunction(name: string, base: Expression | null, operands: readonly Expression[]): Expression {
  switch (name) {
    case 'ln':
      return call('log', [operands[0]!]);
    case 'log':
    case 'lg':
      return call('log', [operands[0]!, base ?? integer(10)]);
    case 'exp':
      return power(constant('e'), operands[0]!);
    default:
      return call(name.replace(/^arc(sin|cos|tan)h$/, 'ar$1h'), operands);
  }
}

/** A bracketed argument ends the function; without brackets it takes the factors up to the next function or sign. */
function parseFunctionArgument(cursor: Cursor, name: string): readonly Expression[] {
  if (cursor.operator('(') || cursor.operator('{')) {
    const argument = parseFactor(cursor);
    if (MANY_ARGUMENTS.has(name) && (argument.kind === 'tuple' || argument.kind === 'set')) return argument.items;
    return [argument];
  }
  if (cursor.operator('-')) {
    cursor.advance();
    return [product([integer(-1), ...parseFunctionArgument(cursor, name)])];
  }
  if (cursor.operator('\\{')) {
    const argument = parseFactor(cursor);
    return argument.kind === 'set' ? argument.items : [argument];
  }
  const factors: Expression[] = [parseFactor(cursor)];
  while (startsAtom(cursor) && !startsFunction(cursor) && !cursor.at('word') && !cursor.operator('(', '[', '{'))
    factors.push(parseFactor(cursor));
  if (cursor.operator('/') && cursor.ahead(1).type === 'number') {
    cursor.advance();
    factors.push(power(parseFactor(cursor), integer(-1)));
  }
  return [product(factors)];
}

const startsFunction = (cursor: Cursor): boolean =>
  cursor.at('command') && (FUNCTIONS.has(cursor.token.text) || FOLD_COMMANDS.includes(cursor.token.text));

/** Sums, products, integrals and limits with a bound variable. */
export function parseFold(cursor: Cursor, name: string): Expression {
  return cursor.nested(() => {
    let lower: Expression | null = null;
    let upper: Expression | null = null;
    let variable = '';
    while (cursor.operator('_', '^')) {
      if (cursor.advance().text === '^') {
        upper = parseArgument(cursor);
        continue;
      }
      const named = boundVariable(cursor);
      if (named !== null) cursor.bound.push(named);
      lower = cursor.operator('{') ? parseBraced(cursor) : parseArgument(cursor);
      if (named !== null) {
        variable = named;
        if (lower.kind === 'relation' && lower.operands.length === 2) lower = lower.operands[1]!;
      }
    }
    const operators: Readonly<Record<string, NodeOf<'fold'>['operator']>> = { sum: 'sum', prod: 'product', int: 'integral', lim: 'limit' };
    const operator = operators[name]!;
    let body: Expression;
    if (operator === 'integral') {
      cursor.openIntegrals++;
      body = parseSum(cursor);
      cursor.openIntegrals--;
      variable = takeDifferential(cursor);
    } else body = parseTerm(cursor);
    if (variable !== '' && cursor.bound.at(-1) === variable) cursor.bound.pop();
    return { kind: 'fold', operator, variable, lower, upper, body };
  });
}

/** The variable of `_{k=1}` or `_{x \to 0}`, read ahead so that `i` there is not the imaginary unit. */
function boundVariable(cursor: Cursor): string | null {
  const [brace, letter, relation] = [cursor.token, cursor.ahead(1), cursor.ahead(2)];
  const isBinding = relation.text === '=' || ['to', 'rightarrow', '->'].includes(relation.text);
  return brace.text === '{' && letter.type === 'letter' && isBinding ? letter.text : null;
}

function takeDifferential(cursor: Cursor): string {
  const { type, text } = cursor.token;
  if (type === 'word' && /^d[a-z]$/.test(text)) return cursor.advance().text[1]!;
  if (type === 'letter' && text === 'd' && cursor.ahead(1).type === 'letter') {
    cursor.advance();
    return cursor.advance().text;
  }
  return cursor.fail('integral without a differential');
}
