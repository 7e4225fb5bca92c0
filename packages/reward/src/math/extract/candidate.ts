/** Where an answer was found. */
export type CandidateSource = 'boxed' | 'latex' | 'expression' | 'letter' | 'text';

/** One piece of text that may be the answer; `parts` are read apart and taken together when there are several. */
export interface Candidate {
  readonly source: CandidateSource;
  readonly start: number;
  readonly end: number;
  readonly parts: readonly string[];
}

/**
 * How an anchor in front of a candidate raises it. Lower is tried first; inside one rank the candidate that ends rightmost is.
 */
export const RANKS = {
  /** "final answer is X. I hope": a sentence that nothing but an answer has. */
  fixedSentence: 0,
  /** A box, or "final answer … is X". */
  finalAnswer: 50,
  answerColon: 100,
  answerWord: 200,
  unanchored: 300,
} as const;
