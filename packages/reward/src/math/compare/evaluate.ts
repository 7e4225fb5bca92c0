import type { Budget } from '../budget.ts';
import type { Expression } from '../parse/tree.ts';
import type { Rational } from '../rational.ts';
import { exactValue } from './exact.ts';

/** The expression has no value in this arithmetic (or none at this point). */
export class NotEvaluable extends Error {}

/** An arithmetic in which expressions are evaluated: doubles, many-digit decimals, or residues. */
export interface Field<Value> {
  readonly name: string;
  /** Steps that one operation costs; functions and powers cost eight times as much. */
  readonly cost: number;
  rational(value: Rational): Value;
  constant(name: 'pi' | 'e' | 'i' | 'infinity'): Value;
  add(left: Value, right: Value): Value;
  multiply(left: Value, right: Value): Value;
  /** `exponent` is the exponent's exact value where it has one. */
  power(base: Value, exponent: Rational | null, value: () => Value): Value;
  call(name: string, operands: readonly Value[], exact: readonly (Rational | null)[]): Value;
  /** An unknown function: any fixed function of its arguments that different names and arguments make different. */
  opaque(name: string, operands: readonly Value[]): Value;
}

/** Evaluates a scalar expression at the point `values`; throws {@link NotEvaluable} for anything that is not a scalar. */
export function evaluate<Value>(node: Expression, field: Field<Value>, values: ReadonlyMap<string, Value>, budget: Budget): Value {
  budget.spend(field.cost, 'evaluating');
  const visit = (child: Expression): Value => evaluate(child, field, values, budget);
  switch (node.kind) {
    case 'number':
      return field.rational(node.value);
    case 'symbol': {
      const value = values.get(node.name);
      if (value === undefined) throw new NotEvaluable(`no value for ${node.name}`);
      return value;
    }
    case 'constant':
      return field.constant(node.name);
    case 'sum':
      return node.terms.map(visit).reduce((total, term) => field.add(total, term));
    case 'product':
      return node.factors.map(visit).reduce((total, factor) => field.multiply(total, factor));
    case 'power':
      budget.spend(8 * field.cost, 'evaluating powers');
      return field.power(visit(node.base), exactValue(node.exponent, budget), () => visit(node.exponent));
    case 'percent':
      return field.multiply(visit(node.operand), field.rational({ numerator: 1n, denominator: 100n }));
    case 'degree':
    case 'quantity':
      return visit(node.operand);
    case 'ratio': {
      if (node.parts.length !== 2) throw new NotEvaluable('ratio of several parts');
      return field.multiply(
        visit(node.parts[0]!),
        field.power(visit(node.parts[1]!), { numerator: -1n, denominator: 1n }, () => visit(node.parts[1]!)),
      );
    }
    case 'call': {
      if (!node.known) return field.opaque(node.name, node.operands.map(visit));
      const exact = exactValue(node, budget);
      if (exact !== null) return field.rational(exact);
      budget.spend(8 * field.cost, 'evaluating functions');
      return field.call(
        node.name,
        node.operands.map(visit),
        node.operands.map((operand) => exactValue(operand, budget)),
      );
    }
    default:
      throw new NotEvaluable(`a ${node.kind} has no single value`);
  }
}
