import type { Candidate } from './candidate.ts';

/** One stretch of LaTeX in running text. */
export interface Environment {
  readonly start: number;
  readonly end: number;
  readonly content: string;
}

/** Two or more English words in a row are running text, so the dollar in front of them was a currency sign. */
const PROSE = /(?:^|[^\\a-zA-Z])[a-zA-Z]{3,} +[a-zA-Z]{2,}(?![a-zA-Z])/;
const STYLED_TEXT = /\\(?:text|mathrm|mbox|textbf|textit|operatorname)\s?\{[^{}]*\}/g;
const LONGEST = 4_000;
const BARE_FRACTION = /-?\\[dt]?frac ?\{-?\d{1,40}(?:[.,]\d{1,40})?\} ?\{-?\d{1,40}(?:[.,]\d{1,40})?\}/g;

const BARE_TUPLE = /[([] ?-?[\d./]{1,40}(?:, ?-?[\d./]{1,40}){1,7} ?[)\]]/g;

/** Points and intervals of plain numbers outside LaTeX, "(3, 4)", which must not be taken for their last number. */
export function findBareTuples(text: string, within: (position: number) => boolean): readonly Candidate[] {
  const found: Candidate[] = [];
  for (const match of text.matchAll(BARE_TUPLE)) {
    if (/[a-zA-Z\d]/.test(text[match.index - 1] ?? '') || within(match.index)) continue;
    found.push({ source: 'latex', start: match.index, end: match.index + match[0].length, parts: [match[0]] });
  }
  return found;
}

/** Finds `$$ $$`, `\[ \]`, `$ $`, `\( \)`, display environments, `[ ]` set off by spaces, and bare numeric fractions; left to right. */
export function findEnvironments(text: string): readonly Environment[] {
  const found: Environment[] = [];
  const closers = { '\\]': -1, '\\)': -1 };
  for (let position = 0; position < text.length; position++) {
    const character = text[position];
    if (character !== '$' && character !== '\\') continue;
    const environment = character === '$' ? readDollar(text, position) : readBackslash(text, position, closers);
    if (environment !== null) {
      found.push(environment);
      position = environment.end - 1;
    } else if (character === '\\') position++;
  }
  for (const match of text.matchAll(BARE_FRACTION))
    found.push({ start: match.index, end: match.index + match[0].length, content: match[0] });
  for (const match of text.matchAll(/\s(\[[^\n[\]]{1,200}\])(?=\s|[.,;]|$)/g))
    found.push({ start: match.index + 1, end: match.index + match[0].length, content: match[1]! });
  return outermost(found);
}

function outermost(found: Environment[]): readonly Environment[] {
  found.sort((a, b) => a.start - b.start || b.end - a.end);
  const kept: Environment[] = [];
  for (const environment of found) {
    if (environment.start >= (kept.at(-1)?.end ?? 0)) kept.push(environment);
  }
  return kept;
}

function readDollar(text: string, start: number): Environment | null {
  if (text.startsWith('$$', start)) {
    const close = text.indexOf('$$', start + 2);
    if (close > start + 2 && close - start < LONGEST) return { start, end: close + 2, content: text.slice(start + 2, close) };
    return null;
  }
  // "5$" is a price, not the start of a formula.
  if (/\d/.test(text[start - 1] ?? '')) return null;
  for (let end = start + 1; end < text.length && end - start < LONGEST; end++) {
    const character = text[end];
    if (character === '\n' && text[end + 1] === '\n') return null;
    if (character === '\\') end++;
    else if (character === '$') {
      const content = text.slice(start + 1, end);
      return content.trim() === '' || isProse(content) ? null : { start, end: end + 1, content };
    }
  }
  return null;
}

const isProse = (content: string): boolean => PROSE.test(content.replace(STYLED_TEXT, ' '));

function readBackslash(text: string, start: number, closers: Record<'\\]' | '\\)', number>): Environment | null {
  const opener = text.slice(start, start + 2);
  if (text[start - 1] === '\\') return null;
  if (opener === '\\[' || opener === '\\(') {
    const closer = opener === '\\[' ? '\\]' : '\\)';
    // The next closer is remembered, so that many openers without one cost one search.
    if (closers[closer] < start + 2) {
      const next = text.indexOf(closer, start + 2);
      closers[closer] = next < 0 ? Number.POSITIVE_INFINITY : next;
    }
    const close = closers[closer];
    return close - start < LONGEST ? { start, end: close + 2, content: text.slice(start + 2, close) } : null;
  }
  const begin = /^\\begin\{(align\*?|aligned|equation\*?|gather\*?|multline\*?|[pbvBV]?matrix)\}/.exec(text.slice(start, start + 24));
  if (begin === null) return null;
  const closing = `\\end{${begin[1]}}`;
  const close = text.slice(start, start + LONGEST).indexOf(closing);
  if (close < 0) return null;
  const end = start + close + closing.length;
  const isMatrix = begin[1]!.endsWith('matrix');
  return { start, end, content: isMatrix ? text.slice(start, end) : text.slice(start + begin[0].length, start + close) };
}

/** Environments as candidates. A percent sign or word behind one belongs to it. */
export function environmentCandidates(text: string, environments: readonly Environment[]): readonly Candidate[] {
  return environments.map(({ start, end, content }) => {
    const percent = percentBehind(text, end);
    return { source: 'latex', start, end: end + percent, parts: [percent === 0 ? content : `${content}\\%`] };
  });
}

/** Length of a percent sign or word directly behind `end`, or 0. */
function percentBehind(text: string, end: number): number {
  return /^\s{0,3}(?:\\?%|percent(?:age)?|pct)/i.exec(text.slice(end, end + 16))?.[0].length ?? 0;
}
