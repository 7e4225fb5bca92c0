import {
  APOSTROPHE,
  afterThousandsMark,
  BACKSLASH,
  BAR,
  CARET,
  CLOSE_BRACE,
  CLOSE_PARENTHESIS,
  composed,
  contraction,
  DOT,
  EQUALS,
  EXCLAMATION,
  GREATER,
  HYPHEN,
  isApostrophe,
  isDigit,
  isForeignLetter,
  isLetter,
  isQuote,
  isWordStart,
  KEPT_PUNCTUATION,
  LESS,
  LONGEST_PER_CHARACTER,
  LONGEST_WORD_TOKEN,
  LOWER,
  LOWEST_SMALL_LETTER,
  NON_ASCII,
  OPEN_BRACE,
  PERCENT,
  QUOTE,
  SPACE,
  STAR,
  skipSpaces,
  UPPER_A,
  UPPER_I,
  UPPER_Z,
  ZERO,
} from './characters.ts';
import { commandTokens, fractionCommands, layoutEnvironments, signTokens, wordTokens } from './latex-tables.ts';

/**
 * The canonical form of a problem: its tokens (words in lower case, names as they stand, numbers, operators, LaTeX commands) joined by single
 * whitespace, punctuation and the way a formula is typeset no longer matter while every number, operator and letter does.
 *
 * | written as                                  | canonical                |
 * | ------------------------------------------- | ------------------------ |
 * | `$\dfrac{1}{2}$`, `\(\frac12\)`, `1/2`      | `1 / 2`                  |
 * | `x^{2} \le 1{,}000`, `$x^2\leq 1,000$`      | `x ^ 2 <= 1000`          |
 * | `a two-digit number`                        | `a 2 digit number`       |
 * | `5-3`, `5 − 3`                              | `5 - 3`                  |
 * | `Find AB.`, `find $AB$`                     | `AB`                     |
 * | `the word "tree"`                           | `word "tree`             |
 * | `Find the value of 2+2.`, `What is 2 + 2?`  | `2 + 2`                  |
 *
 * A text without any token, such as `???`, is its own canonical form. One object serves any number of texts: `write` leaves UTF-8 in `bytes`, from 0 to `length`, valid until the next call.
 */
export class CanonicalText {
  bytes = new Uint8Array(1 << 14);
  length = 0;
  #kind: Kind = 'none';
  /** For every open brace whether a fraction bar follows its end. */
  readonly #braces: boolean[] = [];

  write(text: string): void {
    const source = NON_ASCII.test(text) ? composed(text) : text;
    this.#reserve(source.length);
    this.length = 0;
    this.#kind = 'none';
    this.#braces.length = 0;
    let at = 0;
    while (at < source.length) {
      const code = source.charCodeAt(at);
      if (isLetter(code)) at = this.#word(source, at);
      else if (isDigit(code)) at = this.#number(source, at);
      else if (code === BACKSLASH) at = this.#command(source, at + 1);
      else if (code >= 0x80) at = this.#sign(source, at);
      else if (code > SPACE) at = this.#punctuation(source, at, code);
      else at++;
    }
    if (this.length === 0) this.length = encoder.encodeInto(source.trim().replace(/\s+/g, ' '), this.bytes).written;
  }

  /** The canonical form as a string. */
  toString(): string {
    return decoder.decode(this.bytes.subarray(0, this.length));
  }

  #reserve(characters: number): void {
    const most = characters * LONGEST_PER_CHARACTER + 64;
    if (this.bytes.length < most) this.bytes = new Uint8Array(most * 2);
  }

  #begin(kind: Kind): void {
    if (this.length > 0) this.bytes[this.length++] = SPACE;
    this.#kind = kind;
  }

  #token(token: string, kind: Kind = 'symbol'): void {
    if (token === '') return;
    this.#begin(kind);
    for (let index = 0; index < token.length; index++) this.bytes[this.length++] = token.charCodeAt(index);
  }

  /** A word in lower case; a name (a lone letter, `ABC`, `levelOrder`, the first word in quotation marks) as it stands. */
  #word(source: string, start: number): number {
    this.#begin('word');
    const isQuoted = isQuote(source, start - 1);
    if (isQuoted) this.bytes[this.length++] = QUOTE;
    const begin = this.length;
    let at = start;
    let capitals = 0;
    while (at < source.length) {
      const code = source.charCodeAt(at);
      if (isLetter(code)) {
        if (at > start && code < LOWEST_SMALL_LETTER) capitals++;
        this.bytes[this.length++] = code;
        at++;
      } else if (code >= 0x80 && isForeignLetter(source.codePointAt(at)!)) {
        const character = String.fromCodePoint(source.codePointAt(at)!).toLowerCase();
        this.length += encoder.encodeInto(character, this.bytes.subarray(this.length)).written;
        at += character.length;
      } else if (isApostrophe(code) && isLetter(source.charCodeAt(at + 1))) {
        const ending = contraction(source, at + 1);
        at += ending === '' ? 1 : 1 + ending.length;
      } else break;
    }
    const letters = this.length - begin;
    const isArticle = letters === 1 && (this.bytes[begin] === UPPER_A || this.bytes[begin] === UPPER_I);
    if ((letters > 1 && capitals === 0) || isArticle) for (let index = begin; index < this.length; index++) this.#lower(index);
    if (letters === 1) this.#kind = 'letter';
    else if (letters <= LONGEST_WORD_TOKEN && letters === at - start && capitals === 0 && !isQuoted)
      this.#replaceWord(source.slice(start, at), begin);
    return at;
  }

  #lower(index: number): void {
    const code = this.bytes[index]!;
    if (code >= UPPER_A && code <= UPPER_Z) this.bytes[index] = code | LOWER;
  }

  /** Puts its token for a word that begins at `begin`, where it has one. */
  #replaceWord(word: string, begin: number): void {
    const token = wordTokens.get(this.bytes[begin] === word.charCodeAt(0) ? word : word.toLowerCase());
    if (token === undefined) return;
    this.length = token === '' ? Math.max(0, begin - 1) : begin;
    for (let index = 0; index < token.length; index++) this.bytes[this.length++] = token.charCodeAt(index);
    if (isDigit(token.charCodeAt(0))) this.#kind = 'number';
  }

  /** Digits with their decimals; the marks that group thousands vanish. */
  #number(source: string, start: number): number {
    this.#begin('number');
    let at = start;
    for (;;) {
      while (isDigit(source.charCodeAt(at))) this.bytes[this.length++] = source.charCodeAt(at++);
      const grouped = afterThousandsMark(source, at);
      if (grouped < 0) break;
      at = grouped;
    }
    if (source.charCodeAt(at) === DOT && isDigit(source.charCodeAt(at + 1))) {
      at = this.#decimals(source, at);
    }
    return at;
  }

  /** The point at `start` and what follows it, without zeros at the end. */
  #decimals(source: string, start: number): number {
    const point = this.length;
    this.bytes[this.length++] = DOT;
    let at = start + 1;
    while (isDigit(source.charCodeAt(at))) this.bytes[this.length++] = source.charCodeAt(at++);
    while (this.bytes[this.length - 1] === ZERO) this.length--;
    if (this.length === point + 1) this.length = point;
    return at;
  }

  #digit(code: number): void {
    this.#begin('number');
    this.bytes[this.length++] = code;
  }

  #command(source: string, start: number): number {
    let at = start;
    while (isLetter(source.charCodeAt(at))) at++;
    if (at === start) {
      const code = source.charCodeAt(at);
      if (code === OPEN_BRACE) this.#token('{');
      else if (code === CLOSE_BRACE) this.#token('}');
      else if (code === PERCENT) this.#token('%');
      else if (code === BAR) this.#token('|');
      return at + 1;
    }
    const name = source.slice(start, at);
    if (fractionCommands.has(name)) return this.#fraction(source, at);
    if (name === 'begin' || name === 'end') return this.#environment(source, at);
    if (name === 'circ') {
      if (this.#endsWith(CARET)) this.length = Math.max(0, this.length - 2);
      this.#token('degree', 'word');
      return at;
    }
    const token = commandTokens.get(name);
    if (token === undefined) this.#token(`\\${name}`);
    else this.#token(token, isLetter(token.charCodeAt(0)) ? 'function' : 'symbol');
    return at;
  }

  #fraction(source: string, start: number): number {
    let at = skipSpaces(source, start);
    if (source.charCodeAt(at) === OPEN_BRACE) {
      this.#braces.push(true);
      return at + 1;
    }
    if (!isDigit(source.charCodeAt(at))) return at;
    this.#digit(source.charCodeAt(at));
    this.#token('/');
    at = skipSpaces(source, at + 1);
    if (!isDigit(source.charCodeAt(at))) return at;
    this.#digit(source.charCodeAt(at));
    return at + 1;
  }

  #environment(source: string, start: number): number {
    const open = skipSpaces(source, start);
    const close = closingBrace(source, open);
    if (source.charCodeAt(open) !== OPEN_BRACE || close < 0) return start;
    const name = source
      .slice(open + 1, close)
      .replace('*', '')
      .trim();
    if (!layoutEnvironments.has(name)) this.#token(/^[a-zA-Z]{1,12}$/.test(name) ? `\\${name}` : '');
    const columns = skipSpaces(source, close + 1);
    const columnsEnd = closingBrace(source, columns);
    const hasColumns = (name === 'array' || name === 'tabular') && source.charCodeAt(columns) === OPEN_BRACE && columnsEnd > 0;
    return hasColumns ? columnsEnd + 1 : close + 1;
  }

  #sign(source: string, at: number): number {
    const point = source.codePointAt(at)!;
    const next = at + (point > 0xffff ? 2 : 1);
    const token = signTokens.get(point);
    if (token === '-') return this.#hyphen(source, at);
    if (token !== undefined) this.#token(token, token === 'degree' ? 'word' : 'symbol');
    else if (isForeignLetter(point)) return this.#word(source, at);
    else if (point > 0xa0) {
      this.#begin('symbol');
      this.length += encoder.encodeInto(String.fromCodePoint(point), this.bytes.subarray(this.length)).written;
    }
    return next;
  }

  /** A minus between values; nothing where it joins words, as in `two-digit` and `x-axis`, or sets off a clause. */
  #hyphen(source: string, at: number): number {
    if (!this.#endsWith(HYPHEN) && !this.#isBesideWord(source, at + 1)) this.#token('-');
    return at + 1;
  }

  #punctuation(source: string, at: number, code: number): number {
    switch (code) {
      case OPEN_BRACE:
        this.#braces.push(false);
        return at + 1;
      case CARET:
        return this.#power(source, at);
      case CLOSE_BRACE:
        if (this.#braces.pop()) this.#token('/');
        return at + 1;
      case HYPHEN:
        return this.#hyphen(source, at);
      case DOT:
        return this.#dot(source, at);
      case EXCLAMATION:
        return this.#exclamation(source, at);
      case LESS:
      case GREATER: {
        const orEqual = source.charCodeAt(at + 1) === EQUALS;
        this.#token(`${code === LESS ? '<' : '>'}${orEqual ? '=' : ''}`);
        return at + (orEqual ? 2 : 1);
      }
      case STAR:
        if (source.charCodeAt(at + 1) === STAR) return at + 2;
        if (!this.#isBesideWord(source, at + 1)) this.#token('*');
        return at + 1;
      case APOSTROPHE:
        if (this.#kind === 'letter' && !isLetter(source.charCodeAt(at + 1))) this.#token("'");
        return at + 1;
      default:
        if (KEPT_PUNCTUATION.includes(code)) {
          this.#begin('symbol');
          this.bytes[this.length++] = code;
        }
        return at + 1;
    }
  }

  /** A factorial right behind a value, `!=` elsewhere, or the end of a sentence. */
  #exclamation(source: string, at: number): number {
    const isBehindValue = at > 0 && source.charCodeAt(at - 1) > SPACE;
    if (isBehindValue && (this.#kind === 'number' || this.#kind === 'letter' || this.#endsWith(CLOSE_PARENTHESIS))) this.#token('!');
    else if (source.charCodeAt(at + 1) === EQUALS) {
      this.#token('!=');
      return at + 2;
    }
    return at + 1;
  }

  /** A power; the empty one of `x^{}_{}`, left over from some converters, is nothing. */
  #power(source: string, at: number): number {
    const empty = /^\s*\{\s*\}/.exec(source.slice(at + 1, at + 6));
    if (empty) return at + 1 + empty[0].length;
    this.#token('^');
    return at + 1;
  }

  /** `.5` is a number; other points are punctuation. */
  #dot(source: string, at: number): number {
    const before = source.charCodeAt(at - 1);
    if (!isDigit(source.charCodeAt(at + 1)) || before === DOT || isLetter(before)) return at + 1;
    this.#begin('number');
    this.bytes[this.length++] = ZERO;
    return this.#decimals(source, at);
  }

  #endsWith(code: number): boolean {
    return this.#kind === 'symbol' && this.bytes[this.length - 1] === code;
  }

  #isBesideWord(source: string, next: number): boolean {
    return this.#kind === 'word' || isWordStart(source, next);
  }
}

/** The next closing brace, if it is near enough to end a name. */
function closingBrace(source: string, at: number): number {
  const length = source.slice(at, at + LONGEST_NAME).indexOf('}');
  return length < 0 ? -1 : at + length;
}

const LONGEST_NAME = 60;

type Kind = 'none' | 'word' | 'letter' | 'number' | 'function' | 'symbol';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
