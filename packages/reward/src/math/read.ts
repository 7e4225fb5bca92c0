import { type Budget, GOLD_CHARACTERS } from './budget.ts';
import type { RankedCandidate } from './extract/anchors.ts';
import { lastBoxes } from './extract/boxed.ts';
import { type Candidate, type CandidateSource, RANKS } from './extract/candidate.ts';
import { type ExtractTarget, findCandidates } from './extract/extract.ts';
import { parseAnswer } from './parse/parse.ts';
import type { Expression } from './parse/tree.ts';
import { markUnit } from './parse/units.ts';

/** A piece of text read as an answer. `expression` is null where it is no mathematics that the parser knows. */
export interface Reading {
  /** The text as it stands in the source, trimmed. */
  readonly text: string;
  readonly expression: Expression | null;
  readonly source: CandidateSource | null;
  readonly range: readonly [number, number] | null;
  readonly failure: string | null;
}

/** Candidates that are tried before a response counts as unreadable. */
const MOST_TRIED = 12;
const WHOLLY_DELIMITED = /^(?:\$\$([^$]+)\$\$|\$([^$]+)\$|\\\(([\s\S]*)\\\)|\\\[([\s\S]*)\\\])\.?$/;

/**
 * Reads a gold answer: with targets as a response is read, without them as one expression, whose delimiters or box are taken off.
 */
export function readGold(source: string, targets: readonly ExtractTarget[] | null, budget: Budget): Reading {
  const gold = source.slice(-GOLD_CHARACTERS);
  if (targets !== null) {
    const found = readCandidates(findCandidates(gold, { targets, letters: 'ABCDEFGHIJ', bareText: false }), 0, budget);
    if (found !== null && found.expression !== null) return found;
  }
  const boxes = lastBoxes(gold);
  if (boxes !== null) return readCandidate(boxes, 0, budget);
  const delimited = WHOLLY_DELIMITED.exec(gold.trim());
  const text = (delimited?.slice(1).find((part) => part !== undefined) ?? gold).trim();
  const whole = readCandidate({ source: 'text', start: 0, end: gold.length, parts: [text] }, 0, budget);
  if (whole.expression !== null || targets !== null) return whole;
  const inside = readCandidates(findCandidates(gold, { targets: ['latex'], letters: '', bareText: false }), 0, budget);
  return inside?.expression ? inside : whole;
}

/**
 * The first candidate that can be read. A box or a formula behind an anchor that cannot be read is still the answer: nothing is mined from
 * elsewhere in its place.
 */
export function readCandidates(candidates: readonly RankedCandidate[], offset: number, budget: Budget): Reading | null {
  let firstUnread: Reading | null = null;
  for (const { candidate, rank } of candidates.slice(0, MOST_TRIED)) {
    const reading = readCandidate(candidate, offset, budget);
    const isStated = candidate.source === 'boxed' || (candidate.source === 'latex' && rank < RANKS.unanchored);
    if (reading.expression !== null || isStated) return reading;
    firstUnread ??= reading;
  }
  return firstUnread;
}

function readCandidate(candidate: Candidate, offset: number, budget: Budget): Reading {
  const range = [candidate.start + offset, candidate.end + offset] as const;
  const text = candidate.parts.map((part) => part.trim()).join(', ');
  const at = { text, source: candidate.source, range };
  const items: Expression[] = [];
  for (const part of candidate.parts) {
    const parsed = parsePart(part, isBare(candidate), budget);
    if (parsed.expression === null) return { ...at, expression: null, failure: parsed.failure };
    if (parsed.expression.kind === 'list' && candidate.parts.length > 1) items.push(...parsed.expression.items);
    else items.push(parsed.expression);
  }
  const expression: Expression = items.length === 1 ? items[0]! : { kind: 'list', joiner: ',', items };
  return { ...at, expression, failure: null };
}

/** Text in words, without delimiters: there "10 m/s" is a speed, where in a formula it is a quotient. */
const isBare = ({ source, start, end, parts }: Candidate): boolean => source === 'text' && parts[0]!.length === end - start;

function parsePart(part: string, bare: boolean, budget: Budget): ReturnType<typeof parseAnswer> {
  const marked = markUnit(part);
  if (marked === null) return parseAnswer(part, budget);
  if (bare) return parseAnswer(marked, budget);
  const parsed = parseAnswer(part, budget);
  return parsed.expression === null ? parseAnswer(marked, budget) : parsed;
}

/** Reads a part of an answer in its place. */
export function readPart(whole: Reading, part: string, budget: Budget): Reading {
  const parsed = parseAnswer(part, budget);
  return { ...whole, text: part, expression: parsed.expression, failure: parsed.failure };
}
