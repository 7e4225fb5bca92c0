import type { Rational } from '../rational.ts';
import { ONE, rational } from '../rational.ts';

/** Order relations, equality and membership, as they stand between the operands of a chain. */
export type RelationOperator =
  | '='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | '~'
  | 'in'
  | 'notin'
  | 'subset'
  | 'divides'
  | 'parallel'
  | 'perpendicular'
  | 'maps';

/**
 * The expression tree. Quotients are products with a power of -1, roots are powers of 1/n and negation is a product with -1, so that
 * every later stage knows one form of each.
 */
export type Expression =
  /** `decimals` is the number of digits written after the point, or -1 for a whole number or fraction. */
  | { readonly kind: 'number'; readonly value: Rational; readonly decimals: number }
  | { readonly kind: 'symbol'; readonly name: string }
  | { readonly kind: 'constant'; readonly name: 'pi' | 'e' | 'i' | 'infinity' }
  | { readonly kind: 'sum'; readonly terms: readonly Expression[] }
  | { readonly kind: 'product'; readonly factors: readonly Expression[] }
  | { readonly kind: 'power'; readonly base: Expression; readonly exponent: Expression }
  /** `known` functions have a meaning (sin, factorial); others are opaque names applied to arguments. */
  | { readonly kind: 'call'; readonly name: string; readonly known: boolean; readonly operands: readonly Expression[] }
  /** The two values +operand and -operand; `sign` -1 is the lower-first form of minus-plus. */
  | { readonly kind: 'plus-minus'; readonly sign: 1 | -1; readonly operand: Expression }
  | {
      readonly kind: 'fold';
      readonly operator: 'sum' | 'product' | 'integral' | 'limit';
      readonly variable: string;
      readonly lower: Expression | null;
      readonly upper: Expression | null;
      readonly body: Expression;
    }
  | { readonly kind: 'percent'; readonly operand: Expression }
  | { readonly kind: 'degree'; readonly operand: Expression }
  | { readonly kind: 'quantity'; readonly operand: Expression; readonly unit: string }
  | { readonly kind: 'text'; readonly value: string }
  /** A numeral with an explicit base, kept as digits because the base is part of the answer. */
  | { readonly kind: 'numeral'; readonly digits: string; readonly base: number }
  /** `clock`: the parts look like a time of day and are not a proportion. */
  | { readonly kind: 'ratio'; readonly parts: readonly Expression[]; readonly clock: boolean }
  /** Round or square brackets with two or more items: a tuple, a point, a vector or an interval. */
  | { readonly kind: 'tuple'; readonly open: '(' | '['; readonly close: ')' | ']'; readonly items: readonly Expression[] }
  | { readonly kind: 'set'; readonly items: readonly Expression[] }
  /** Items side by side without brackets. */
  | { readonly kind: 'list'; readonly joiner: ',' | ';' | 'or' | 'and'; readonly items: readonly Expression[] }
  | { readonly kind: 'combination'; readonly operator: 'union' | 'intersection' | 'difference'; readonly parts: readonly Expression[] }
  | { readonly kind: 'set-builder'; readonly element: Expression; readonly condition: Expression }
  | { readonly kind: 'named-set'; readonly name: 'reals' | 'integers' | 'naturals' | 'rationals' | 'complexes' | 'empty' }
  | { readonly kind: 'matrix'; readonly rows: readonly (readonly Expression[])[] }
  | { readonly kind: 'relation'; readonly operators: readonly RelationOperator[]; readonly operands: readonly Expression[] }
  | { readonly kind: 'congruence'; readonly left: Expression; readonly right: Expression; readonly modulus: Expression };

export type NodeOf<Kind extends Expression['kind']> = Extract<Expression, { kind: Kind }>;

/** An exact number; `decimals` as in {@link Expression}. */
export const number = (value: Rational, decimals = -1): Expression => ({ kind: 'number', value, decimals });
export const integer = (value: number | bigint): Expression => number(rational(BigInt(value)));
export const symbol = (name: string): Expression => ({ kind: 'symbol', name });
export const constant = (name: NodeOf<'constant'>['name']): Expression => ({ kind: 'constant', name });
export const call = (name: string, operands: readonly Expression[]): Expression => ({ kind: 'call', name, known: true, operands });
export const power = (base: Expression, exponent: Expression): Expression => ({ kind: 'power', base, exponent });
/** The root of whole or other degree, as a power of its inverse. */
export const root = (operand: Expression, degree: Expression): Expression => power(operand, quotient(integer(1), degree));

export const MINUS_ONE: Expression = number(rational(-1n));
export const HALF: Expression = number(rational(1n, 2n));

/** A sum; one term is returned as itself. */
export function sum(terms: readonly Expression[]): Expression {
  if (terms.length === 1) return terms[0]!;
  return { kind: 'sum', terms };
}

/** A product; one factor is returned as itself. */
export function product(factors: readonly Expression[]): Expression {
  if (factors.length === 1) return factors[0]!;
  return { kind: 'product', factors };
}

/** The negation: folded into a number, else a product with -1. */
export function negative(operand: Expression): Expression {
  if (operand.kind === 'number') {
    return number({ numerator: -operand.value.numerator, denominator: operand.value.denominator }, operand.decimals);
  }
  return product([MINUS_ONE, operand]);
}

/** top / bottom, as a product with a power of -1. */
export function quotient(top: Expression, bottom: Expression): Expression {
  return product([top, power(bottom, MINUS_ONE)]);
}

export const difference = (left: Expression, right: Expression): Expression => sum([left, negative(right)]);

export const isOne = (node: Expression): boolean =>
  node.kind === 'number' && node.value.numerator === ONE.numerator && node.value.denominator === 1n;

/** The direct children of a node, in reading order. */
export function children(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'sum':
      return node.terms;
    case 'product':
      return node.factors;
    case 'power':
      return [node.base, node.exponent];
    case 'call':
    case 'relation':
      return node.operands;
    case 'plus-minus':
    case 'percent':
    case 'degree':
    case 'quantity':
      return [node.operand];
    case 'fold':
      return [node.lower, node.upper, node.body].filter((part) => part !== null);
    case 'ratio':
    case 'combination':
      return node.parts;
    case 'tuple':
    case 'set':
    case 'list':
      return node.items;
    case 'set-builder':
      return [node.element, node.condition];
    case 'matrix':
      return node.rows.flat();
    case 'congruence':
      return [node.left, node.right, node.modulus];
    default:
      return [];
  }
}

/** Whether `test` holds for the node or anything below it. */
export function some(node: Expression, test: (node: Expression) => boolean): boolean {
  return test(node) || children(node).some((child) => some(child, test));
}

/** Rebuilds a tree bottom-up, replacing each node by what `change` returns for it. */
export function rewrite(node: Expression, change: (node: Expression) => Expression): Expression {
  const each = (items: readonly Expression[]) => items.map((item) => rewrite(item, change));
  const one = (item: Expression) => rewrite(item, change);
  switch (node.kind) {
    case 'sum':
      return change({ ...node, terms: each(node.terms) });
    case 'product':
      return change({ ...node, factors: each(node.factors) });
    case 'power':
      return change({ ...node, base: one(node.base), exponent: one(node.exponent) });
    case 'call':
    case 'relation':
      return change({ ...node, operands: each(node.operands) });
    case 'plus-minus':
    case 'percent':
    case 'degree':
    case 'quantity':
      return change({ ...node, operand: one(node.operand) });
    case 'fold':
      return change({ ...node, lower: node.lower && one(node.lower), upper: node.upper && one(node.upper), body: one(node.body) });
    case 'ratio':
    case 'combination':
      return change({ ...node, parts: each(node.parts) });
    case 'tuple':
    case 'set':
    case 'list':
      return change({ ...node, items: each(node.items) });
    case 'set-builder':
      return change({ ...node, element: one(node.element), condition: one(node.condition) });
    case 'matrix':
      return change({ ...node, rows: node.rows.map(each) });
    case 'congruence':
      return change({ ...node, left: one(node.left), right: one(node.right), modulus: one(node.modulus) });
    default:
      return change(node);
  }
}

/** Names of the free symbols, in order of first appearance. Bound variables of sums and integrals are left out. */
export function freeSymbols(node: Expression, found: string[] = [], bound: readonly string[] = []): string[] {
  if (node.kind === 'symbol') {
    if (!bound.includes(node.name) && !found.includes(node.name)) found.push(node.name);
    return found;
  }
  const inner = node.kind === 'fold' ? [...bound, node.variable] : bound;
  for (const child of children(node)) freeSymbols(child, found, inner);
  return found;
}

/** Whether two values, such as expressions, are built alike down to the last number. */
export function sameTree(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const [left, right] = [Object.entries(a), Object.entries(b)];
  return left.length === right.length && left.every(([key, value]) => key in b && sameTree(value, b[key as keyof typeof b]));
}
