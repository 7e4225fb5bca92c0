import type { Budget } from '../budget.ts';
import { type Expression, rewrite } from '../parse/tree.ts';
import { exactValue } from './exact.ts';

/**
 * A text that is the same for trees that differ only in the order of terms, factors and set elements, in redundant nesting and in how
 * exact constants are written. Equal keys mean equal expressions; different keys say nothing.
 */
export function canonicalKey(node: Expression, budget: Budget): string {
  budget.spend(2, 'bringing to canonical form');
  const key = (child: Expression): string => canonicalKey(child, budget);
  const keys = (items: readonly Expression[]): string[] => items.map(key);
  switch (node.kind) {
    case 'number':
      return `${node.value.numerator.toString(36)}/${node.value.denominator.toString(36)}`;
    case 'symbol':
      return `$${node.name}`;
    case 'constant':
      return `#${node.name}`;
    case 'sum':
    case 'product': {
      const exact = exactValue(node, budget);
      if (exact !== null) return `${exact.numerator.toString(36)}/${exact.denominator.toString(36)}`;
      const parts = keys(flatten(node)).filter((part) => part !== (node.kind === 'sum' ? '0/1' : '1/1'));
      return parts.length === 1 ? parts[0]! : `${node.kind === 'sum' ? '+' : '*'}(${parts.sort().join(' ')})`;
    }
    case 'power': {
      const exact = exactValue(node, budget);
      if (exact !== null) return `${exact.numerator.toString(36)}/${exact.denominator.toString(36)}`;
      return `^(${key(node.base)} ${key(node.exponent)})`;
    }
    case 'call':
      return `${node.name}(${keys(node.operands).join(' ')})`;
    case 'plus-minus':
      return `pm${node.sign}(${key(node.operand)})`;
    case 'fold':
      return foldKey(node, key);
    case 'percent':
      return `*(${['1/2s', key(node.operand)].sort().join(' ')})`;
    case 'degree':
    case 'quantity':
      return key(node.operand);
    case 'text':
      return `"${node.value.toLowerCase()}"`;
    case 'numeral':
      return `${node.digits}_${node.base}`;
    case 'ratio':
      return `:(${keys(node.parts).join(' ')})`;
    case 'tuple':
      return `${node.open}${keys(node.items).join(' ')}${node.close}`;
    case 'set':
    case 'list':
      return `{${[...new Set(keys(node.items))].sort().join(' ')}}`;
    case 'combination': {
      const parts = keys(node.parts);
      return `${node.operator}(${(node.operator === 'difference' ? parts : parts.sort()).join(' ')})`;
    }
    case 'set-builder':
      return `{${key(node.element)}|${key(node.condition)}}`;
    case 'named-set':
      return node.name;
    case 'matrix':
      return `[${node.rows.map((row) => keys(row).join(' ')).join(';')}]`;
    case 'relation':
      return `(${node.operands.map((operand, index) => `${index === 0 ? '' : node.operators[index - 1]}${key(operand)}`).join('')})`;
    case 'congruence':
      return `mod(${keys([node.left, node.right, node.modulus]).join(' ')})`;
  }
}

/** Terms of terms and factors of factors, on one level. */
function flatten(node: Expression & { kind: 'sum' | 'product' }): Expression[] {
  const items = node.kind === 'sum' ? node.terms : node.factors;
  return items.flatMap((item) => (item.kind === node.kind ? flatten(item as typeof node) : [item]));
}

/** The bound variable's name is not part of the meaning. */
function foldKey(node: Expression & { kind: 'fold' }, key: (child: Expression) => string): string {
  const bounds = `${node.lower ? key(node.lower) : ''},${node.upper ? key(node.upper) : ''}`;
  const bound = rewrite(node.body, (part) =>
    part.kind === 'symbol' && part.name === node.variable ? { kind: 'symbol', name: '?' } : part,
  );
  return `${node.operator}(${bounds})(${key(bound)})`;
}
