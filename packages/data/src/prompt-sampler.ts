import * as z from 'zod';
import type { Deck, PromptSource, SourcedRecord } from './prompt-source.ts';

export const promptSamplerStateSchema = z.strictObject({
  seed: z.number().int().nonnegative(),
  stage: z.number().int().nonnegative(),
  /** Prompts dealt since the stage began. */
  position: z.number().int().nonnegative(),
  /** Ids left out of this stage, sorted. */
  excluded: z.array(z.string()),
});

/** All that a checkpoint needs to go on dealing: plain JSON. */
export type PromptSamplerState = z.infer<typeof promptSamplerStateSchema>;

export interface DealtPrompt extends SourcedRecord {
  /** Number of this prompt within its stage, from 0; with the stage it identifies the draw. */
  readonly position: number;
}

/** Deals the prompts of a run, in order; a restored sampler goes on exactly where the saved one stood, at no cost. */
export class PromptSampler {
  readonly #source: PromptSource;
  #state: PromptSamplerState;
  #deck: Deck;

  /** Starts at stage 0, position 0 (give a seed) or where a checkpoint stood (give its state; a malformed one is refused). */
  constructor(source: PromptSource, start: { readonly seed: number } | PromptSamplerState) {
    this.#source = source;
    this.#state = promptSamplerStateSchema.parse({ stage: 0, position: 0, excluded: [], ...start });
    this.#deck = this.#open();
  }

  /** Prompts before one repeats; `null` where problems are generated without end. */
  get size(): number | null {
    return this.#deck.size;
  }

  /** Epochs of this stage completed so far; `null` where problems are generated without end. */
  get epoch(): number | null {
    return this.#deck.size === null ? null : Math.floor(this.#state.position / this.#deck.size);
  }

  get state(): PromptSamplerState {
    return { ...this.#state, excluded: [...this.#state.excluded] };
  }

  /** The next `count` prompts. */
  deal(count: number): readonly DealtPrompt[] {
    const start = this.#state.position;
    const dealt = Array.from({ length: count }, (_, offset) => ({ ...this.#deck.at(start + offset), position: start + offset }));
    this.#state = { ...this.#state, position: start + count };
    return dealt;
  }

  /** Begins the next stage with an order of its own, leaving out `excluded` ids (the report's filter at stage boundaries). */
  beginStage(excluded: Iterable<string> = []): void {
    this.#state = { ...this.#state, stage: this.#state.stage + 1, position: 0, excluded: [...new Set(excluded)].sort() };
    this.#deck = this.#open();
  }

  #open(): Deck {
    const { seed, stage, excluded } = this.#state;
    return this.#source.deck({ seed, stage, excluded: new Set(excluded) });
  }
}
