import { expand } from '../normalise/expand.ts';
import { foldCase, prepare, renamings } from '../normalise/prepare.ts';
import {
  constant,
  type Expression,
  freeSymbols,
  integer,
  isOne,
  type NodeOf,
  number,
  product,
  quotient,
  rewrite,
  some,
} from '../parse/tree.ts';
import { parseUnit } from '../parse/units.ts';
import { rational } from '../rational.ts';
import { canonicalKey } from './canonical.ts';
import { compareOrdered, compareUnordered, itemsOf } from './collections.ts';
import { toRealSet } from './real-sets.ts';
import { compareRelations } from './relations.ts';
import { type CompareOptions, type Comparison, compareScalars, isNear } from './scalar.ts';
import { asEquation, isAssignment, isConstant, isEquation, valuesOf } from './unwrap.ts';
import { wordOf } from './words.ts';

const refuse = (rule: string): Comparison => ({ equal: false, rule });

/** Compares a response with a gold answer, by the kind of the gold. The rule names what decided. */
export function compareAnswers(gold: Expression, response: Expression, options: CompareOptions): Comparison {
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

/**
 * The gold's form decides. A value as gold accepts the value at the end of an equation; a named value as gold (x = 1) accepts the bare
 * value; an equation between expressions (2x + z = 1) accepts equations only. Returns null where nothing is to be unwrapped.
 */
function unwrapEquations(gold: Expression, response: Expression, options: CompareOptions): Comparison | null {
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

function firstEqual(candidates: readonly Expression[], compare: (candidate: Expression) => Comparison): Comparison {
  let last = refuse('nothing to compare');
  for (const candidate of candidates) {
    last = compare(candidate);
    if (last.equal) return last;
  }
  return last;
}

function compareAsRelations(gold: Expression, response: Expression, options: CompareOptions): Comparison | null {
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

function compareAsWords(gold: Expression, response: Expression): Comparison | null {
  if (gold.kind !== 'text' && response.kind !== 'text') {
    const [a, b] = [wordOf(gold), wordOf(response)];
    const isLettersOnly = (word: string | null): boolean => word !== null && word.length > 1 && /^\p{L}+$/u.test(word);
    return isLettersOnly(a) && a === b && gold.kind !== 'product' ? { equal: true, rule: 'same word' } : null;
  }
  const [a, b] = [wordOf(gold), wordOf(response)];
  return { equal: a !== null && a !== '' && a === b, rule: 'words, letter by letter' };
}

const hasUnit = (node: Expression): boolean => some(node, (part) => part.kind === 'quantity');
const isGrouped = (node: Expression): boolean => isGroup(node) || node.kind === 'matrix';

/** Units of one dimension are converted; a unit on one side only, or one that is not known, is left out. */
function compareQuantities(gold: Expression, response: Expression, options: CompareOptions): Comparison | null {
  if ((gold.kind === 'ratio' && gold.clock) || isGrouped(gold) || isGrouped(response)) return null;
  if (!hasUnit(gold) && !hasUnit(response)) return compareAngles(gold, response, options);
  const [left, right] = [stripUnits(gold), stripUnits(response)];
  const goldUnit = gold.kind === 'quantity' ? parseUnit(gold.unit) : null;
  const responseUnit = response.kind === 'quantity' ? parseUnit(response.unit) : null;
  if (goldUnit && responseUnit && goldUnit.dimension === responseUnit.dimension) {
    const scaled = (node: Expression, [top, bottom]: readonly [bigint, bigint]): Expression =>
      isOne(number(rational(top, bottom))) ? node : product([node, number(rational(top, bottom))]);
    return withRule(compareNodes(scaled(left, goldUnit.scale), scaled(right, responseUnit.scale), options), 'units converted');
  }
  return withRule(compareNodes(left, right, options), 'without units');
}

const withRule = (comparison: Comparison, note: string): Comparison => ({ ...comparison, rule: `${comparison.rule}, ${note}` });

const stripUnits = (node: Expression): Expression => rewrite(node, (part) => (part.kind === 'quantity' ? part.operand : part));

/** Degrees against radians: only where one side has the degree sign and the other has pi. */
function compareAngles(gold: Expression, response: Expression, options: CompareOptions): Comparison | null {
  const hasDegree = (node: Expression): boolean => some(node, (part) => part.kind === 'degree');
  const hasPi = (node: Expression): boolean => some(node, (part) => part.kind === 'constant' && part.name === 'pi');
  const inDegrees = (node: Expression): Expression => quotient(product([node, integer(180)]), constant('pi'));
  if (gold.kind !== 'degree' && response.kind !== 'degree') return null;
  if (hasDegree(gold) && !hasDegree(response) && hasPi(response))
    return withRule(compareScalars(gold, inDegrees(response), options), 'radians converted');
  if (hasDegree(response) && !hasDegree(gold) && hasPi(gold))
    return withRule(compareScalars(inDegrees(gold), response, options), 'radians converted');
  return null;
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

const isSetLike = (node: Expression): boolean =>
  node.kind === 'combination' ||
  node.kind === 'set-builder' ||
  node.kind === 'named-set' ||
  (node.kind === 'tuple' && node.items.length === 2 && (node.open === '[' || node.close === ']'));

/** Intervals and unions. A condition as gold accepts the set that it describes; a set as gold asks for a set. */
function compareAsSets(gold: Expression, response: Expression, options: CompareOptions): Comparison | null {
  const isCondition = (node: Expression): boolean =>
    node.kind === 'relation' || (node.kind === 'list' && node.items.every((item) => item.kind === 'relation' && !isEquation(item)));
  if (isCondition(gold))
    return compareRealSets(gold, response, options) ?? (isCondition(response) ? null : refuse('a condition against a value'));
  if (isCondition(response)) return refuse('the gold is no condition');
  return isSetLike(gold) || isSetLike(response)
    ? (compareRealSets(gold, response, options) ?? comparePartwise(gold, response, options))
    : null;
}

function compareRealSets(gold: Expression, response: Expression, options: CompareOptions): Comparison | null {
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

const isGroup = (node: Expression): node is NodeOf<'list' | 'set' | 'tuple'> =>
  node.kind === 'list' || node.kind === 'set' || node.kind === 'tuple';

function compareAsCollections(gold: Expression, response: Expression, options: CompareOptions): Comparison | null {
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

function compareBySpecialKind(gold: Expression, response: Expression, options: CompareOptions): Comparison | null {
  if (gold.kind === 'numeral' || response.kind === 'numeral') return compareNumerals(gold, response);
  if (gold.kind === 'ratio' || response.kind === 'ratio') return compareRatios(gold, response, options);
  return null;
}

/** A numeral's base is part of the question: the digits must be the same, and a base, where written, too. */
function compareNumerals(gold: Expression, response: Expression): Comparison {
  const rule = 'numeral, digit by digit';
  if (gold.kind !== 'numeral') {
    const isDecimal = response.kind === 'numeral' && response.base === 10 && gold.kind === 'number';
    return { equal: isDecimal && gold.value.denominator === 1n && gold.value.numerator.toString() === response.digits, rule };
  }
  if (response.kind === 'numeral') return { equal: gold.base === response.base && gold.digits === response.digits, rule };
  const bare = wordOf(response);
  return { equal: bare !== null && bare.toUpperCase() === gold.digits, rule: `${rule}, base left out` };
}

/** Proportions are equal up to scale, and a ratio of two is its quotient; times of day are equal part by part. */
function compareRatios(gold: Expression, response: Expression, options: CompareOptions): Comparison {
  if (gold.kind === 'ratio' && response.kind === 'ratio') {
    if (gold.clock || response.clock) return compareClocks(gold, response, options);
    if (gold.parts.length !== response.parts.length) return refuse('ratios of different length');
    if (gold.parts.length > 2) {
      const cross = (index: number): boolean =>
        compareScalars(product([gold.parts[0]!, response.parts[index]!]), product([gold.parts[index]!, response.parts[0]!]), options).equal;
      return { equal: gold.parts.slice(1).every((_, index) => cross(index + 1)), rule: 'ratio up to scale' };
    }
  }
  const isClock = (node: Expression): boolean => node.kind === 'ratio' && (node.clock || node.parts.length > 2);
  if (isClock(gold) || isClock(response)) return refuse('a time or a ratio of three against a value');
  return withRule(compareScalars(gold, response, options), 'ratio as quotient');
}

function compareClocks(gold: NodeOf<'ratio'>, response: NodeOf<'ratio'>, options: CompareOptions): Comparison {
  const halfOf = (node: NodeOf<'ratio'>): string => {
    const last = node.parts.at(-1)!;
    return last.kind === 'quantity' ? last.unit.replace(/[^a-z]/gi, '').toLowerCase() : '';
  };
  const [goldHalf, responseHalf] = [halfOf(gold), halfOf(response)];
  if (goldHalf !== '' && responseHalf !== '' && goldHalf !== responseHalf) return refuse('different halves of the day');
  return withRule(compareOrdered(gold.parts.map(stripUnits), response.parts.map(stripUnits), options), 'time of day');
}
