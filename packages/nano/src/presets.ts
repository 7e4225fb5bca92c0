import type { NanoBaseName } from './bases.ts';
import type { MixtureName } from './problem-source.ts';

/**
 * A run as data, in the keys of the run configuration. Whatever a preset does not name keeps the configuration's default (the report's value).
 */
export interface NanoPreset {
  readonly name: string;
  readonly title: string;
  readonly base: NanoBaseName;
  /** The problems to train on, and to evaluate on from their held-out side. */
  readonly problems: MixtureName;
  /** Column mapping for `--data` files in place of generated problems. */
  readonly dataMapping: string;
  readonly run: NanoRun;
}

export interface NanoRun {
  readonly seed: number;
  readonly steps: number;
  readonly promptsPerStep: number;
  readonly samplesPerPrompt: number;
  /** T of the first stage, response tokens. */
  readonly contextLength: number;
  readonly temperature: number;
  readonly learningRate: number;
  readonly evalEvery: number;
  readonly entropy: {
    readonly mode: 'adaptive-paper';
    readonly target: number;
    readonly delta: number;
    readonly min: number;
    readonly max: number;
  };
  readonly eval: { readonly samples: number; readonly problems: number; readonly temperatures: readonly number[] };
  readonly stages: readonly { readonly steps: number; readonly contextLength: number }[];
}

const common = {
  seed: 1,
  steps: 80,
  promptsPerStep: 48,
  samplesPerPrompt: 8,
  contextLength: 64,
  temperature: 1,
  learningRate: 1e-4,
  evalEvery: 0,
  entropy: { mode: 'adaptive-paper', target: 0.1, delta: 0.002, min: 0, max: 0.02 },
  eval: { samples: 1, problems: 512, temperatures: [1, 0.6] },
  stages: [
    { steps: 40, contextLength: 64 },
    { steps: 40, contextLength: 160 },
  ],
} as const satisfies NanoRun;

export const nanoPresets: Readonly<Record<'nano' | 'nano-arithmetic' | 'nano-countdown' | 'nano-multistage', NanoPreset>> = {
  nano: {
    name: 'nano',
    title: 'six arithmetic families and three-number Countdown, 2:1',
    base: 'nano-E',
    problems: 'mix',
    dataMapping: 'auto',
    run: common,
  },
  'nano-arithmetic': {
    name: 'nano-arithmetic',
    title: 'six arithmetic families',
    base: 'nano-E',
    problems: 'arithmetic',
    dataMapping: 'auto',
    run: common,
  },
  'nano-countdown': {
    name: 'nano-countdown',
    title: 'three-number Countdown',
    base: 'nano-E',
    problems: 'countdown-3',
    dataMapping: 'countdown',
    run: common,
  },
  'nano-multistage': {
    name: 'nano-multistage',
    title: 'Countdown from a base that searches at length: a short stage, then a long one',
    base: 'nano-C',
    problems: 'countdown',
    dataMapping: 'countdown',
    run: common,
  },
};
