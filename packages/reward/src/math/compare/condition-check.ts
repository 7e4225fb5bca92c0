import type { Budget } from '../budget.ts';
import { difference, freeSymbols, type NodeOf } from '../parse/tree.ts';
import { DoubleField } from './double-field.ts';
import { evaluate, NotEvaluable } from './evaluate.ts';
import type { Segment } from './real-sets.ts';

/** Where a piece of the line is sampled, as shares of its length, or as steps away from its finite end. */
const SHARES = [0.0137, 0.211, 0.4973, 0.7719, 0.9871];
const STEPS = [0.0113, 0.3719, 1.0937, 3.317, 11.71, 1013.3];

/**
 * Whether a set of numbers is what a condition that is not linear describes (`|x| < 2`, `x^2 > 4`): the sides are equal at every end, ends
 * are closed as the condition says, the condition holds at points inside and fails at points outside. Null where the gold is no
 * inequality in one variable. A single point missing inside the set (as in (x-1)^2 > 0) is not seen.
 */
export function describesCondition(gold: NodeOf<'relation'>, segments: readonly Segment[], budget: Budget): boolean | null {
  const [operator] = gold.operators;
  const names = freeSymbols(gold);
  if (gold.operators.length !== 1 || names.length !== 1 || operator === undefined || !/^[<>]=?$/.test(operator)) return null;
  const gap = difference(gold.operands[0]!, gold.operands[1]!);
  const at = (x: number): { readonly value: number; readonly scale: number } => {
    const field = new DoubleField();
    try {
      const { re, im } = evaluate(gap, field, new Map([[names[0]!, { re: x, im: 0 }]]), budget);
      return { value: im === 0 ? re : Number.NaN, scale: Math.max(1, field.largest) };
    } catch (error) {
      if (error instanceof NotEvaluable) return { value: Number.NaN, scale: 1 };
      throw error;
    }
  };
  const holds = (x: number): boolean => (operator.startsWith('<') ? at(x).value < 0 : at(x).value > 0);
  const isEnd = ({ value, closed }: Segment['low']): boolean => {
    if (!Number.isFinite(value)) return true;
    const { value: left, scale } = at(value);
    return Number.isFinite(left) ? Math.abs(left) <= 1e-9 * scale && closed === operator.endsWith('=') : !closed;
  };
  const isPoint = (segment: Segment): boolean => segment.low.value === segment.high.value;
  const inside = segments.filter((segment) => !isPoint(segment)).flatMap(({ low, high }) => samples(low.value, high.value));
  const ends = [Number.NEGATIVE_INFINITY, ...segments.flatMap(({ low, high }) => [low.value, high.value]), Number.POSITIVE_INFINITY];
  const outside = ends.flatMap((end, index) => (index % 2 === 0 ? samples(end, ends[index + 1]!) : []));
  return segments.every(({ low, high }) => isEnd(low) && isEnd(high)) && inside.every(holds) && !outside.some(holds);
}

/** Points strictly between two ends, none where there is no room. */
function samples(low: number, high: number): readonly number[] {
  if (!(low < high)) return [];
  if (Number.isFinite(low) && Number.isFinite(high)) return SHARES.map((share) => low + (high - low) * share);
  if (Number.isFinite(low)) return STEPS.map((step) => low + step);
  if (Number.isFinite(high)) return STEPS.map((step) => high - step);
  return [...STEPS, ...STEPS.map((step) => -step), 0];
}
