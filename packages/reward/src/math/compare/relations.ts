import type { Budget } from '../budget.ts';
import { difference, type Expression, freeSymbols, type NodeOf, type RelationOperator, sum } from '../parse/tree.ts';
import { toNumber } from '../rational.ts';
import { canonicalKey } from './canonical.ts';
import { DoubleField } from './double-field.ts';
import { evaluate, NotEvaluable } from './evaluate.ts';
import { hashText } from './hash.ts';
import { ModularField, PRIME } from './modular-field.ts';
import { testPoints } from './points.ts';
import { type CompareOptions, type Comparison, compareScalars } from './scalar.ts';

interface Condition {
  readonly operator: RelationOperator;
  readonly left: Expression;
  readonly right: Expression;
}

/** A chain `a < b < c` as its links, with > turned into <. */
function conditions(node: NodeOf<'relation'>): readonly Condition[] {
  return node.operators.map((operator, index) => {
    const [left, right] = [node.operands[index]!, node.operands[index + 1]!];
    if (operator === '>') return { operator: '<', left: right, right: left };
    if (operator === '>=') return { operator: '<=', left: right, right: left };
    return { operator: operator === '~' ? '=' : operator, left, right };
  });
}

/** Compares relations link by link, in any order: the same up to swapped sides, terms moved across, and scale. */
export function compareRelations(gold: NodeOf<'relation'>, response: NodeOf<'relation'>, options: CompareOptions): Comparison {
  const [left, right] = [conditions(gold), conditions(response)];
  const rule = 'relations up to sides and scale';
  if (left.length !== right.length) return { equal: false, rule };
  const free = [...right];
  for (const condition of left) {
    const match = free.findIndex((candidate) => sameCondition(condition, candidate, options));
    if (match < 0) return { equal: false, rule };
    free.splice(match, 1);
  }
  return { equal: true, rule };
}

function sameCondition(gold: Condition, response: Condition, options: CompareOptions): boolean {
  if (gold.operator !== response.operator) return false;
  const { budget } = options;
  const sameSides =
    canonicalKey(gold.left, budget) === canonicalKey(response.left, budget) &&
    canonicalKey(gold.right, budget) === canonicalKey(response.right, budget);
  if (sameSides) return true;
  switch (gold.operator) {
    case '=':
    case '!=':
      return isMultiple(gold, response, options, false);
    case '<':
    case '<=':
      return isMultiple(gold, response, options, true);
    default:
      return compareScalars(gold.left, response.left, options).equal && compareScalars(gold.right, response.right, options).equal;
  }
}

/** Whether left - right of one condition is a constant multiple (a positive one for inequalities) of the other's. */
function isMultiple(gold: Condition, response: Condition, options: CompareOptions, positive: boolean): boolean {
  const [a, b] = [difference(gold.left, gold.right), difference(response.left, response.right)];
  const symbols = freeSymbols(sum([a, b]));
  if (symbols.length === 0) {
    return compareScalars(gold.left, response.left, options).equal && compareScalars(gold.right, response.right, options).equal;
  }
  if (freeSymbols(a).length !== freeSymbols(b).length) return false;
  const modular = isModularMultiple(a, b, symbols, options.budget);
  if (modular === false) return false;
  const ratio = numericRatio(a, b, symbols, options.budget);
  if (ratio === 'none') return false;
  if (ratio === 'unknown') return modular === true && !positive;
  return positive ? ratio > 0 : true;
}

/** Exact test: a(p)·b(q) = a(q)·b(p) at two random points; null where the sides are not rational functions. */
function isModularMultiple(a: Expression, b: Expression, symbols: readonly string[], budget: Budget): boolean | null {
  const field = new ModularField();
  try {
    const [first, second, third] = ['p', 'q', 'r'].map((point) => {
      budget.spend(40, 'modular arithmetic');
      const values = new Map(symbols.map((name) => [name, BigInt(hashText(`${name}:${point}`)) * 1_073_741_827n + 999n]));
      return [evaluate(a, field, values, budget), evaluate(b, field, values, budget)] as const;
    });
    const proportional = (x: readonly [bigint, bigint], y: readonly [bigint, bigint]): boolean =>
      (x[0] * y[1] - y[0] * x[1]) % PRIME === 0n;
    const vanishes = (index: 0 | 1): boolean => first![index] === 0n && second![index] === 0n;
    return vanishes(0) === vanishes(1) && proportional(first!, second!) && proportional(first!, third!);
  } catch (error) {
    if (error instanceof NotEvaluable) return null;
    throw error;
  }
}

/** The constant ratio a/b over the test points, `none` where it varies. */
function numericRatio(a: Expression, b: Expression, symbols: readonly string[], budget: Budget): number | 'none' | 'unknown' {
  let ratio: number | null = null;
  let seen = 0;
  for (const point of testPoints(a, b)) {
    const field = new DoubleField();
    const values = new Map(symbols.map((name) => [name, { re: toNumber(point.value(name)), im: 0 }]));
    try {
      const [x, y] = [evaluate(a, field, values, budget), evaluate(b, field, values, budget)];
      if (x.im !== 0 || y.im !== 0 || !Number.isFinite(x.re) || !Number.isFinite(y.re)) continue;
      if (Math.abs(y.re) < 1e-12 || Math.abs(x.re) < 1e-12) {
        if (Math.abs(y.re) > 1e-9 || Math.abs(x.re) > 1e-9) return 'none';
        continue;
      }
      const here = x.re / y.re;
      if (ratio !== null && Math.abs(here - ratio) > 1e-8 * Math.abs(ratio)) return 'none';
      ratio = here;
      seen++;
    } catch (error) {
      if (!(error instanceof NotEvaluable)) throw error;
    }
  }
  return ratio === null || seen < 2 ? 'unknown' : ratio;
}
