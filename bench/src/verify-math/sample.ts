import { type GoldForm, goldForm } from './gold-form.ts';
import type { GoldCollection } from './golds.ts';
import { equivalents, nearMisses } from './variants.ts';

/** One gold with a response made from it and the verdict that is right by construction. */
export interface Pair {
  readonly gold: string;
  readonly response: string;
  readonly expected: 'correct' | 'incorrect';
  /** `form of the gold: kind of the response`. */
  readonly kind: string;
}

/** Golds taken of each form for the comparison with the reference, which is too slow for all of them. */
const SAMPLE: Readonly<Record<GoldForm['form'], number>> = {
  integer: 40,
  decimal: 20,
  fraction: 40,
  percent: 20,
  degrees: 15,
  scalar: 90,
  tuple: 45,
  list: 45,
  interval: 30,
  union: 30,
  matrix: 30,
  word: 20,
  equation: 30,
  other: 60,
};

export function* pairsOf(gold: string): Generator<Pair> {
  const { form } = goldForm(gold);
  for (const { kind, response } of equivalents(gold)) yield { gold, response, expected: 'correct', kind: `${form}: ${kind}` };
  for (const { kind, response } of nearMisses(gold)) yield { gold, response, expected: 'incorrect', kind: `${form}: ${kind}` };
}

/** Every different gold of all collections. */
export const distinctGolds = (collections: readonly GoldCollection[]): readonly string[] => [
  ...new Set(collections.flatMap(({ golds }) => golds)),
];

/** Golds for the reference, spread evenly over the collections' order; the same on every run over the same data. */
export function sampleGolds(golds: readonly string[]): readonly string[] {
  const byForm = Map.groupBy(golds, (gold) => goldForm(gold).form);
  return [...byForm].flatMap(([form, members]) => {
    const count = Math.min(SAMPLE[form], members.length);
    return Array.from({ length: count }, (_, index) => members[Math.floor((index * members.length) / count)]!);
  });
}
