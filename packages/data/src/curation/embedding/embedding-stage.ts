import * as z from 'zod';
import { type CurationItem, KEEP, type Outcome, type Stage, type StageContext } from '../stage.ts';
import type { Embedder } from './embedder.ts';

export const embeddingOptions = z.strictObject({
  /** Scalar product from which two problems are the same. */
  threshold: z.number().min(0).max(1).default(0.95),
  /** Abilities whose problems are compared, each with its own kind. */
  abilities: z.array(z.string()).min(1).default(['code']),
});

/** Texts embedded in one call. */
const BATCH = 64;

/**
 * Drops problems that are as alike as `threshold` to an earlier one that stays. Every pair is compared: quadratic in the number of problems,
 * which suits the thousands of code problems it is for (report, section 6.1) and not a million rows.
 */
export function embeddingStage(options: z.infer<typeof embeddingOptions>, embedder: Embedder): Stage {
  return {
    name: 'embedding-duplicates',
    version: 1,
    scope: 'set',
    options,
    inputs: [embedder.fingerprint],
    applies: ({ record }) => options.abilities.includes(record.ability),
    judge: (items, context) => judge(items, options.threshold, embedder, context),
  };
}

async function judge(
  items: readonly CurationItem[],
  threshold: number,
  embedder: Embedder,
  { signal, progress }: StageContext,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const kept = new Map<string, Kept>();
  for (let from = 0; from < items.length; from += BATCH) {
    signal.throwIfAborted();
    const batch = items.slice(from, from + BATCH);
    const vectors = await embedder.embed(
      batch.map(({ text }) => withoutCode(text)),
      signal,
    );
    batch.forEach((item, index) => {
      const before = kept.get(item.record.ability) ?? new Kept(embedder.dimensions);
      kept.set(item.record.ability, before);
      const nearest = before.nearest(vectors[index]!);
      if (nearest !== null && nearest.similarity >= threshold) {
        const like = { id: nearest.id, similarity: Math.min(1, nearest.similarity) };
        outcomes.push({ verdict: 'drop', reason: 'alike by embedding', like });
      } else {
        before.add(item.id, vectors[index]!);
        outcomes.push(KEEP);
      }
    });
    progress(outcomes.length);
  }
  return outcomes;
}

/** Prose without its fenced code: the same starter code stands in hundreds of problems. What has no prose to speak of is taken whole. */
function withoutCode(text: string): string {
  const prose = text.replace(/```[\s\S]*?(```|$)/g, ' ').trim();
  return prose.length >= LEAST_PROSE ? prose : text;
}

const LEAST_PROSE = 40;

/** The vectors of what stays, side by side. */
class Kept {
  readonly #dimensions: number;
  readonly #ids: string[] = [];
  #vectors: Float32Array;

  constructor(dimensions: number) {
    this.#dimensions = dimensions;
    this.#vectors = new Float32Array(256 * dimensions);
  }

  add(id: string, vector: Float32Array): void {
    const end = this.#ids.length * this.#dimensions;
    if (end === this.#vectors.length) {
      const grown = new Float32Array(2 * this.#vectors.length);
      grown.set(this.#vectors);
      this.#vectors = grown;
    }
    this.#vectors.set(vector, end);
    this.#ids.push(id);
  }

  /** The most alike of those added, the earliest of equals. */
  nearest(vector: Float32Array): { readonly id: string; readonly similarity: number } | null {
    // A hashed vector is mostly zeros: only its places are multiplied.
    const places: number[] = [];
    for (let place = 0; place < vector.length; place++) if (vector[place] !== 0) places.push(place);
    const values = Float32Array.from(places, (place) => vector[place]!);
    let best = Number.NEGATIVE_INFINITY;
    let found = -1;
    for (let row = 0; row < this.#ids.length; row++) {
      const start = row * this.#dimensions;
      let product = 0;
      for (let index = 0; index < values.length; index++) product += values[index]! * this.#vectors[start + places[index]!]!;
      if (product > best) {
        best = product;
        found = row;
      }
    }
    return found < 0 ? null : { id: this.#ids[found]!, similarity: best };
  }
}
