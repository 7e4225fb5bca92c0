import { children, type Expression, freeSymbols, type NodeOf, some } from '../parse/tree.ts';

/** A chain of equalities, or one membership; null for any other node. */
export function asEquation(node: Expression): NodeOf<'relation'> | null {
  if (node.kind !== 'relation') return null;
  if (node.operators.length === 1 && node.operators[0] === 'in') return node;
  return node.operators.every((operator) => operator === '=' || operator === '~') ? node : null;
}

export const isEquation = (node: Expression): boolean => asEquation(node) !== null;

/** An equation whose left side is a name, without any number: `x`, `AB`, `x + y`, `x_1`, `f(2)`, `(p, q)`, `A:B`, `\text{Area}`. */
export function isAssignment(node: Expression): boolean {
  const equation = asEquation(node);
  return equation !== null && isName(equation.operands[0]!);
}

function isName(node: Expression): boolean {
  switch (node.kind) {
    case 'symbol':
    case 'text':
    case 'constant':
      return node.kind !== 'constant' || node.name !== 'infinity';
    case 'call':
      return !node.known || node.operands.every(isName);
    case 'power':
      return isName(node.base) && (node.exponent.kind === 'number' ? node.exponent.value.numerator === -1n : isName(node.exponent));
    case 'sum':
    case 'product':
    case 'tuple':
    case 'ratio':
      return children(node).every(isName);
    default:
      return false;
  }
}

/** Whether the node has neither symbols nor unknown functions. */
export const isConstant = (node: Expression): boolean =>
  freeSymbols(node).length === 0 &&
  !some(node, (part) => (part.kind === 'call' && !part.known) || part.kind === 'text' || part.kind === 'fold');

/** What a chain says its left side is: the last exact operand, and the approximation behind it where there is one. */
export function valuesOf(chain: NodeOf<'relation'>): readonly Expression[] {
  const approximate = chain.operators.indexOf('~');
  const last = chain.operands.at(-1)!;
  return approximate > 0 || (approximate === 0 && isConstant(chain.operands[0]!)) ? [chain.operands[approximate]!, last] : [last];
}
