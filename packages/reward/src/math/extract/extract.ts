import { BOXED_CHARACTERS, SEARCHED_CHARACTERS } from '../budget.ts';
import { findAnchors, type RankedCandidate, rankCandidates } from './anchors.ts';
import { lastBoxes } from './boxed.ts';
import type { Candidate } from './candidate.ts';
import { environmentCandidates, findBareTuples, findEnvironments } from './environments.ts';
import { joinNeighbours } from './join.ts';
import { findLetters } from './letters.ts';
import { findPlain } from './plain.ts';
import { findWhole } from './whole.ts';

/** What to look for: LaTeX and boxes, plain numbers and arithmetic, or the letters of a multiple-choice question. */
export type ExtractTarget = 'latex' | 'expr' | 'string';

export interface ExtractOptions {
  readonly targets: readonly ExtractTarget[];
  /** Letters that count as choices for the `string` target. */
  readonly letters: string;
  /** Whether text without delimiters may be an answer as a whole. */
  readonly bareText: boolean;
}

/** Every place of `text` that may hold the answer, best first: by rank, then rightmost, then longest. */
export function findCandidates(whole: string, { targets, letters, bareText }: ExtractOptions): readonly RankedCandidate[] {
  const cut = Math.max(0, whole.length - SEARCHED_CHARACTERS);
  const text = whole.slice(cut);
  const candidates: Candidate[] = [];
  const boxes = targets.includes('latex')
    ? shifted(lastBoxes(whole.slice(-BOXED_CHARACTERS)), Math.max(0, whole.length - BOXED_CHARACTERS) - cut)
    : null;
  if (boxes !== null) candidates.push(boxes);
  const environments = targets.includes('latex') ? findEnvironments(text) : [];
  const tuples = bareText ? findBareTuples(text, insideOf(environments)) : [];
  candidates.push(...environmentCandidates(text, environments), ...tuples);
  if (targets.includes('expr')) candidates.push(...findPlain(text, insideOf(inOrder(environments, tuples))));
  if (targets.includes('string')) candidates.push(...findLetters(text, letters));
  const outside = candidates.filter((candidate) => candidate === boxes || boxes === null || !overlaps(candidate, boxes));
  outside.sort((a, b) => a.start - b.start);

  const anchors = findAnchors(text);
  const ranked: RankedCandidate[] = [...joinNeighbours(text, rankCandidates(text, anchors, outside))];
  if (bareText && boxes === null) ranked.push(...findWhole(text, anchors));
  ranked.sort((a, b) => a.rank - b.rank || b.candidate.end - a.candidate.end || a.candidate.start - b.candidate.start);
  return ranked.map(({ candidate, rank }) => ({ candidate: shifted(candidate, cut), rank }));
}

function shifted(candidate: Candidate, by: number): Candidate;
function shifted(candidate: Candidate | null, by: number): Candidate | null;
function shifted(candidate: Candidate | null, by: number): Candidate | null {
  return candidate === null ? null : { ...candidate, start: candidate.start + by, end: candidate.end + by };
}

const overlaps = (a: Candidate, b: Candidate): boolean => a.start < b.end && b.start < a.end;

type Stretch = Pick<Candidate, 'start' | 'end'>;

const inOrder = (left: readonly Stretch[], right: readonly Stretch[]): readonly Stretch[] =>
  right.length === 0 ? left : [...left, ...right].sort((a, b) => a.start - b.start);

/** Answers, for rising positions, whether they lie inside one of the stretches. */
function insideOf(stretches: readonly Stretch[]): (position: number) => boolean {
  let index = 0;
  return (position) => {
    while (index < stretches.length && stretches[index]!.end <= position) index++;
    return index < stretches.length && stretches[index]!.start <= position;
  };
}
