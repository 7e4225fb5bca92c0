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
 * Held-out problems in the shares of the mixture, no two alike: for evaluations. The problem at a position depends on the seed alone, so
 * a larger set begins with the smaller one.
 */
export function heldOutSource(mixture: MixtureName | Mixture): PromptSource {
  const name = typeof mixture === 'string' ? `nano/${mixture} held out` : 'nano/own mixture held out';
  return mixedSource(
    name,
    parts(mixture).map(([family, weight]): MixedPart => ({ source: heldOutFamilySource(family), weight })),
  );
}

/** The first `count` held-out problems of a mixture. */
export function heldOutProblems(mixture: MixtureName | Mixture, count: number, seed = 0): readonly SourcedRecord[] {
  const deck = heldOutSource(mixture).deck({ seed, stage: 0, excluded: new Set() });
  return Array.from({ length: count }, (_, position) => deck.at(position));
}

/** Draws in a row that bring no new problem before a family counts as used up. */
const PATIENCE = 10_000;

function heldOutFamilySource(family: Family): PromptSource {
  return {
    name: `nano/${family} held out`,
    deck({ seed }): Deck {
      const random = new RandomStream(deriveKey(seed, 0x74657374, families.indexOf(family)));
      const keys = new Set<string>();
      const drawn: SourcedRecord[] = [];
      const draw = (): SourcedRecord => {
        for (let attempt = 0; attempt < PATIENCE; attempt++) {
          const problem = drawProblem(family, 'held-out', random);
          if (keys.has(problem.key)) continue;
          keys.add(problem.key);
          return { id: `nano/${family}@test.${drawn.length}`, record: problemRecord(problem, drawn.length, 'test') };
        }
        throw new Error(`nano/${family} has no more than ${keys.size} held-out problems; evaluate on fewer`);
      };
      return {
        size: null,
        at(position) {
          while (drawn.length <= position) drawn.push(draw());
          return drawn[position]!;
        },
      };
    },
  };
}

function parts(mixture: MixtureName | Mixture): [Family, number][] {
  const weights: Mixture = typeof mixture === 'string' ? mixtures[mixture] : mixture;
  return families.flatMap((family): [Family, number][] => (weights[family] === undefined ? [] : [[family, weights[family]]]));
}
