import type { Expression } from '../parse/tree.ts';
import { compareNodes } from './answers.ts';
import { canonicalKey } from './canonical.ts';
import type { CompareOptions, Comparison } from './scalar.ts';
import { isAssignment } from './unwrap.ts';

/** Collections up to this size are matched pair by pair, larger ones by their canonical forms. */
const PAIRWISE = 48;

/** The members of a list or set; any other node is its own only member. */
export const itemsOf = (node: Expression): readonly Expression[] =>
  node.kind === 'list' || node.kind === 'set' || node.kind === 'tuple' ? node.items : [node];

/** Element by element, in the order written. */
export function compareOrdered(gold: readonly Expression[], response: readonly Expression[], options: CompareOptions): Comparison {
  const rule = 'element by element, in order';
  if (gold.length !== response.length) return { equal: false, rule: `${gold.length} elements against ${response.length}` };
  return { equal: gold.every((item, index) => compareNodes(item, response[index]!, options).equal), rule };
}

/**
 * Element by element in any order, repeated elements once; every gold element is required. Named values keep their names: where the
 * gold assigns to different letters (AB = 4, CD = 5), values without names must come in the gold's order.
 */
export function compareUnordered(gold: readonly Expression[], response: readonly Expression[], options: CompareOptions): Comparison {
  const isNamed = gold.length > 1 && gold.every(isAssignment) && namesDiffer(gold);
  if (isNamed && !response.some(isAssignment)) return compareOrdered(gold, response, options);
  const left = distinct(gold, options);
  const right = distinct(response, options);
  const rule = 'element by element, in any order';
  if (left.length !== right.length) return { equal: false, rule: `${left.length} different elements against ${right.length}` };
  if (left.length > PAIRWISE) {
    const keys = (items: readonly Expression[]): string =>
      items
        .map((item) => canonicalKey(item, options.budget))
        .sort()
        .join(' ');
    return { equal: keys(left) === keys(right), rule: `${rule}, by form` };
  }
  const free = [...right];
  for (const item of left) {
    const match = free.findIndex((candidate) => compareNodes(item, candidate, options).equal);
    if (match < 0) return { equal: false, rule };
    free.splice(match, 1);
  }
  return { equal: true, rule };
}

/** x_1 and x_2 name the roots of one letter in any order; AB and CD are different things. */
function namesDiffer(items: readonly Expression[]): boolean {
  const letters = items.map((item) => {
    const name = item.kind === 'relation' ? item.operands[0]! : item;
    if (name.kind === 'symbol') return name.name.replace(/_.*$/, '');
    return name.kind === 'call'
      ? name.name.replace(/_.*$/, '')
      : JSON.stringify(name, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
  });
  return new Set(letters).size > 1;
}

function distinct(items: readonly Expression[], options: CompareOptions): readonly Expression[] {
  const kept: Expression[] = [];
  const keys = new Set<string>();
  for (const item of items) {
    const key = canonicalKey(item, options.budget);
    if (keys.has(key)) continue;
    keys.add(key);
    const repeats =
      items.length <= PAIRWISE &&
      item.kind !== 'relation' &&
      kept.some((other) => other.kind !== 'relation' && compareNodes(other, item, options).equal);
    if (!repeats) kept.push(item);
  }
  return kept;
}
