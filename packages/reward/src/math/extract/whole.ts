import type { Anchor, RankedCandidate } from './anchors.ts';
import { RANKS } from './candidate.ts';

const LONGEST = 200;
/** Three words in a row are a sentence. */
const SENTENCE = /[a-zA-Z]{2,}[ ,]+[a-zA-Z]{2,}[ ,]+[a-zA-Z]{2,}/;
const MOST_ANCHORS = 8;

const strip = (text: string): string => text.replace(/^[\s:*"“=]+|[\s."”*]+$/g, '');

/**
 * Answers without LaTeX delimiters: a response that is nothing but one short expression, and the rest of a line behind "the answer is".
 */
export function findWhole(text: string, anchors: readonly Anchor[]): readonly RankedCandidate[] {
  const found: RankedCandidate[] = [];
  const trimmed = text.trim();
  if (trimmed.length > 0 && trimmed.length <= LONGEST && !SENTENCE.test(trimmed) && anchors.length === 0) {
    found.push({ candidate: { source: 'text', start: 0, end: text.length, parts: [strip(trimmed)] }, rank: RANKS.answerWord });
  }
  for (const anchor of anchors.slice(-MOST_ANCHORS)) {
    const line = text.slice(anchor.end, anchor.end + LONGEST).split(/\n|[.。](?=\s|$)/, 1)[0]!;
    const statement = /^\s{0,3}\**\s{0,3}(?:is|are|[:：是为])\s{0,3}:?/.exec(line);
    if (statement === null) continue;
    const content = strip(line.slice(statement[0].length));
    if (content === '' || SENTENCE.test(content) || /[$]|\\boxed|\\\(|\\\[/.test(content)) continue;
    const rank = anchor.isFinal ? RANKS.finalAnswer : RANKS.answerColon;
    found.push({ candidate: { source: 'text', start: anchor.end, end: anchor.end + line.length, parts: [content] }, rank });
  }
  return found;
}
