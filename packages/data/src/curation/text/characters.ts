import { signTokens } from './latex-tables.ts';

/** Characters by their codes, as the canonical form reads them. */
export const SPACE = 0x20;
export const BACKSLASH = 0x5c;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
export const CLOSE_PARENTHESIS = 0x29;
export const HYPHEN = 0x2d;
export const DOT = 0x2e;
const COMMA = 0x2c;
export const ZERO = 0x30;
export const EXCLAMATION = 0x21;
export const EQUALS = 0x3d;
export const LESS = 0x3c;
export const GREATER = 0x3e;
export const STAR = 0x2a;
export const CARET = 0x5e;
export const PERCENT = 0x25;
export const BAR = 0x7c;
export const APOSTROPHE = 0x27;
export const UPPER_A = 0x41;
export const UPPER_I = 0x49;
export const UPPER_Z = 0x5a;
export const LOWER = 0x20;
export const LOWEST_SMALL_LETTER = 0x61;
export const QUOTE = 0x22;
const CONTRACTION = /^(?:s|d|m|ll|re|ve)(?![a-z])/i;
export const KEPT_PUNCTUATION = [...'()[]+/=|%'].map((sign) => sign.charCodeAt(0));
/** Bytes that one UTF-16 unit can become: a sign such as `∥` turns into ` \parallel`. */
export const LONGEST_PER_CHARACTER = 11;
export const LONGEST_WORD_TOKEN = 9;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the control characters are part of ASCII.
export const NON_ASCII = /[^\x00-\x7f]/;

export function isDigit(code: number): boolean {
  return code >= ZERO && code <= 0x39;
}

export function isLetter(code: number): boolean {
  return (code | LOWER) >= 0x61 && (code | LOWER) <= 0x7a;
}

const foreignLetters = new Map<number, boolean>();

export function isForeignLetter(point: number): boolean {
  let answer = foreignLetters.get(point);
  if (answer === undefined) {
    answer = !signTokens.has(point) && /[\p{L}\p{M}]/u.test(String.fromCodePoint(point));
    foreignLetters.set(point, answer);
  }
  return answer;
}

/** NFKC, with powers kept apart from their base: NFKC alone would turn `x²` into `x2`. */
export function composed(text: string): string {
  return text.replace(/[¹²³⁰⁴-⁹]+/g, '^$&').normalize('NFKC');
}

export function skipSpaces(source: string, at: number): number {
  let next = at;
  while (source.charCodeAt(next) <= SPACE) next++;
  return next;
}

/** Whether a word of two letters or more comes next. */
export function isWordStart(source: string, at: number): boolean {
  const next = skipSpaces(source, at);
  return isLetter(source.charCodeAt(next)) && isLetter(source.charCodeAt(next + 1));
}

export function isApostrophe(code: number): boolean {
  return code === APOSTROPHE || code === 0x2019;
}

/** Whether a quotation mark stands there: `"`, a curly one, or an apostrophe or backtick that is not inside a word. */
export function isQuote(source: string, at: number): boolean {
  const code = source.charCodeAt(at);
  if (code === SPACE) return false;
  if (code === QUOTE || code === 0x201c) return true;
  return (code === APOSTROPHE || code === 0x60 || code === 0x2018) && !isLetter(source.charCodeAt(at - 1));
}

/** The ending of `John's`, `they'll`, `we're` that begins at `at`, which says nothing; empty for others, as in `isn't` and `O'Neill`. */
export function contraction(source: string, at: number): string {
  const match = CONTRACTION.exec(source.slice(at, at + 3));
  return match ? match[0] : '';
}

/** Where the next group of a number such as `1,000`, `1{,}000` or `1\,000` begins; negative where there is none. */
export function afterThousandsMark(source: string, at: number): number {
  let next = at;
  const code = source.charCodeAt(next);
  if (code === COMMA) next = skipSpaces(source, next + 1);
  else if (code === OPEN_BRACE && source.startsWith('{,}', next)) next += 3;
  else if (code === BACKSLASH && (source.charCodeAt(next + 1) === COMMA || source.charCodeAt(next + 1) === EXCLAMATION)) next += 2;
  else return -1;
  const isGroup = isDigit(source.charCodeAt(next)) && isDigit(source.charCodeAt(next + 1)) && isDigit(source.charCodeAt(next + 2));
  return isGroup && !isDigit(source.charCodeAt(next + 3)) ? next : -1;
}
