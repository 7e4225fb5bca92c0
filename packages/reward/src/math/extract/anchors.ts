import { type Candidate, RANKS } from './candidate.ts';

const ANSWER = /final\s{1,4}answer|answers?|最终答案|答案|####/gi;
/** Characters between an anchor and the answer that follows it. */
const REACH = 100;
const NEAR_REACH = 50;
const FIXED_END = /^\s{0,3}[.。]?\s{0,3}I hope/;
const STATED = /(?:\bis|是|为|：|:|=)\s{0,3}:?\s{0,3}["'“*(]{0,4}\s{0,3}[$€£¥]?$/;

/** A candidate with its rank; lower ranks are tried first. */
export interface RankedCandidate {
  readonly candidate: Candidate;
  readonly rank: number;
}

export interface Anchor {
  readonly end: number;
  readonly isFinal: boolean;
  /** `####`, which worked solutions put directly in front of the answer. */
  readonly isMark: boolean;
}

/** The words and marks that announce an answer, from left to right. */
export const findAnchors = (text: string): readonly Anchor[] =>
  [...text.matchAll(ANSWER)].map((match) => ({
    end: match.index + match[0].length,
    isFinal: /^final|最终/i.test(match[0]),
    isMark: match[0] === '####',
  }));

/**
 * Gives candidates the rank of the nearest anchor in front of them. Behind "answer", the first candidate counts, and any that an equals
 * sign introduces; behind "final answer", any that "is" introduces. `candidates` are in order of position.
 */
export function rankCandidates(text: string, anchors: readonly Anchor[], candidates: readonly Candidate[]): readonly RankedCandidate[] {
  let next = 0;
  let served = -1;
  return candidates.map((candidate) => {
    if (candidate.source === 'boxed') return { candidate, rank: RANKS.finalAnswer };
    while (next < anchors.length && anchors[next]!.end <= candidate.start) next++;
    const nearest = anchors[next - 1];
    if (nearest === undefined) return { candidate, rank: RANKS.unanchored };
    const rank = rankBehind(text, nearest, candidate, served !== next);
    if (rank !== RANKS.unanchored) served = next;
    return { candidate, rank };
  });
}

function rankBehind(text: string, anchor: Anchor, candidate: Candidate, isFirst: boolean): number {
  if (candidate.start - anchor.end > REACH) return RANKS.unanchored;
  const between = text.slice(anchor.end, candidate.start);
  if (anchor.isMark && /^\s{0,3}[$€£¥]?$/.test(between)) return RANKS.finalAnswer;
  if (anchor.isFinal && STATED.test(between)) {
    const isFixed = /^\s{0,3}is:?\s{0,3}[$€£]?$/.test(between) && FIXED_END.test(text.slice(candidate.end, candidate.end + 20));
    return isFixed ? RANKS.fixedSentence : RANKS.finalAnswer;
  }
  const isResult = /=\s{0,3}$/.test(between);
  if ((!isFirst && !isResult) || (between.length > NEAR_REACH && !isResult)) return RANKS.unanchored;
  return /^\s{0,3}\**\s{0,3}[:：是为]/.test(between) ? RANKS.answerColon : RANKS.answerWord;
}
