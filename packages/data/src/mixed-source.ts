import { permute } from './permutation.ts';
import type { Deck, PromptSource, StageKey } from './prompt-source.ts';
import { deriveKey } from './random.ts';

export interface MixedPart {
  readonly source: PromptSource;
  /** A positive integer: how many of every `sum of weights` prompts come from this source. */
  readonly weight: number;
}

/**
 * Mixes sources in exact shares: of every run of W = sum of weights prompts, `weight` come from each source, in an order shuffled anew for
 * each run. So any N prompts hold the shares up to W - 1 prompts. A source that runs out begins its next epoch while the others go on.
 */
export function mixedSource(name: string, parts: readonly MixedPart[]): PromptSource {
  if (parts.length === 0) throw new Error(`prompt source ${name}: a mixture needs at least one source`);
  for (const { source, weight } of parts) {
    if (!Number.isInteger(weight) || weight < 1 || weight > 10_000) {
      throw new Error(`prompt source ${name}: the weight of ${source.name} is ${weight}; give an integer from 1 to 10000`);
    }
  }
  const pattern = parts.flatMap(({ weight }, part) => new Array<number>(weight).fill(part));
  return {
    name,
    deck(key: StageKey): Deck {
      // Each part gets a seed of its own, so that two parts over the same records are shuffled differently.
      const decks = parts.map(({ source }, part) => {
        const [high, low] = deriveKey(key.seed, 0x6d697865, part);
        return source.deck({ ...key, seed: (high & 0x1f_ffff) * 0x1_0000_0000 + low });
      });
      const sizes = decks.map((deck, part) => (deck.size === null ? Number.POSITIVE_INFINITY : deck.size / parts[part]!.weight));
      const runs = Math.min(...sizes);
      return {
        size: runs === Number.POSITIVE_INFINITY ? null : Math.floor(runs * pattern.length),
        at(position) {
          const run = Math.floor(position / pattern.length);
          const order = deriveKey(key.seed, 0x72756e, key.stage, run);
          const partAt = (slot: number) => pattern[permute(pattern.length, order, slot)]!;
          const part = partAt(position % pattern.length);
          let before = run * parts[part]!.weight;
          for (let slot = 0; slot < position % pattern.length; slot++) if (partAt(slot) === part) before++;
          return decks[part]!.at(before);
        },
      };
    },
  };
}
