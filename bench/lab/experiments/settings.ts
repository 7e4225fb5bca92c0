/** Settings that several experiments share. `0.25x` stands for a quarter of the scale's own value. */
import type { Settings } from '../experiment.ts';
import { ENTROPY_TARGET } from '../scale.ts';

export const ON_POLICY: Settings = {};

/** (2, D_R, D_R/2, 1) and (4, D_R, D_R/4, 1): several optimizer steps on parts of one rollout buffer. */
export const TWO_MINI_BATCHES: Settings = { miniBatches: 2 };
export const FOUR_MINI_BATCHES: Settings = { miniBatches: 4 };

/** The report's step rule, with the lab's target and cap. */
export const ADAPTIVE: Settings = {
  'entropy.mode': 'adaptive-paper',
  'entropy.target': ENTROPY_TARGET,
  'entropy.delta': 0.005,
  'entropy.max': 0.1,
};

export const constant = (coefficient: number): Settings => ({ 'entropy.mode': 'constant', 'entropy.coefficient': coefficient });
