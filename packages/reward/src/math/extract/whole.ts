import type { Anchor, RankedCandidate } from './anchors.ts';
import { RANKS } from './candidate.ts';

const LONGEST = 200;
/** Delimiters say which part of the text is mathematics, so the text as a whole is not. */
const DELIMITER = /[$€£]|\\boxed|\\\(|\\\[|\\begin\{(?:align|equation|gather)/;
const PLAIN_WORD = /(?<![\\a-zA-Z])(?!(?:sin|cos|tan|log|ln|exp|sqrt|pi|and|or|inf|infinity|mod)(?![a-zA-Z]))[a-zA-Z]{2,}/g;
/** Three words in a row are a sentence. */
const SENTENCE = /[a-zA-Z]{2,}[ ,]+[a-zA-Z]{2,}[ ,]+[a-zA-Z]{2,}/;
const MOST_ANCHORS = 8;

const strip = (text: string): string => text.replace(/^[\s:*"“=]+|[\s."”*]+$/g, '');

/** Mathematics without words, or words without mathematics ("Saturday"). */
function isExpression(text: string): boolean {
  if (DELIMITER.test(text)) return false;
  const words = text.match(PLAIN_WORD)?.length ?? 0;
  return words === 0 || (words <= 2 && /^[a-zA-Z ]+\.?$/.test(text));
}

/**
 * Answers without LaTeX delimiters: a response that is nothing but one short expression, and the rest of a line behind "the answer is".
 */
export function findWhole(text: string, anchors: readonly Anchor[]): readonly RankedCandidate[] {
  const found: RankedCandidate[] = [];
  const trimmed = text.trim();
  if (trimmed.length > 0 && trimmed.length <= LONGEST && anchors.length === 0 && isExpression(trimmed)) {
    found.push({ candidate: { source: 'text', start: 0, end: text.length, parts: [strip(trimmed)] }, rank: RANKS.answerWord });
  }
  for (const anchor of anchors.slice(-MOST_ANCHORS)) {
    const line = text.slice(anchor.end, anchor.end + LONGEST).split(/\n|。|\.(?=\s|$)/, 1)[0]!;
    const statement = /^\s{0,3}\**\s{0,3}(?:is|are|[:：是为])\s{0,3}:?/.exec(line);
    if (statement === null) continue;
    const content = strip(line.slice(statement[0].length));
    if (content === '' || SENTENCE.test(content) || DELIMITER.test(content)) continue;
    const rank = anchor.isFinal ? RANKS.finalAnswer : RANKS.answerColon;
    found.push({ candidate: { source: 'text', start: anchor.end, end: anchor.end + line.length, parts: [content] }, rank });
  }
  return found;
}
