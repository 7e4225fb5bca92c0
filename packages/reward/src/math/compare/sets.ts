import type { Expression } from '../parse/tree.ts';
import { compareOrdered, compareUnordered } from './collections.ts';
import { refuse } from './comparison.ts';
import { describesCondition } from './condition-check.ts';
import { toRealSet } from './real-sets.ts';
import { type CompareOptions, type Comparison, compareScalars } from './scalar.ts';
import { isEquation } from './unwrap.ts';

const isSetLike = (node: Expression): boolean =>
  node.kind === 'combination' ||
  node.kind === 'set-builder' ||
  node.kind === 'named-set' ||
  (node.kind === 'tuple' && node.items.length === 2 && (node.open === '[' || node.close === ']'));

/** Intervals and unions. A condition as gold accepts the set that it describes; a set as gold asks for a set. */
export function compareAsSets(gold: Expression, response: Expression, options: CompareOptions): Comparison | null {
  const isCondition = (node: Expression): boolean =>
    node.kind === 'relation' || (node.kind === 'list' && node.items.every((item) => item.kind === 'relation' && !isEquation(item)));
  if (isCondition(gold))
    return compareRealSets(gold, response, options) ?? (isCondition(response) ? null : compareWithCondition(gold, response, options));
  if (isCondition(response)) return refuse('the gold is no condition');
  return isSetLike(gold) || isSetLike(response)
    ? (compareRealSets(gold, response, options) ?? comparePartwise(gold, response, options))
    : null;
}

/** A set against a condition that cannot be solved term by term: the set is checked at its ends, inside and outside. */
function compareWithCondition(gold: Expression, response: Expression, { budget }: CompareOptions): Comparison {
  const segments = gold.kind === 'relation' && response.kind !== 'number' ? toRealSet(response, budget) : null;
  const describes = segments === null || gold.kind !== 'relation' ? null : describesCondition(gold, segments, budget);
  return describes === null ? refuse('a condition against a value') : { equal: describes, rule: 'the set checked against the condition' };
}

/** Both sides as sets of real numbers, piece by piece; null where one of them is none. */
export function compareRealSets(gold: Expression, response: Expression, options: CompareOptions): Comparison | null {
  const left = toRealSet(gold, options.budget);
  const right = left === null ? null : toRealSet(response, options.budget);
  if (left === null || right === null) return null;
  const rule = 'sets of real numbers, piece by piece';
  const same =
    left.length === right.length &&
    left.every((segment, index) => {
      const other = right[index]!;
      const sameEnd = (a: typeof segment.low, b: typeof segment.low): boolean =>
        a.closed === b.closed && compareScalars(a.expression, b.expression, options).equal;
      return sameEnd(segment.low, other.low) && sameEnd(segment.high, other.high);
    });
  return { equal: same, rule };
}

/** Sets with symbols in them: the same operation over the same parts. */
function comparePartwise(gold: Expression, response: Expression, options: CompareOptions): Comparison | null {
  if (gold.kind !== 'combination' || response.kind !== 'combination' || gold.operator !== response.operator) return null;
  return gold.operator === 'difference'
    ? compareOrdered(gold.parts, response.parts, options)
    : compareUnordered(gold.parts, response.parts, options);
}
