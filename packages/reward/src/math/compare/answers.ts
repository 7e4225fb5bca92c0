import { expand } from '../normalise/expand.ts';
import { foldCase, prepare, renamings } from '../normalise/prepare.ts';
import { type Expression, integer, product, rewrite, sameTree, some } from '../parse/tree.ts';
import { canonicalKey } from './canonical.ts';
import { itemsOf } from './collections.ts';
import { refuse } from './comparison.ts';
import { compareAsRelations, unwrapEquations } from './equations.ts';
import { compareAsCollections } from './groups.ts';
import { compareQuantities, hasUnit } from './quantities.ts';
import { type CompareOptions, type Comparison, compareScalars } from './scalar.ts';
import { compareAsSets } from './sets.ts';
import { compareBySpecialKind } from './special-kinds.ts';
import { wordOf } from './words.ts';

/** Compares a response with a gold answer, by the kind of the gold. The rule names what decided. */
export function compareAnswers(gold: Expression, response: Expression, options: CompareOptions): Comparison {
  // What is written alike is equal even where working it out would be beyond the budget.
  if (sameTree(gold, response)) return { equal: true, rule: 'written alike' };
  const ready = (node: Expression): Expression => expand(prepare(node), options.budget);
  const [left, right] = foldCase(ready(gold), ready(response));
  if (options.strict) return compareNodes(left, right, options);
  let last = refuse('no renaming of the variables fits');
  for (const renamed of renamings(left, right)) {
    last = compareNodes(left, renamed, options);
    if (last.equal) return { equal: true, rule: `${last.rule}, variables renamed` };
  }
  return last;
}

/** One level of {@link compareAnswers}, also used for the elements of collections. */
export function compareNodes(gold: Expression, response: Expression, options: CompareOptions): Comparison {
  options.budget.spend(5, 'comparing');
  const unwrapped = unwrapEquations(gold, response, options);
  if (unwrapped !== null) return unwrapped;
  // Units are not part of the canonical form: where both sides have some, they are compared.
  const mayDifferInUnits = hasUnit(gold) && hasUnit(response);
  if (!mayDifferInUnits && canonicalKey(gold, options.budget) === canonicalKey(response, options.budget)) {
    return { equal: true, rule: 'same form' };
  }
  return (
    compareAsRelations(gold, response, options) ??
    compareAsWords(gold, response) ??
    compareQuantities(gold, response, options) ??
    compareSigns(gold, response, options) ??
    compareAsSets(gold, response, options) ??
    compareAsCollections(gold, response, options) ??
    compareBySpecialKind(gold, response, options) ??
    compareScalars(gold, response, options)
  );
}

function compareAsWords(gold: Expression, response: Expression): Comparison | null {
  if (gold.kind !== 'text' && response.kind !== 'text') {
    const [a, b] = [wordOf(gold), wordOf(response)];
    const isLettersOnly = (word: string | null): boolean => word !== null && word.length > 1 && /^\p{L}+$/u.test(word);
    return isLettersOnly(a) && a === b && gold.kind !== 'product' ? { equal: true, rule: 'same word' } : null;
  }
  const [a, b] = [wordOf(gold), wordOf(response)];
  return { equal: a !== null && a !== '' && a === b, rule: 'words, letter by letter' };
}

/** A plus-minus sign stands for two values. */
function compareSigns(gold: Expression, response: Expression, options: CompareOptions): Comparison | null {
  const hasSign = (node: Expression): boolean => some(node, (part) => part.kind === 'plus-minus');
  if (!hasSign(gold) && !hasSign(response)) return null;
  return compareNodes(bothSigns(gold), bothSigns(response), options);
}

function bothSigns(node: Expression): Expression {
  if (!some(node, (part) => part.kind === 'plus-minus')) return node;
  if (node.kind === 'list' || node.kind === 'set') {
    return {
      ...node,
      items: node.items.flatMap((item) => {
        const signed = bothSigns(item);
        return signed === item ? [item] : itemsOf(signed);
      }),
    };
  }
  const withSign = (choice: 1 | -1): Expression =>
    rewrite(node, (part) =>
      part.kind === 'plus-minus' ? (part.sign * choice === 1 ? part.operand : product([integer(-1), part.operand])) : part,
    );
  return { kind: 'list', joiner: ',', items: [withSign(1), withSign(-1)] };
}
