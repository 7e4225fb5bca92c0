import { type Expression, type NodeOf, product } from '../parse/tree.ts';
import { compareOrdered } from './collections.ts';
import { refuse, withRule } from './comparison.ts';
import { stripUnits } from './quantities.ts';
import { type CompareOptions, type Comparison, compareScalars } from './scalar.ts';
import { wordOf } from './words.ts';

/** Numerals with a base, ratios and times of day; null where neither side is one. */
export function compareBySpecialKind(gold: Expression, response: Expression, options: CompareOptions): Comparison | null {
  if (gold.kind === 'numeral' || response.kind === 'numeral') return compareNumerals(gold, response);
  if (gold.kind === 'ratio' || response.kind === 'ratio') return compareRatios(gold, response, options);
  return null;
}

/** A numeral's base is part of the question: the digits must be the same, and a base, where written, too. */
function compareNumerals(gold: Expression, response: Expression): Comparison {
  const rule = 'numeral, digit by digit';
  if (gold.kind !== 'numeral') {
    const isDecimal = response.kind === 'numeral' && response.base === 10 && gold.kind === 'number';
    return { equal: isDecimal && gold.value.denominator === 1n && gold.value.numerator.toString() === response.digits, rule };
  }
  if (response.kind === 'numeral') return { equal: gold.base === response.base && gold.digits === response.digits, rule };
  const bare = wordOf(response);
  return { equal: bare !== null && bare.toUpperCase() === gold.digits, rule: `${rule}, base left out` };
}

/** Proportions are equal up to scale, and a ratio of two is its quotient; times of day are equal part by part. */
function compareRatios(gold: Expression, response: Expression, options: CompareOptions): Comparison {
  if (gold.kind === 'ratio' && response.kind === 'ratio') {
    if (gold.clock || response.clock) return compareClocks(gold, response, options);
    if (gold.parts.length !== response.parts.length) return refuse('ratios of different length');
    if (gold.parts.length > 2) {
      const cross = (index: number): boolean =>
        compareScalars(product([gold.parts[0]!, response.parts[index]!]), product([gold.parts[index]!, response.parts[0]!]), options).equal;
      return { equal: gold.parts.slice(1).every((_, index) => cross(index + 1)), rule: 'ratio up to scale' };
    }
  }
  const isClock = (node: Expression): boolean => node.kind === 'ratio' && (node.clock || node.parts.length > 2);
  if (isClock(gold) || isClock(response)) return refuse('a time or a ratio of three against a value');
  return withRule(compareScalars(gold, response, options), 'ratio as quotient');
}

function compareClocks(gold: NodeOf<'ratio'>, response: NodeOf<'ratio'>, options: CompareOptions): Comparison {
  const halfOf = (node: NodeOf<'ratio'>): string => {
    const last = node.parts.at(-1)!;
    return last.kind === 'quantity' ? last.unit.replace(/[^a-z]/gi, '').toLowerCase() : '';
  };
  const [goldHalf, responseHalf] = [halfOf(gold), halfOf(response)];
  if (goldHalf !== '' && responseHalf !== '' && goldHalf !== responseHalf) return refuse('different halves of the day');
  return withRule(compareOrdered(gold.parts.map(stripUnits), response.parts.map(stripUnits), options), 'time of day');
}
