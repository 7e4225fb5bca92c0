import type { Budget } from '../budget.ts';
import {
  constant,
  difference,
  type Expression,
  freeSymbols,
  integer,
  type NodeOf,
  negative,
  quotient,
  type RelationOperator,
  rewrite,
} from '../parse/tree.ts';
import { DoubleField } from './double-field.ts';
import { evaluate, NotEvaluable } from './evaluate.ts';

interface Endpoint {
  readonly expression: Expression;
  readonly value: number;
  readonly closed: boolean;
}

/** A piece of the real line; a point is a piece with two equal closed ends. */
export interface Segment {
  readonly low: Endpoint;
  readonly high: Endpoint;
}

const INFINITY = constant('infinity');
const whole: Segment = {
  low: { expression: negative(INFINITY), value: Number.NEGATIVE_INFINITY, closed: false },
  high: { expression: INFINITY, value: Number.POSITIVE_INFINITY, closed: false },
};

const close = (a: number, b: number): boolean =>
  a === b || (Number.isFinite(a) && Number.isFinite(b) && Math.abs(a - b) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b)));

/** The subset of the real line that a node describes, as disjoint pieces from left to right; null where it describes none. */
export function toRealSet(node: Expression, budget: Budget): readonly Segment[] | null {
  budget.spend(5, 'reading a set of numbers');
  switch (node.kind) {
    case 'named-set':
      return node.name === 'reals' ? [whole] : node.name === 'empty' ? [] : null;
    case 'tuple': {
      if (node.items.length !== 2) return null;
      const low = endpoint(node.items[0]!, node.open === '[', budget);
      const high = endpoint(node.items[1]!, node.close === ']', budget);
      return low === null || high === null || !(low.value < high.value) ? null : [{ low, high }];
    }
    case 'set':
      return points(node.items, budget);
    case 'combination':
      return combine(node, budget);
    case 'set-builder':
      return toRealSet(node.condition, budget);
    case 'list':
      return listOfConditions(node, budget);
    case 'relation':
      return relationToSet(node, budget);
    default: {
      const point = endpoint(node, true, budget);
      return point === null || !Number.isFinite(point.value) ? null : [{ low: point, high: point }];
    }
  }
}

function endpoint(expression: Expression, closed: boolean, budget: Budget): Endpoint | null {
  const value = numericValue(expression, budget);
  return value === null ? null : { expression, value, closed };
}

function numericValue(node: Expression, budget: Budget): number | null {
  try {
    const { re, im } = evaluate(node, new DoubleField(), new Map(), budget);
    return im !== 0 || Number.isNaN(re) ? null : re;
  } catch (error) {
    if (error instanceof NotEvaluable) return null;
    throw error;
  }
}

function points(items: readonly Expression[], budget: Budget): readonly Segment[] | null {
  const found: Segment[] = [];
  for (const item of items) {
    const point = endpoint(item, true, budget);
    if (point === null || !Number.isFinite(point.value)) return null;
    found.push({ low: point, high: point });
  }
  return unite(found, budget);
}

function combine(node: NodeOf<'combination'>, budget: Budget): readonly Segment[] | null {
  const parts: (readonly Segment[])[] = [];
  for (const part of node.parts) {
    const segments = toRealSet(part, budget);
    if (segments === null) return null;
    parts.push(segments);
  }
  if (node.operator === 'union') return unite(parts.flat(), budget);
  return parts
    .slice(1)
    .reduce((left, right) => intersect(left, node.operator === 'intersection' ? right : complement(right), budget), parts[0]!);
}

/** "x < -2 or x > 3" unites; "and" intersects; a comma intersects where that leaves something and unites otherwise. */
function listOfConditions(node: NodeOf<'list'>, budget: Budget): readonly Segment[] | null {
  const parts: (readonly Segment[])[] = [];
  for (const item of node.items) {
    if (item.kind !== 'relation') return null;
    const segments = toRealSet(item, budget);
    if (segments === null) return null;
    parts.push(segments);
  }
  const isNotEqual = node.items.every((item) => item.kind === 'relation' && item.operators[0] === '!=');
  const common = parts.reduce((left, right) => intersect(left, right, budget));
  if (node.joiner === 'and' || isNotEqual || (node.joiner !== 'or' && common.length > 0)) return common;
  return unite(parts.flat(), budget);
}

/** A chain of linear conditions on one variable. */
function relationToSet(node: NodeOf<'relation'>, budget: Budget): readonly Segment[] | null {
  if (node.operators[0] === 'in' && node.operators.length === 1) return toRealSet(node.operands[1]!, budget);
  let result: readonly Segment[] = [whole];
  for (let index = 0; index < node.operators.length; index++) {
    const part = solveLinear(node.operands[index]!, node.operators[index]!, node.operands[index + 1]!, budget);
    if (part === null) return null;
    result = intersect(result, part, budget);
  }
  return freeSymbols(node).length === 1 ? result : null;
}

const FLIPPED: Partial<Record<RelationOperator, RelationOperator>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

function solveLinear(left: Expression, operator: RelationOperator, right: Expression, budget: Budget): readonly Segment[] | null {
  const gap = difference(left, right);
  const names = freeSymbols(gap);
  if (names.length !== 1) return null;
  const at = (value: number): Expression =>
    rewrite(gap, (part) => (part.kind === 'symbol' && part.name === names[0] ? integer(value) : part));
  const [zero, one, two, far] = [0, 1, 2, -5].map((value) => numericValue(at(value), budget));
  if (zero == null || one == null || two == null || far == null) return null;
  const slope = one - zero;
  const scale = Math.max(Math.abs(zero), Math.abs(one), Math.abs(far));
  if (slope === 0 || Math.abs(two - one - slope) > 1e-9 * scale || Math.abs(far - zero + 5 * slope) > 1e-9 * scale) return null;
  const isolated = left.kind === 'symbol' ? right : right.kind === 'symbol' ? left : quotient(negative(at(0)), difference(at(1), at(0)));
  return ray(isolated, slope > 0 ? operator : (FLIPPED[operator] ?? operator), budget);
}

function ray(bound: Expression, operator: RelationOperator, budget: Budget): readonly Segment[] | null {
  const closed = operator === '<=' || operator === '>=';
  const end = endpoint(bound, closed, budget);
  if (end === null) return null;
  switch (operator) {
    case '<':
    case '<=':
      return [{ low: whole.low, high: end }];
    case '>':
    case '>=':
      return [{ low: end, high: whole.high }];
    case '=':
      return [{ low: { ...end, closed: true }, high: { ...end, closed: true } }];
    case '!=':
      return complement([{ low: { ...end, closed: true }, high: { ...end, closed: true } }]);
    default:
      return null;
  }
}

function unite(segments: readonly Segment[], budget: Budget): readonly Segment[] {
  budget.spend(segments.length * 4, 'uniting sets');
  const ordered = [...segments].sort((a, b) => a.low.value - b.low.value || Number(b.low.closed) - Number(a.low.closed));
  const merged: Segment[] = [];
  for (const segment of ordered) {
    const last = merged.at(-1);
    const touches =
      last &&
      (segment.low.value < last.high.value || (close(segment.low.value, last.high.value) && (segment.low.closed || last.high.closed)));
    if (!last || !touches) merged.push(segment);
    else if (segment.high.value > last.high.value || (close(segment.high.value, last.high.value) && segment.high.closed)) {
      merged[merged.length - 1] = { low: last.low, high: segment.high };
    }
  }
  return merged;
}

function intersect(left: readonly Segment[], right: readonly Segment[], budget: Budget): readonly Segment[] {
  budget.spend(left.length * right.length, 'intersecting sets');
  const common: Segment[] = [];
  for (const a of left) {
    for (const b of right) {
      const low = close(a.low.value, b.low.value) ? (a.low.closed ? b.low : a.low) : a.low.value > b.low.value ? a.low : b.low;
      const high = close(a.high.value, b.high.value) ? (a.high.closed ? b.high : a.high) : a.high.value < b.high.value ? a.high : b.high;
      const isPoint = close(low.value, high.value) && low.closed && high.closed;
      if (isPoint || (low.value < high.value && !close(low.value, high.value))) common.push({ low, high });
    }
  }
  return common;
}

function complement(segments: readonly Segment[]): readonly Segment[] {
  const gaps: Segment[] = [];
  let low = whole.low;
  for (const segment of segments) {
    if (low.value < segment.low.value) gaps.push({ low, high: { ...segment.low, closed: !segment.low.closed } });
    low = { ...segment.high, closed: !segment.high.closed };
  }
  if (low.value < Number.POSITIVE_INFINITY) gaps.push({ low, high: whole.high });
  return gaps;
}
