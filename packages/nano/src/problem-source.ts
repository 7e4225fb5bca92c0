import { type Deck, deriveKey, type MixedPart, mixedSource, type PromptSource, RandomStream, type SourcedRecord } from '@or1/data';
import { drawArithmetic } from './arithmetic.ts';
import { drawCountdown } from './countdown.ts';
import { isHeldOut } from './held-out.ts';
import {
  type ArithmeticFamily,
  arithmeticFamilies,
  type CountdownFamily,
  type Family,
  families,
  type Problem,
  problemRecord,
} from './problem.ts';

export type Side = 'train' | 'held-out';

/** A random problem of a family, on one side of the split. */
export function drawProblem(family: Family, side: Side, random: RandomStream): Problem {
  for (;;) {
    const problem = family.startsWith('countdown')
      ? drawCountdown(family as CountdownFamily, random)
      : drawArithmetic(family as ArithmeticFamily, random);
    if (isHeldOut(problem.key) === (side === 'held-out')) return problem;
  }
}

/** Fresh problems of one family without end, never a held-out one. The problem at a position depends on (seed, stage, position) alone. */
export function familySource(family: Family): PromptSource {
  const name = `nano/${family}`;
  return {
    name,
    deck({ seed, stage }): Deck {
      return {
        size: null,
        at(position): SourcedRecord {
          const random = new RandomStream(deriveKey(seed, stage, families.indexOf(family), position));
          return { id: `${name}@${stage}.${position}`, record: problemRecord(drawProblem(family, 'train', random), position, 'train') };
        },
      };
    },
  };
}

/** Families with their weights. */
export type Mixture = Partial<Readonly<Record<Family, number>>>;

const everyArithmetic = Object.fromEntries(arithmeticFamilies.map((family) => [family, 1])) as Readonly<Record<ArithmeticFamily, number>>;

/** The ready mixtures. `mix` is arithmetic and three-number Countdown 2:1. */
export const mixtures = {
  mix: { ...everyArithmetic, 'countdown/3': 3 },
  arithmetic: everyArithmetic,
  countdown: { 'countdown/3': 1, 'countdown/4': 1 },
  'countdown-3': { 'countdown/3': 1 },
} as const satisfies Readonly<Record<string, Mixture>>;

export type MixtureName = keyof typeof mixtures;

/** Fresh training problems of several families, in the shares of the mixture. */
export function problemSource(mixture: MixtureName | Mixture): PromptSource {
  const name = typeof mixture === 'string' ? `nano/${mixture}` : 'nano/own mixture';
  return mixedSource(
    name,
    parts(mixture).map(([family, weight]): MixedPart => ({ source: familySource(family), weight })),
  );
}

/**
 * A fixed set of held-out problems, no two alike, in the shares of the mixture (to within one), family by family. A larger set holds the
 * smaller one's problems.
 */
export function heldOutProblems(mixture: MixtureName | Mixture, count: number, seed = 0): readonly SourcedRecord[] {
  const weights = parts(mixture);
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
  let given = 0;
  let cumulative = 0;
  return weights.flatMap(([family, weight]) => {
    cumulative += weight;
    const share = Math.round((count * cumulative) / total) - given;
    given += share;
    return heldOutOfFamily(family, share, seed);
  });
}

function heldOutOfFamily(family: Family, count: number, seed: number): SourcedRecord[] {
  const random = new RandomStream(deriveKey(seed, 0x74657374, families.indexOf(family)));
  const seen = new Set<string>();
  const records: SourcedRecord[] = [];
  let repeats = 0;
  while (records.length < count) {
    const problem = drawProblem(family, 'held-out', random);
    if (seen.has(problem.key)) {
      if (++repeats > 20 * count + 1000)
        throw new Error(`nano/${family} has only about ${seen.size} held-out problems; ask for fewer than ${count}`);
      continue;
    }
    seen.add(problem.key);
    records.push({ id: `nano/${family}@test.${records.length}`, record: problemRecord(problem, records.length, 'test') });
  }
  return records;
}

function parts(mixture: MixtureName | Mixture): [Family, number][] {
  const weights: Mixture = typeof mixture === 'string' ? mixtures[mixture] : mixture;
  return families.flatMap((family): [Family, number][] => (weights[family] === undefined ? [] : [[family, weights[family]]]));
}
