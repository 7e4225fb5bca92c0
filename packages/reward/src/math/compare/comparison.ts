import type { Expression } from '../parse/tree.ts';
import type { Comparison } from './scalar.ts';

export const refuse = (rule: string): Comparison => ({ equal: false, rule });

export const withRule = (comparison: Comparison, note: string): Comparison => ({ ...comparison, rule: `${comparison.rule}, ${note}` });

export function firstEqual(candidates: readonly Expression[], compare: (candidate: Expression) => Comparison): Comparison {
  let last = refuse('nothing to compare');
  for (const candidate of candidates) {
    last = compare(candidate);
    if (last.equal) return last;
  }
  return last;
}
