import type { NanoBaseName } from './bases.ts';
import { type CorpusMix, cleanCorpus, mixedCorpus } from './corpus.ts';

/**
 * How a base is made from nothing: supervised training on the corpus. The report has no such model; the values are our own. The optimizer is
 * the report's AdamW (0.9, 0.999, weight decay 0.01, gradient norm clipped at 1).
 */
export interface NanoRecipe {
  readonly name: string;
  readonly title: string;
  readonly corpus: CorpusMix;
  /** The base whose folder holds the tokenizer and the configuration of the new model. */
  readonly architecture: NanoBaseName;
  readonly run: {
    readonly seed: number;
    readonly steps: number;
    readonly samplesPerStep: number;
    /** Samples are packed whole into rows of this many tokens. */
    readonly rowLength: number;
    /** The loss counts response tokens only, end token included. */
    readonly lossOn: 'response';
    readonly learningRate: number;
    readonly warmupSteps: number;
    /** After the warm-up the rate falls along a cosine to this share of itself. A base that ended at 0 or at the full rate bears RL less well. */
    readonly schedule: { readonly kind: 'cosine'; readonly floor: number };
    /** Standard deviation of the initial matrices; norms start at 1, biases at 0. */
    readonly initialStandardDeviation: number;
  };
}

const run = {
  seed: 1,
  steps: 6000,
  samplesPerStep: 520,
  rowLength: 192,
  lossOn: 'response',
  learningRate: 2e-3,
  warmupSteps: 200,
  schedule: { kind: 'cosine', floor: 0.25 },
  initialStandardDeviation: 0.05,
} as const satisfies NanoRecipe['run'];

export const nanoRecipes: Readonly<Record<'nano-base' | 'nano-base-search', NanoRecipe>> = {
  'nano-base': {
    name: 'nano-base',
    title: 'a base of mixed habits: guessing, giving up, slips, redoing and searching side by side',
    corpus: mixedCorpus,
    architecture: 'nano-E',
    run,
  },
  'nano-base-search': {
    name: 'nano-base-search',
    title: 'a base that always works cleanly and searches at length',
    corpus: cleanCorpus,
    architecture: 'nano-C',
    run,
  },
};
