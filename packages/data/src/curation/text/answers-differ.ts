import { decodeGroundTruth } from '../../ground-truth.ts';
import type { ProblemRecord } from '../../record.ts';
import { CanonicalText } from './canonical-text.ts';

/**
 * Whether two records state different answers, so that texts which look alike ask for different things (or one answer is wrong): no answer of one is an
 * answer of the other. Typesetting, units, leading zeros and the choice between fraction and decimals do not count. False for programs
 * and other truths that are no answers.
 */
export function answersDiffer(record: ProblemRecord, other: ProblemRecord): boolean {
  const [ours, theirs] = [answersOf(record), answersOf(other)];
  if (ours === null || theirs === null) return false;
  const known = new Set(theirs.map(plainAnswer));
  return !ours.some((answer) => known.has(plainAnswer(answer)));
}

/** The acceptable answers; null where the truth is of another kind. */
export function answersOf({ ability, reward_model }: ProblemRecord): readonly string[] | null {
  if (ability === 'code') return null;
  const truth = decodeGroundTruth(reward_model.ground_truth);
  if (typeof truth === 'string') return [truth];
  return Array.isArray(truth) ? (truth as readonly string[]) : null;
}

const canonical = new CanonicalText();

/** The canonical form without words and units, a number by its value. */
function plainAnswer(answer: string): string {
  canonical.write(answer);
  const tokens = canonical
    .toString()
    .split(' ')
    .filter((token) => !UNIT.test(token));
  const plain = tokens.join(' ');
  const number = /^(- )?(\d+(?:\.\d+)?)(?: \/ (\d+(?:\.\d+)?))?$/.exec(plain);
  if (number === null) return plain === '' ? canonical.toString() : plain;
  const [, minus, above, below = '1'] = number;
  return `${minus === undefined ? '' : '-'}${Number((Number(above) / Number(below)).toPrecision(12))}`;
}

/** Words of two letters and more, in lower case: units, and prose around an answer. */
const UNIT = /^[a-z]{2,}$|^%$/;
