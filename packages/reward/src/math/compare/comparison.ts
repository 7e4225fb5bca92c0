import type { Expression } from '../parse/tree.ts';
import type { Comparison } from './scalar.ts';

/** The comparison that found a difference. */
export const refuse = (rule: string): Comparison => ({ equal: false, rule });

/** A comparison whose rule says one thing more. */
export const withRule = (comparison: Comparison, note: string): Comparison => ({ ...comparison, rule: `${comparison.rule}, ${note}` });

/** The first candidate that is equal, or the comparison of the last one. */
export function firstEqual(candidates: readonly Expression[], compare: (candidate: Expression) => Comparison): Comparison {
  let last = refuse('nothing to compare');
  for (const candidate of candidates) {
    last = compare(candidate);
    if (last.equal) return last;
  }
  return last;
}
