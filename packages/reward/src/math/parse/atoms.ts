import { parseArgument, parseBraced, parseBracketed, parseFenced, parseSetBraces } from './brackets.ts';
import { DECORATIONS, FUNCTIONS, isGreek, WORD_FUNCTIONS } from './commands.ts';
import type { Cursor } from './cursor.ts';
import { parseEnvironment } from './environments.ts';
import { changesMeaning, parseFactor, parseTerm } from './expression.ts';
import { parseFold, parseFunction } from './functions.ts';
import { numeralDigits, parseFraction, parseNumber } from './numbers.ts';
import { call, constant, type Expression, HALF, MINUS_ONE, type NodeOf, power, product, root, symbol } from './tree.ts';

const INFINITE_WORDS = new Set(['inf', 'infinity', 'Infinity', 'infty']);
const NAMED_SETS: Readonly<Record<string, NodeOf<'named-set'>['name']>> = {
  R: 'reals',
  Z: 'integers',
  N: 'naturals',
  Q: 'rationals',
  C: 'complexes',
};
/** Letters that mean an unknown function when a bracket follows; other letters are factors. */
const FUNCTION_LETTERS = /^[fghFGHP]$/;
const FENCES = ['lfloor', 'lceil', 'langle', 'lvert', 'lVert', 'vert', 'Vert'];

/** Whether the next token can begin a factor that stands directly behind another. */
export function startsAtom(cursor: Cursor): boolean {
  const { type, text } = cursor.token;
  switch (type) {
    case 'number':
    case 'letter':
    case 'word':
      return true;
    case 'operator':
      if (text === '|' || text === '\\|') return cursor.openBars === 0;
      return text === '(' || text === '[' || text === '{' || text === '\\{';
    case 'command':
      return (
        isGreek(text) ||
        FUNCTIONS.has(text) ||
        DECORATIONS.has(text) ||
        [
          'frac',
          'sqrt',
          'pi',
          'infty',
          'binom',
          'dbinom',
          'tbinom',
          'boxed',
          'fbox',
          'sum',
          'prod',
          'int',
          'lim',
          'lbrack',
          'lbrace',
          'begin',
          'e',
          'imath',
        ].includes(text) ||
        ['lfloor', 'lceil', 'langle', 'lvert', 'lVert', 'mathbb', 'dots', 'ldots', 'cdots', 'dotsc', 'dotsm'].includes(text)
      );
    default:
      return false;
  }
}

/** The smallest complete operand. */
export function parseAtom(cursor: Cursor): Expression {
  const { type, text } = cursor.token;
  switch (type) {
    case 'number':
      return parseNumber(cursor);
    case 'letter':
      return parseLetter(cursor);
    case 'word':
      return parseWord(cursor);
    case 'text':
      return parseText(cursor);
    case 'operator':
      if (text === '(' || text === '[') return withBase(cursor, () => parseBracketed(cursor));
      if (text === '{') return parseBraced(cursor);
      if (text === '\\{') return parseSetBraces(cursor);
      if (text === '|' || text === '\\|') return parseFenced(cursor);
      if (text === '-' || text === '+') return cursor.fail('sign without an operand');
      return cursor.fail(`unexpected "${text}"`);
    case 'command':
      return parseCommand(cursor);
    default:
      return cursor.fail(type === 'end' ? 'the expression ends too early' : `unexpected ${type}`);
  }
}

/** `(1001)_2` is a numeral with its base; any other bracket with an index is an unknown function of both. */
function withBase(cursor: Cursor, parse: () => Expression): Expression {
  const digits = cursor.ahead(1);
  if (digits.type === 'number' && cursor.ahead(2).text === ')' && cursor.ahead(3).text === '_') {
    cursor.advance();
    cursor.advance();
    cursor.advance();
    return numeralDigits(cursor, digits.text);
  }
  const inner = parse();
  if (!cursor.take('_')) return inner;
  return { kind: 'call', name: 'indexed', known: false, operands: [inner, parseArgument(cursor)] };
}

function parseLetter(cursor: Cursor): Expression {
  const name = cursor.advance().text;
  if (!cursor.bound.includes(name) && !cursor.operator('_')) {
    if (name === 'e') return constant('e');
    if (name === 'i') return constant('i');
  }
  if (cursor.operator('(') && FUNCTION_LETTERS.test(name)) {
    const inner = parseBracketed(cursor);
    return { kind: 'call', name, known: false, operands: inner.kind === 'tuple' ? inner.items : [inner] };
  }
  return withSubscript(cursor, symbol(name));
}

/** A subscript makes another name: a literal one is part of the name, one with structure is an index. */
function withSubscript(cursor: Cursor, base: NodeOf<'symbol'> | Expression): Expression {
  if (base.kind !== 'symbol' || !cursor.operator('_')) return base;
  cursor.advance();
  if (cursor.operator('{') && cursor.ahead(1).text === '}') {
    cursor.advance();
    cursor.advance();
    return base;
  }
  const index = parseArgument(cursor);
  if (index.kind === 'number' && index.value.denominator === 1n) return symbol(`${base.name}_${index.value.numerator}`);
  if (index.kind === 'text') return symbol(`${base.name}_${index.value}`);
  return { kind: 'call', name: `${base.name}_`, known: false, operands: index.kind === 'set' ? index.items : [index] };
}

/** A run of letters: a function or constant that was written without a backslash, else a product of its letters. */
function parseWord(cursor: Cursor): Expression {
  const word = cursor.advance().text;
  if (word === 'pi') return constant('pi');
  if (INFINITE_WORDS.has(word)) return constant('infinity');
  if (word === 'sqrt') return power(parseArgument(cursor), HALF);
  if (word === 'frac') return parseFraction(cursor);
  if (WORD_FUNCTIONS.has(word)) return parseFunction(cursor, word);
  const letters = [...word].map((letter): Expression => {
    if (letter === 'e' && !cursor.bound.includes('e')) return constant('e');
    if (letter === 'i' && !cursor.bound.includes('i')) return constant('i');
    return symbol(letter);
  });
  const last = letters.pop()!;
  const lastLetter = word.at(-1)!;
  // "ab_1" indexes the last letter only; "xf(2)" applies the last letter only.
  if (cursor.operator('(') && FUNCTION_LETTERS.test(lastLetter)) {
    const inner = parseBracketed(cursor);
    letters.push({ kind: 'call', name: lastLetter, known: false, operands: inner.kind === 'tuple' ? inner.items : [inner] });
  } else letters.push(withSubscript(cursor, cursor.operator('_') ? symbol(lastLetter) : last));
  // A power behind a run of letters belongs to the last one.
  if (cursor.operator('^', '**') && letters.length > 1) {
    const raised = letters.pop()!;
    cursor.advance();
    letters.push(power(raised, parseArgument(cursor)));
  }
  return product(letters);
}

/** Text alone is a word; text in front of an expression is an introduction to it and is dropped. */
function parseText(cursor: Cursor): Expression {
  const words = [cursor.advance().text];
  if (cursor.operator('_')) {
    cursor.advance();
    const digits = words[0]!;
    if (/^[0-9A-Z]+$/.test(digits)) return numeralDigits(cursor, digits, true);
    parseArgument(cursor);
  }
  while (cursor.at('text') && cursor.joiner() === null) words.push(cursor.advance().text);
  const value = words.join(' ');
  const isIntroduction = cursor.joiner() === null && (startsAtom(cursor) || cursor.operator('-')) && !cursor.at('word');
  if (!isIntroduction) return { kind: 'text', value };
  if (changesMeaning(value)) cursor.fail('words in front of the value change its meaning');
  if (cursor.operator('(') && cursor.ahead(1).type === 'letter') return { kind: 'text', value };
  return cursor.nested(() => {
    const isNegative = cursor.take('-');
    const term = parseTerm(cursor);
    return isNegative ? product([MINUS_ONE, term]) : term;
  });
}

function parseCommand(cursor: Cursor): Expression {
  const name = cursor.advance().text;
  if (isGreek(name)) return withSubscript(cursor, symbol(name));
  if (FUNCTIONS.has(name)) return parseFunction(cursor, name);
  if (FENCES.includes(name)) return parseFenced(cursor, name);
  if (DECORATIONS.has(name)) return parseDecorated(cursor, name);
  switch (name) {
    case 'frac':
      return parseFraction(cursor);
    case 'sqrt':
      return parseRoot(cursor);
    case 'binom':
    case 'dbinom':
    case 'tbinom':
      return call('binomial', [parseArgument(cursor), parseArgument(cursor)]);
    case 'pi':
      return constant('pi');
    case 'infty':
      return constant('infinity');
    case 'e':
      return constant('e');
    case 'imath':
      return constant('i');
    case 'boxed':
    case 'fbox':
      return parseArgument(cursor);
    case 'emptyset':
    case 'varnothing':
      return { kind: 'named-set', name: 'empty' };
    case 'mathbb':
      return parseNamedSet(cursor);
    case 'dollar':
      return {
        kind: 'quantity',
        operand: cursor.take('-') ? product([MINUS_ONE, parseFactor(cursor)]) : parseFactor(cursor),
        unit: 'dollar',
      };
    case 'begin':
      return parseEnvironment(cursor);
    case 'sum':
    case 'prod':
    case 'int':
    case 'lim':
      return parseFold(cursor, name);
    case 'ldots':
    case 'cdots':
    case 'dots':
    case 'dotsc':
    case 'dotsb':
    case 'dotsm':
      return symbol('...');
    case 'color':
    case 'textcolor':
      parseArgument(cursor);
      return parseAtom(cursor);
    default:
      return cursor.fail(`\\${name} cannot stand here`);
  }
}

/** Arrows and lines that mark a vector or a segment keep the name; bars, hats and tildes make another one. */
function parseDecorated(cursor: Cursor, name: string): Expression {
  if (name === 'overset' || name === 'underset' || name === 'stackrel') parseArgument(cursor);
  const operand = parseArgument(cursor);
  const makesAnother =
    ['overline', 'bar', 'hat', 'widehat', 'tilde', 'widetilde', 'dot', 'ddot'].includes(name) && operand.kind === 'symbol';
  return makesAnother ? { kind: 'call', name: name.replace('wide', ''), known: false, operands: [operand] } : operand;
}

function parseRoot(cursor: Cursor): Expression {
  let degree: Expression | null = null;
  if (cursor.operator('[')) degree = parseBracketed(cursor);
  const operand = parseArgument(cursor);
  return degree === null ? power(operand, HALF) : root(operand, degree);
}

function parseNamedSet(cursor: Cursor): Expression {
  const braced = cursor.take('{');
  const letter = cursor.advance().text;
  if (braced && !cursor.take('}')) cursor.fail('unclosed brace');
  const name = NAMED_SETS[letter];
  return name === undefined ? symbol(letter) : { kind: 'named-set', name };
}
