/**
 * The report's settings at nano scale.
 *
 * The report's section 4 trains a 7B model with (N_SGD, D_R, D_T, N_reuse) = (1, 64, 64, 1), groups of 16, T = 16K, rate 1e-6, for some
 * thousand steps. Here a 1M-parameter model does arithmetic: D_R 64 becomes 32 prompts, groups of 16 become 8, T = 16K becomes 96 tokens
 * (three in a hundred responses of the base are longer), the rate 1e-4, a thousand steps become 80. What is counted in shares of these
 * (mini-batches, reuse, halved batches) keeps its ratio. Coefficients do not carry over, because entropies (0.25 nats at the start) and
 * gradients differ: the report's 1e-4 … 1e-2 become 0.01 … 0.2, its target 0.2 becomes 0.1, delta 0.005 stays, and the coefficient has a
 * cap of 0.1, since a coefficient that nothing bounds winds up here.
 */
import type { Settings } from './experiment.ts';

/** The controllers' target, nats a token. */
export const ENTROPY_TARGET = 0.1;

export interface Scale {
  readonly name: 'full' | 'quick';
  readonly settings: Settings;
}

const common: Settings = {
  preset: 'nano-arithmetic',
  stages: '[]',
  contextLength: 96,
  samplesPerPrompt: 8,
  learningRate: 1e-4,
  'entropy.mode': 'off',
  evalEvery: 0,
  checkpointEvery: 20,
  keepCheckpoints: 1,
  dumpEvery: 0,
  'eval.problems': 384,
};

/** Eighty steps of 32 prompts: about four minutes of one core a run. */
export const FULL: Scale = { name: 'full', settings: { ...common, steps: 80, promptsPerStep: 32 } };

/** Forty steps of 16 prompts: under a minute of one core a run. */
export const QUICK: Scale = { name: 'quick', settings: { ...common, steps: 40, promptsPerStep: 16, 'eval.problems': 0 } };

/** What an arm's run is started with. A value such as `0.5x` is that many times the scale's own. */
export function resolveSettings(scale: Scale, arm: Settings): Settings {
  const resolved: Record<string, string | number | boolean> = { ...scale.settings };
  for (const [key, value] of Object.entries(arm)) {
    const share = typeof value === 'string' ? /^([\d.]+)x$/.exec(value) : null;
    resolved[key] = share ? Math.max(1, Math.round(Number(share[1]) * Number(scale.settings[key]))) : value;
  }
  return resolved;
}
