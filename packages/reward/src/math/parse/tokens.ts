import type { Budget } from '../budget.ts';
import { isKnownCommand, splitRunTogetherCommand } from './commands.ts';
import { ParseFailure } from './failure.ts';

export type TokenType = 'number' | 'letter' | 'word' | 'command' | 'text' | 'operator' | 'row' | 'end';

/** `space`: white space stands before the token, which decides between `1 2/3`, `2x` and `2 x`. */
export interface Token {
  readonly type: TokenType;
  readonly text: string;
  readonly space: boolean;
  readonly start: number;
}

const DIGIT = /[0-9]/;
const LETTER = /[a-zA-Z]/;
const TWO_CHARACTER_OPERATORS = ['<=', '>=', '!=', '==', ':=', '->', '=>', '**', '~=', '=<'];
const TEXT_COMMANDS = new Set(['text', 'textrm', 'textnormal', 'mbox', 'hbox', 'textbf', 'textit', 'textsf', 'texttt', 'textup', 'textsc']);
const STYLE_COMMANDS = new Set([
  'mathrm',
  'mathbf',
  'mathit',
  'mathsf',
  'mathtt',
  'boldsymbol',
  'bm',
  'operatorname',
  'mathcal',
  'mathscr',
  'mathfrak',
]);
/** Layout without meaning; the letter after `\left` and its kin is a bracket that follows as its own token. */
const IGNORED_COMMANDS = new Set(
  (
    'left right mleft mright big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr bigm middle displaystyle textstyle scriptstyle limits nolimits ' +
    'rm bf it sf tt large Large small tiny normalsize strut allowbreak nonumber phantom hfill hspace vspace'
  ).split(' '),
);
/** Values and lists of choices that were set as text: `5 apples`, `A, B and C`. */
const MATHEMATICS_IN_TEXT = /^-?\d+(?:\.\d+)?(?: [a-z]+)?$|^[A-J](?:, ?[A-J])+$/;
/** Units of one letter, which are units when set upright behind a number. */
const UNIT_LETTER = /^[mgshLlJNWVKCF]$/;
const SPACE_COMMANDS = new Set([
  'quad',
  'qquad',
  'enspace',
  'thinspace',
  'space',
  'hskip',
  'nobreakspace',
  '!',
  ',',
  ';',
  ':',
  ' ',
  '>',
  '/',
]);

/** Splits cleaned source into tokens; throws {@link ParseFailure} for commands that have no meaning here. */
export function tokenize(source: string, budget: Budget): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  let space = false;
  let depth = 0;
  const push = (type: TokenType, text: string, start: number) => {
    tokens.push({ type, text, space, start });
    space = false;
  };

  while (position < source.length) {
    budget.spend(1, 'reading tokens');
    const start = position;
    const character = source[position]!;
    if (character === ' ' || character === '~') {
      if (character === '~' && source[position + 1] === '=') {
        push('operator', '~=', start);
        position += 2;
        continue;
      }
      space = true;
      position++;
    } else if (DIGIT.test(character) || (character === '.' && DIGIT.test(source[position + 1] ?? ''))) {
      position = endOfNumber(source, position, depth);
      push('number', source.slice(start, position).replaceAll(',', ''), start);
    } else if (LETTER.test(character)) {
      while (position < source.length && LETTER.test(source[position]!)) position++;
      const run = source.slice(start, position);
      push(run.length === 1 ? 'letter' : 'word', run, start);
    } else if (character === '\\') {
      position = readCommand(start);
    } else if (character === '$' || character === '"' || character === '`') {
      space = true;
      position++;
    } else {
      const pair = source.slice(position, position + 2);
      const operator = TWO_CHARACTER_OPERATORS.includes(pair) ? pair : character;
      if (operator === '(' || operator === '[' || operator === '{') depth++;
      if (operator === ')' || operator === ']' || operator === '}') depth--;
      push('operator', operator, start);
      position += operator.length;
    }
  }
  push('end', '', source.length);
  return tokens;

  /** Reads the command at `start` and returns the position after it. */
  function readCommand(start: number): number {
    const next = source[start + 1] ?? '';
    if (next === '\\') {
      push('row', '\\\\', start);
      return start + 2;
    }
    if (!LETTER.test(next)) {
      if (SPACE_COMMANDS.has(next) || next === '') space = true;
      else if (next === '{' || next === '}') push('operator', `\\${next}`, start);
      else if (next === '$') push('command', 'dollar', start);
      else push('operator', next === '|' ? '\\|' : next, start);
      return start + 2;
    }
    let end = start + 1;
    while (end < source.length && LETTER.test(source[end]!)) end++;
    let name = source.slice(start + 1, end);
    if (TEXT_COMMANDS.has(name) || STYLE_COMMANDS.has(name)) return readStyled(name, start, end);
    if (!isKnownCommand(name) && !IGNORED_COMMANDS.has(name) && !SPACE_COMMANDS.has(name)) {
      const known = splitRunTogetherCommand(name);
      if (known === null) throw new ParseFailure(`unknown command \\${name}`, start);
      end = start + 1 + known.length;
      name = known;
    }
    if (IGNORED_COMMANDS.has(name) || SPACE_COMMANDS.has(name)) {
      space = true;
      // `\left.` and `\right.` are invisible brackets.
      if ((name === 'left' || name === 'right') && source[end] === '.') end++;
      return end;
    }
    push('command', name === 'dfrac' || name === 'tfrac' || name === 'cfrac' ? 'frac' : name, start);
    return end;
  }

  /** Text and style commands: words become one text token, mathematics inside them is read as if the command were not there. */
  function readStyled(name: string, start: number, afterName: number): number {
    let open = afterName;
    if (source[open] === '*') open++;
    while (source[open] === ' ') open++;
    if (source[open] !== '{') {
      space = true;
      return open;
    }
    const close = matchingBrace(source, open);
    const end = close < 0 ? source.length : close;
    const content = source.slice(open + 1, end).replaceAll('~', ' ');
    const trimmed = content.trim();
    if (trimmed === '' || trimmed === 'th' || trimmed === 'st' || trimmed === 'nd' || trimmed === 'rd') space = true;
    else if (UNIT_LETTER.test(trimmed) && /^(?:number|operator)$/.test(tokens.at(-1)?.type ?? '') && /[\d}]$/.test(tokens.at(-1)!.text)) {
      push('text', trimmed, start);
    } else if (/^[a-zA-Z]$/.test(trimmed)) push('letter', trimmed, start);
    else if (/^\(?[A-Za-z]\)?\.?$/.test(trimmed)) push('letter', trimmed.replace(/[().]/g, ''), start);
    else if (STYLE_COMMANDS.has(name) && isKnownCommand(trimmed) && trimmed.length > 2) push('command', trimmed, start);
    else if (/[a-zA-Z\u0080-\uffff]/.test(trimmed) && !/[\\^_{}=]/.test(trimmed) && !MATHEMATICS_IN_TEXT.test(trimmed)) {
      push('text', trimmed, start);
    } else {
      for (const token of tokenize(content.replaceAll('$', ' '), budget)) {
        if (token.type !== 'end') tokens.push({ ...token, start });
      }
    }
    return close < 0 ? source.length : close + 1;
  }
}

/** Position after the number at `start`. Commas join groups of three digits outside brackets, and mark decimals after a lone zero. */
function endOfNumber(source: string, start: number, depth: number): number {
  let position = start;
  const digits = () => {
    while (position < source.length && DIGIT.test(source[position]!)) position++;
  };
  digits();
  if (depth === 0 && position - start <= 3 && position > start && source[start] !== '0') {
    let group = position;
    while (source[group] === ',' && /^\d{3}$/.test(source.slice(group + 1, group + 4)) && !DIGIT.test(source[group + 4] ?? '')) group += 4;
    // "1,234,5" is a list, not a grouped number.
    if (!(source[group] === ',' && DIGIT.test(source[group + 1] ?? ''))) position = group;
  }
  if (source[position] === '.' && DIGIT.test(source[position + 1] ?? '')) {
    position++;
    digits();
  } else if (source[position] === '.' && source.startsWith('\\overline', position + 1)) {
    return position + 1;
  }
  return endOfScientific(source, start, position);
}

/** Includes `e10` where it can only be an exponent of ten: behind a decimal or a lone 1, or with a capital E. `3e - 5` stays a product. */
function endOfScientific(source: string, start: number, end: number): number {
  const tail = /^[eE][+-]?\d{1,4}(?![\d.])/.exec(source.slice(end, end + 8));
  if (tail === null) return end;
  const digits = source.slice(start, end);
  return tail[0][0] === 'E' || digits.includes('.') || digits === '1' ? end + tail[0].length : end;
}

/** Position of the brace that closes the one at `open`, or -1. Escaped braces do not count. */
function matchingBrace(text: string, open: number): number {
  let depth = 0;
  for (let index = open; index < text.length; index++) {
    const character = text[index];
    if (character === '\\') index++;
    else if (character === '{') depth++;
    else if (character === '}' && --depth === 0) return index;
  }
  return -1;
}
