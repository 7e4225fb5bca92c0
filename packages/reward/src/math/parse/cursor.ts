import { type Budget, NESTING_DEPTH } from '../budget.ts';
import { WORD_FUNCTIONS } from './commands.ts';
import { ParseFailure } from './failure.ts';
import type { Token, TokenType } from './tokens.ts';

const JOINER_WORDS = new Set(['and', 'or', 'AND', 'OR', 'And', 'Or', '和', '或', '与', '及', '或者', 'and also', 'or else']);

/** Runs of letters that are one symbol. */
const NAMES = new Set(['pi', 'inf', 'infinity', 'Infinity', 'infty', 'frac', 'max', 'min']);

/** A position in the token list, with the little context that the grammar needs. */
export class Cursor {
  private position = 0;
  private depth = 0;
  /** Open `|` bars: while one is open, the next `|` behind an operand closes it. */
  openBars = 0;
  openIntegrals = 0;
  /** Variables of enclosing sums; `i` and `e` among them are symbols, not constants. */
  readonly bound: string[] = [];

  constructor(
    private readonly tokens: Token[],
    readonly budget: Budget,
  ) {}

  get token(): Token {
    return this.tokens[this.position]!;
  }

  get index(): number {
    return this.position;
  }

  /** The token `distance` places ahead; the end token where there is none. */
  ahead(distance: number): Token {
    return this.tokens[Math.min(this.position + distance, this.tokens.length - 1)]!;
  }

  advance(): Token {
    this.budget.spend(1, 'parsing');
    const token = this.token;
    if (token.type !== 'end') this.position++;
    return token;
  }

  at(type: TokenType, text?: string): boolean {
    return this.token.type === type && (text === undefined || this.token.text === text);
  }

  operator(...texts: string[]): boolean {
    return this.token.type === 'operator' && texts.includes(this.token.text);
  }

  command(...texts: string[]): boolean {
    return this.token.type === 'command' && texts.includes(this.token.text);
  }

  /** Divides a run of letters that is no name into its first letter and the rest, where only one letter is wanted. */
  splitWord(): void {
    const { type, text, space, start } = this.token;
    if (type !== 'word' || NAMES.has(text) || WORD_FUNCTIONS.has(text)) return;
    const rest: Token = { type: text.length === 2 ? 'letter' : 'word', text: text.slice(1), space: false, start: start + 1 };
    this.tokens.splice(this.position, 1, { type: 'letter', text: text[0]!, space, start }, rest);
  }

  /** Takes the operator if it is next. */
  take(text: string): boolean {
    if (!this.operator(text)) return false;
    this.advance();
    return true;
  }

  fail(message: string): never {
    throw new ParseFailure(message, this.token.start);
  }

  /** Runs `parse` one level deeper; refuses inputs nested beyond the limit before the stack does. */
  nested<Result>(parse: () => Result): Result {
    if (++this.depth > NESTING_DEPTH) this.fail('brackets nested too deeply');
    try {
      return parse();
    } finally {
      this.depth--;
    }
  }

  /** A separator between items that is a word: `and`, `\text{or}`, `\lor`. */
  joiner(): 'and' | 'or' | null {
    const { type, text } = this.token;
    if (type === 'command') {
      if (text === 'lor' || text === 'vee' || text === 'or') return 'or';
      return text === 'land' || text === 'wedge' || text === 'and' ? 'and' : null;
    }
    if (type !== 'word' && type !== 'text') return null;
    const word = text
      .replace(/^[,;]\s*/, '')
      .replace(/[,;]$/, '')
      .trim();
    if (!JOINER_WORDS.has(word)) return null;
    return /^(?:or|或)/i.test(word) ? 'or' : 'and';
  }
}
