import type { Budget } from '../budget.ts';
import {
  call,
  children,
  difference,
  type Expression,
  integer,
  type NodeOf,
  negative,
  number,
  product,
  rewrite,
  some,
  sum,
} from '../parse/tree.ts';
import { rational } from '../rational.ts';

/** Sums and products over at most this many literal terms are written out, */
const MOST_TERMS = 200n;
/** and only where the result has at most this many nodes. */
const MOST_NODES = 3_000;
/** Determinants up to this size are expanded. */
const LARGEST_DETERMINANT = 4;

/** Writes finite sums and products out, and does the arithmetic of matrices entry by entry. */
export function expand(node: Expression, budget: Budget): Expression {
  if (!some(node, (part) => part.kind === 'fold' || part.kind === 'matrix')) return node;
  return rewrite(node, (part) => {
    budget.spend(2, 'expanding');
    if (part.kind === 'fold') return expandFold(part, budget);
    if (part.kind === 'product') return expandProduct(part);
    if (part.kind === 'sum') return expandSum(part);
    if (part.kind === 'call' && part.name === 'det' && part.operands[0]?.kind === 'matrix')
      return determinant(part.operands[0].rows) ?? part;
    return part;
  });
}

const countNodes = (node: Expression): number => children(node).reduce((total, child) => total + countNodes(child), 1);

const wholeValue = (node: Expression | null): bigint | null =>
  node?.kind === 'number' && node.value.denominator === 1n ? node.value.numerator : null;

function expandFold(fold: NodeOf<'fold'>, budget: Budget): Expression {
  const [low, high] = [wholeValue(fold.lower), wholeValue(fold.upper)];
  if ((fold.operator !== 'sum' && fold.operator !== 'product') || low === null || high === null || fold.variable === '') return fold;
  if (high < low || high - low > MOST_TERMS) return fold;
  const nodes = countNodes(fold.body) * (Number(high - low) + 1);
  if (nodes > MOST_NODES) return fold;
  budget.spend(nodes, 'expanding');
  const terms: Expression[] = [];
  for (let value = low; value <= high; value++) {
    terms.push(rewrite(fold.body, (part) => (part.kind === 'symbol' && part.name === fold.variable ? number(rational(value)) : part)));
  }
  return fold.operator === 'sum' ? sum(terms) : product(terms);
}

const asMatrix = (rows: readonly (readonly Expression[])[]): Expression => ({ kind: 'matrix', rows });

/** A matrix times scalars, and products of matrices whose shapes fit. */
function expandProduct(node: NodeOf<'product'>): Expression {
  const isMatrix = (factor: Expression): factor is NodeOf<'matrix'> => factor.kind === 'matrix';
  const matrices = node.factors.filter(isMatrix);
  if (matrices.length === 0) return node;
  let rows = matrices[0]!.rows;
  for (const { rows: next } of matrices.slice(1)) {
    if (rows[0]!.length !== next.length) return node;
    rows = rows.map((row) => next[0]!.map((_, column) => sum(row.map((entry, index) => product([entry, next[index]![column]!])))));
  }
  const scalars = node.factors.filter((factor) => !isMatrix(factor));
  return asMatrix(scalars.length === 0 ? rows : rows.map((row) => row.map((entry) => product([...scalars, entry]))));
}

function expandSum(node: NodeOf<'sum'>): Expression {
  const [first, ...rest] = node.terms;
  if (first?.kind !== 'matrix') return node;
  let rows = first.rows;
  for (const term of rest) {
    if (term.kind !== 'matrix' || term.rows.length !== rows.length || term.rows[0]!.length !== rows[0]!.length) return node;
    rows = rows.map((row, r) => row.map((entry, c) => sum([entry, term.rows[r]![c]!])));
  }
  return asMatrix(rows);
}

function determinant(rows: readonly (readonly Expression[])[]): Expression | null {
  if (rows.length !== rows[0]!.length || rows.length > LARGEST_DETERMINANT) return null;
  if (rows.length === 1) return rows[0]![0]!;
  if (rows.length === 2) return difference(product([rows[0]![0]!, rows[1]![1]!]), product([rows[0]![1]!, rows[1]![0]!]));
  return sum(
    rows[0]!.map((entry, column) => {
      const minor = determinant(rows.slice(1).map((row) => row.filter((_, index) => index !== column))) ?? call('det', []);
      return column % 2 === 0 ? product([entry, minor]) : negative(product([entry, minor, integer(1)]));
    }),
  );
}
