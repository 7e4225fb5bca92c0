import { lettersOf } from '../normalise/source.ts';
import type { Expression } from '../parse/tree.ts';

/** The letters that a node spells, in lower case, or null where it is not a word: `\text{odd}` and the product o·d·d spell the same. */
export function wordOf(node: Expression): string | null {
  switch (node.kind) {
    case 'text':
      return lettersOf(node.value);
    case 'symbol':
      return node.name.toLowerCase();
    case 'constant':
      return node.name === 'infinity' ? null : node.name;
    case 'number':
      return node.value.denominator === 1n && node.decimals < 0 ? node.value.numerator.toString() : null;
    case 'product': {
      let word = '';
      for (const factor of node.factors) {
        const letters = wordOf(factor);
        if (letters === null) return null;
        word += letters;
      }
      return word;
    }
    case 'quantity': {
      const letters = wordOf(node.operand);
      return letters === null ? null : letters + lettersOf(node.unit);
    }
    default:
      return null;
  }
}
