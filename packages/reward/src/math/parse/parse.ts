import { ANSWER_CHARACTERS, type Budget } from '../budget.ts';
import { cleanSource } from '../normalise/source.ts';
import { NotExact } from '../rational.ts';
import { Cursor } from './cursor.ts';
import { ParseFailure } from './failure.ts';
import { parseStatement } from './statement.ts';
import { tokenize } from './tokens.ts';
import type { Expression } from './tree.ts';

/** An operation may be the whole answer: "which sign makes this true?" */
const LONE_OPERATOR = /^(?:\\(?:div|times|cdot|pm|le|leq|ge|geq|ne|neq|cup|cap)|[-+*/<>=])$/;

export type Parsed = { readonly expression: Expression; readonly failure: null } | { readonly expression: null; readonly failure: string };

/** Letters, spaces and plain punctuation, behind at most one style command: an answer in words. */
const WORDS = /^[\p{L}][\p{L}\p{N} ,.'"()&/-]*$/u;

/**
 * Parses one answer, LaTeX or plain. Returns the tree, or why there is none. Throws only {@link BudgetExceeded}.
 */
export function parseAnswer(source: string, budget: Budget): Parsed {
  if (source.length > ANSWER_CHARACTERS) return { expression: null, failure: `longer than ${ANSWER_CHARACTERS} characters` };
  const cleaned = cleanSource(source);
  budget.spend(cleaned.length, 'cleaning');
  try {
    const cursor = new Cursor(tokenize(cleaned, budget), budget);
    const expression = parseStatement(cursor);
    while (cursor.operator('.', '}', ',')) cursor.advance();
    if (!cursor.at('end')) cursor.fail(`unexpected "${cursor.token.text}"`);
    return { expression, failure: null };
  } catch (error) {
    if (!(error instanceof ParseFailure) && !(error instanceof NotExact)) throw error;
    const words = cleaned.replace(/\\(?:text|mathrm|textbf|textit|mathbf|mbox) ?\{([^{}]*)\}/g, '$1').trim();
    if (WORDS.test(words) || LONE_OPERATOR.test(cleaned)) return { expression: { kind: 'text', value: words }, failure: null };
    return { expression: null, failure: error.message };
  }
}
