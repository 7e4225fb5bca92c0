import type { Expression } from './parse/tree.ts';
import { formatRational } from './rational.ts';

const LONGEST = 160;

/** A tree as one readable line, for evidence. */
export function formatExpression(node: Expression): string {
  const text = format(node);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function format(node: Expression): string {
  const list = (items: readonly Expression[], by = ', '): string => {
    let text = '';
    for (const item of items) {
      if (text.length > LONGEST) return `${text}…`;
      text += (text === '' ? '' : by) + format(item);
    }
    return text;
  };
  switch (node.kind) {
    case 'number':
      return formatRational(node.value);
    case 'symbol':
    case 'constant':
    case 'named-set':
      return node.name;
    case 'sum':
      return `(${list(node.terms, ' + ')})`;
    case 'product':
      return list(node.factors, '*');
    case 'power':
      return `${format(node.base)}^(${format(node.exponent)})`;
    case 'call':
      return `${node.name}(${list(node.operands)})`;
    case 'plus-minus':
      return `±${format(node.operand)}`;
    case 'fold':
      return `${node.operator}(${node.variable}: ${list(
        [node.lower, node.upper].filter((bound) => bound !== null),
        '..',
      )}; ${format(node.body)})`;
    case 'percent':
      return `${format(node.operand)}%`;
    case 'degree':
      return `${format(node.operand)}°`;
    case 'quantity':
      return `${format(node.operand)} [${node.unit}]`;
    case 'text':
      return `"${node.value}"`;
    case 'numeral':
      return `${node.digits}_${node.base}`;
    case 'ratio':
      return list(node.parts, ':');
    case 'tuple':
      return `${node.open}${list(node.items)}${node.close}`;
    case 'set':
      return `{${list(node.items)}}`;
    case 'list':
      return list(node.items, node.joiner === ',' || node.joiner === ';' ? `${node.joiner} ` : ` ${node.joiner} `);
    case 'combination':
      return list(node.parts, ` ${node.operator} `);
    case 'set-builder':
      return `{${format(node.element)} | ${format(node.condition)}}`;
    case 'matrix':
      return `[${node.rows.map((row) => list(row)).join('; ')}]`;
    case 'relation':
      return node.operands.map((operand, index) => (index === 0 ? '' : ` ${node.operators[index - 1]} `) + format(operand)).join('');
    case 'congruence':
      return `${format(node.left)} ≡ ${format(node.right)} (mod ${format(node.modulus)})`;
  }
}
