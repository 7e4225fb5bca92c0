import { markUnit } from '../parse/units.ts';
import type { Candidate } from './candidate.ts';

const NUMBER =
  /-?(?:\d{1,3}(?:[, ]\d{3}){1,12}(?!\d)(?:\.\d{1,200})?|\d{1,400}\.\d{1,200}|\d{1,400},\d{1,200}(?!\d|,\d)|\.\d{1,200}|\d{1,400})(?:[eE][+-]?\d{1,4}(?![\w.]))?/y;
const PERCENT = /\s{0,2}(?:\\?%|[Pp]ercent(?:age)?|pct)/y;
const EXPRESSION = /[\d. \t+\-*×/÷^()−–]{1,80}/y;
/** Signs and brackets in front of the first digit. */
const OPENING = /[-−(]{0,6}\.?\d/y;
const OPERATOR = /[+\-*×/÷^−–]/;
/** What may stand in front of a number: the start, white space, a sign of equality, emphasis, an opening bracket or quote. */
const BEFORE = /[\s=*("'“‘:：~≈是为_>|]/;
const CURRENCY = /[$€£¥₹￥]/;
/** Letters behind a number that make it part of a formula or of a name ("3x + 2", "2A+1"). */
const FORMULA_BEHIND = /^ ?(?:[a-zA-Z]{1,2}\s?(?:[+\-*/^=<>]|\\)|\\?[\^_])/;

/** Numbers and arithmetic expressions in running text. `within` says whether a position lies in LaTeX that is read elsewhere. */
export function findPlain(text: string, within: (position: number) => boolean): readonly Candidate[] {
  const candidates: Candidate[] = [];
  let position = 0;
  while (position < text.length) {
    const character = text[position]!;
    OPENING.lastIndex = position;
    const isStart = /[-−(.\d]/.test(character) && OPENING.test(text);
    if (!isStart || within(position) || !beginsValue(text, position)) {
      position++;
      continue;
    }
    const expression = readExpression(text, position);
    if (expression !== null) {
      candidates.push(expression);
      position = expression.end;
      continue;
    }
    const number = readNumber(text, position);
    if (number !== null) candidates.push(number);
    position = number === null ? skipDigits(text, position) : number.end;
  }
  return candidates;
}

/** After something that is no value, the rest of its digits must not be read as one. */
function skipDigits(text: string, start: number): number {
  let position = start + 1;
  while (position < text.length && /[\d.]/.test(text[position]!)) position++;
  return position;
}

function beginsValue(text: string, position: number): boolean {
  const before = text[position - 1];
  if (before === undefined || BEFORE.test(before)) return true;
  if (CURRENCY.test(before)) {
    const further = text[position - 2];
    return further === undefined || BEFORE.test(further) || further === '\\';
  }
  return /[\u3000-\u9fff\uff00-\uffef]/.test(before);
}

function readExpression(text: string, start: number): Candidate | null {
  if (text[start] === '(' && !text.slice(start, start + 80).includes(')')) return null;
  EXPRESSION.lastIndex = start;
  const run = EXPRESSION.exec(text)?.[0] ?? '';
  let content = run
    .trimEnd()
    .replace(/[.+\-*×/÷^(−–]+$/, '')
    .trimEnd();
  if (unbalanced(content)) content = content.replace(/\)$/, '').trimEnd();
  const inner = content.slice(1);
  const after = text[start + content.length];
  const endsWell = after === undefined || /[\s.,:;)$*!?"'”’。，%]/.test(after);
  if (!OPERATOR.test(inner) || !/\d/.test(content) || !endsWell || unbalanced(content)) return null;
  // Two numbers side by side are no expression, unless they are a mixed fraction.
  if (/\d\s+\d(?!\/|\d*\s*\/)/.test(content)) return null;
  return withPercent(text, start, start + content.length, content);
}

const unbalanced = (content: string): boolean => content.split('(').length !== content.split(')').length;

function readNumber(text: string, start: number): Candidate | null {
  NUMBER.lastIndex = start;
  const match = NUMBER.exec(text);
  if (match === null) return null;
  const end = start + match[0].length;
  const behind = text.slice(end, end + 12);
  if (FORMULA_BEHIND.test(behind) && !/^\^?2\b/.test(behind) && !isUnit(text.slice(end, end + 40))) return null;
  return withPercent(text, start, end, plainNumber(match[0]));
}

/** "km/h", "m/s^2": a unit with a slash or a power, and nothing behind it that would make it a formula. */
function isUnit(behind: string): boolean {
  const unit = /^ ?[a-zA-Z]{1,12}(?:\/[a-zA-Z]{1,12})?(?:\^[23])?(?![\w^/*+=<>-])/.exec(behind);
  return unit !== null && markUnit(`1${unit[0]}`) !== null;
}

/** Group separators go, a comma before other than three digits is a decimal point. */
function plainNumber(written: string): string {
  if (/^-?\d{1,3}(?:[, ]\d{3})+(?:\.\d+)?$/.test(written)) return written.replace(/[, ]/g, '');
  return written.replace(',', '.');
}

function withPercent(text: string, start: number, end: number, content: string): Candidate {
  PERCENT.lastIndex = end;
  const percent = PERCENT.exec(text);
  const isPercent = percent !== null && percent[0].trim() !== '';
  return { source: 'expression', start, end: end + (isPercent ? percent[0].length : 0), parts: [isPercent ? `${content}\\%` : content] };
}
