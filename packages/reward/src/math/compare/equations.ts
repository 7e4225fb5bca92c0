import { type Expression, freeSymbols, type NodeOf } from '../parse/tree.ts';
import { compareNodes } from './answers.ts';
import { canonicalKey } from './canonical.ts';
import { firstEqual, refuse } from './comparison.ts';
import { compareRelations } from './relations.ts';
import { type CompareOptions, type Comparison, compareScalars, isNear } from './scalar.ts';
import { compareRealSets } from './sets.ts';
import { asEquation, isAssignment, isConstant, isEquation, valuesOf } from './unwrap.ts';
import { wordOf } from './words.ts';

/**
 * The gold's form decides. A value as gold accepts the value at the end of an equation; a named value as gold (x = 1) accepts the bare
 * value; an equation between expressions (2x + z = 1) accepts equations only. Returns null where nothing is to be unwrapped.
 */
export function unwrapEquations(gold: Expression, response: Expression, options: CompareOptions): Comparison | null {
  const [goldEquation, equation] = [asEquation(gold), asEquation(response)];
  const named = goldEquation === null ? null : namedElements(goldEquation);
  if (named !== null && response.kind === 'list' && response.items.every(isAssignment)) return compareNodes(named, response, options);
  const responseNamed = equation === null ? null : namedElements(equation);
  if (responseNamed !== null && gold.kind === 'list' && gold.items.every(isAssignment)) return compareNodes(gold, responseNamed, options);
  if (equation !== null && goldEquation === null) {
    const first = equation.operands[0]!;
    const values = valuesOf(equation);
    if (
      isConstant(first) &&
      equation.operators.every((operator) => operator === '=') &&
      !compareNodes(first, values.at(-1)!, options).equal
    ) {
      return refuse('the equation contradicts itself');
    }
    if (values.length === 2 && values.every(isConstant) && !isNear(values[0]!, values[1]!, options.budget)) {
      return refuse('the approximation is far from the value');
    }
    return firstEqual(values, (value) => compareNodes(gold, value, options));
  }
  if (goldEquation !== null && equation === null) {
    if (response.kind === 'list' && response.items.some(isEquation)) return null;
    if (isAssignment(gold) || goldEquation.operands.every(isConstant))
      return firstEqual(valuesOf(goldEquation), (value) => compareNodes(value, response, options));
    return response.kind === 'relation' || response.kind === 'text' ? null : refuse('the gold is an equation between expressions');
  }
  return null;
}

/** `(x, y) = (2, 3)` as the list x = 2, y = 3; null for any other equation. */
function namedElements(equation: NodeOf<'relation'>): Expression | null {
  const [names, values] = [equation.operands[0]!, equation.operands.at(-1)!];
  if (names.kind !== 'tuple' || values.kind !== 'tuple' || names.items.length !== values.items.length) return null;
  return {
    kind: 'list',
    joiner: ',',
    items: names.items.map((name, index) => ({ kind: 'relation', operators: ['='], operands: [name, values.items[index]!] })),
  };
}

/** Two relations, or congruences; null where one side is neither. */
export function compareAsRelations(gold: Expression, response: Expression, options: CompareOptions): Comparison | null {
  if (gold.kind === 'congruence' || response.kind === 'congruence') return compareCongruences(gold, response, options);
  if (gold.kind !== 'relation' || response.kind !== 'relation') return null;
  if (isAssignment(gold) && isAssignment(response)) {
    const sameName = compareScalarsOrTuples(gold.operands[0]!, response.operands[0]!, options);
    if (sameName)
      return firstEqual(valuesOf(response), (value) => firstEqual(valuesOf(gold), (goldValue) => compareNodes(goldValue, value, options)));
    if (gold.operands.length > 2 || response.operands.length > 2) return refuse('different names are assigned');
  }
  const direct = compareRelations(gold, response, options);
  if (direct.equal || freeSymbols(gold).join() !== freeSymbols(response).join()) return direct;
  return compareRealSets(gold, response, options) ?? direct;
}

const compareScalarsOrTuples = (gold: Expression, response: Expression, options: CompareOptions): boolean =>
  canonicalKey(gold, options.budget) === canonicalKey(response, options.budget) ||
  (wordOf(gold) !== null && wordOf(gold) === wordOf(response));

/** The same modulus, and right sides that leave the same residue; a bare residue is accepted for a congruence. */
function compareCongruences(gold: Expression, response: Expression, options: CompareOptions): Comparison {
  const rule = 'congruence by residue';
  if (gold.kind !== 'congruence') return refuse('a congruence is not a value');
  const value = response.kind === 'congruence' ? response.right : response;
  if (response.kind === 'congruence') {
    const sameLeft = compareScalars(gold.left, response.left, options).equal;
    const sameModulus = compareScalars(gold.modulus, response.modulus, options).equal;
    if (!sameLeft || !sameModulus) return refuse(rule);
  }
  const residue = (node: Expression): Expression => ({ kind: 'call', name: 'mod', known: true, operands: [node, gold.modulus] });
  return { equal: compareScalars(residue(gold.right), residue(value), options).equal, rule };
}
