import type { RankedCandidate } from './anchors.ts';
import { type Candidate, RANKS } from './candidate.ts';

/** Neighbours beyond this many are left apart. */
const MOST_JOINED = 24;
const BETWEEN = /^[\s"*]{0,20}(?:,?\s{0,3}(?:and|or)|,|、|和|或)[\s"*$]{0,20}$/;
const ALTERNATIVES = /\bor\b|或/;

/**
 * Joins candidates that a comma or a word connects: they are one answer with several parts, so that "the answer is 1 or 2" is never read
 * as 2. Formulas are joined wherever they stand; plain numbers by "or", and by commas and "and" only behind an anchor, because running
 * text is full of them. Letters stand alone.
 */
export function joinNeighbours(text: string, ranked: readonly RankedCandidate[]): readonly RankedCandidate[] {
  const joined: RankedCandidate[] = [];
  for (let index = 0; index < ranked.length; ) {
    const { candidate: first, rank } = ranked[index++]!;
    const parts = [...first.parts];
    let last: Candidate = first;
    while (index < ranked.length && parts.length < MOST_JOINED && connects(text, last, ranked[index]!.candidate, rank)) {
      last = ranked[index++]!.candidate;
      parts.push(...last.parts);
    }
    joined.push({ candidate: { ...first, end: last.end, parts }, rank });
  }
  return joined;
}

function connects(text: string, left: Candidate, right: Candidate, rank: number): boolean {
  if (left.source === 'boxed' || right.source === 'boxed' || right.start < left.end || right.start - left.end > 40) return false;
  const between = text.slice(left.end, right.start);
  if (!BETWEEN.test(between)) return false;
  const bothFormulas = left.source === 'latex' && right.source === 'latex';
  return bothFormulas || ALTERNATIVES.test(between) || (rank < RANKS.unanchored && left.source === right.source);
}
