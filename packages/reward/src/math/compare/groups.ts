import { type Expression, type NodeOf, some } from '../parse/tree.ts';
import { compareNodes } from './answers.ts';
import { compareOrdered, compareUnordered, itemsOf } from './collections.ts';
import { refuse, withRule } from './comparison.ts';
import type { CompareOptions, Comparison } from './scalar.ts';
import { isAssignment } from './unwrap.ts';

/** Kinds that hold elements side by side. */
export const isGroup = (node: Expression): node is NodeOf<'list' | 'set' | 'tuple'> =>
  node.kind === 'list' || node.kind === 'set' || node.kind === 'tuple';

/** Lists, sets, tuples and matrices; null where neither side is one. A tuple as gold asks for its order, a list or set does not. */
export function compareAsCollections(gold: Expression, response: Expression, options: CompareOptions): Comparison | null {
  if (gold.kind === 'matrix' || response.kind === 'matrix') return compareMatrices(gold, response, options);
  if (!isGroup(gold) && !isGroup(response)) return null;
  if (gold.kind === 'tuple') return compareWithTuple(gold, response, options);
  if (response.kind === 'tuple') {
    if (isGroup(gold) && gold.items.length > 1 && gold.items.every(isAssignment))
      return compareOrdered(gold.items, response.items, options);
    if (response.items.length === 2 && (response.open === '[' || response.close === ']')) return refuse('an interval is not a list');
  }
  const [goldItems, responseItems] = [itemsOf(gold), itemsOf(response)];
  // A set of one tuple against the tuple: the tuple is the element, not a list of elements.
  if (response.kind === 'tuple' && isGroup(gold) && goldItems.length === 1) return compareNodes(goldItems[0]!, response, options);
  if (response.kind === 'tuple' && !isGroup(gold)) return refuse('a tuple against a value');
  return compareUnordered(goldItems, responseItems, options);
}

function compareWithTuple(gold: NodeOf<'tuple'>, response: Expression, options: CompareOptions): Comparison {
  const reachesInfinity = gold.items.some((item) => some(item, (part) => part.kind === 'constant' && part.name === 'infinity'));
  const isInterval = gold.items.length === 2 && (gold.open === '[' || gold.close === ']' || reachesInfinity);
  if (response.kind === 'tuple') {
    const sameBrackets = gold.open === response.open && gold.close === response.close;
    const mayBeInterval = gold.items.length === 2 && response.items.length === 2;
    if (mayBeInterval && !sameBrackets) return refuse('different ends');
    return compareOrdered(gold.items, response.items, options);
  }
  if (isGroup(response) && response.items.length === 1) return compareNodes(gold, response.items[0]!, options);
  if (isInterval || !isGroup(response)) return refuse('a tuple against another kind');
  return compareOrdered(gold.items, response.items, options);
}

function compareMatrices(gold: Expression, response: Expression, options: CompareOptions): Comparison {
  if (gold.kind === 'matrix' && response.kind === 'matrix') {
    const sameShape = gold.rows.length === response.rows.length && gold.rows[0]!.length === response.rows[0]!.length;
    return sameShape ? compareOrdered(gold.rows.flat(), response.rows.flat(), options) : refuse('matrices of different shape');
  }
  const [matrix, other] = gold.kind === 'matrix' ? [gold, response] : [response as NodeOf<'matrix'>, gold];
  const isVector = matrix.rows.length === 1 || matrix.rows[0]!.length === 1;
  if (matrix.rows.flat().length === 1 && other.kind !== 'tuple') return compareOrdered(matrix.rows.flat(), [other], options);
  if (!isVector || other.kind !== 'tuple' || other.open !== '(') return refuse('a matrix against another kind');
  const entries = matrix.rows.flat();
  return withRule(
    gold.kind === 'matrix' ? compareOrdered(entries, other.items, options) : compareOrdered(other.items, entries, options),
    'vector as tuple',
  );
}
