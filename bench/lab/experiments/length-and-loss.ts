import type { Experiment } from '../experiment.ts';
import { ON_POLICY } from './settings.ts';

/** The base that searches at length, on Countdown: the report's own regime of responses that a short limit cuts. */
const LONG_SEARCH = { preset: 'nano-multistage', promptsPerStep: '0.5x' } as const;

export const multiStage: Experiment = {
  name: 'multi-stage',
  source: 'ablation 2',
  claim: 'A short context first, then a long one, ends as high as the long one from the start and samples fewer tokens.',
  scaling: '16K against 8K -> 16K becomes T = 160 against 64 -> 160 half-way, on Countdown from the base that searches at length.',
  prediction: 'The same end with about a quarter fewer sampled tokens.',
  arms: [
    { name: 'one stage', settings: { ...LONG_SEARCH, contextLength: 160 } },
    { name: 'two stages', settings: { ...LONG_SEARCH, stages: '[{"steps":40,"contextLength":64},{"steps":40,"contextLength":160}]' } },
  ],
  tests: [
    {
      measure: 'end-accuracy',
      left: 'two stages',
      right: 'one stage',
      margin: 0,
      equivalence: 0.04,
      says: 'accuracy ends within four points of one stage',
    },
    { measure: 'generated', left: 'one stage', right: 'two stages', margin: 0.1, says: 'one stage samples at least 0.1M tokens more' },
  ],
};

export const truncationMask: Experiment = {
  name: 'truncation-mask',
  source: 'ablation 3',
  claim:
    'Masking truncated responses before advantages are computed raises accuracy among whole responses and lowers it over all; no mask is best.',
  scaling: '8K with about 40 % truncated becomes T = 32 for arithmetic, where about as many are.',
  prediction: 'None written down.',
  arms: [
    { name: 'no mask', settings: { contextLength: 32 } },
    { name: 'mask before', settings: { contextLength: 32, truncation: 'before' } },
    { name: 'mask after', settings: { contextLength: 32, truncation: 'after' } },
  ],
  tests: [
    {
      measure: 'end-accuracy',
      left: 'no mask',
      right: 'mask before',
      margin: 0.01,
      says: 'no mask ends more than a point higher over all responses',
    },
    {
      measure: 'end-truncated',
      left: 'mask before',
      right: 'no mask',
      margin: 0.02,
      says: 'with the mask more responses are cut off, by two points',
    },
  ],
};

export const klPenalty: Experiment = {
  name: 'kl-penalty',
  source: 'ablation 5',
  claim: 'A KL penalty pulls the policy back to its start and stalls accuracy.',
  scaling: '1e-3 becomes 0.05 and 0.2: the divergence of the small model is per-token tiny, and 1e-3 of it would not be felt.',
  prediction: 'None written down.',
  arms: [
    { name: 'beta 0', settings: ON_POLICY },
    { name: 'beta 0.05', settings: { 'kl.beta': 0.05 } },
    { name: 'beta 0.2', settings: { 'kl.beta': 0.2 } },
  ],
  tests: [
    {
      measure: 'end-accuracy',
      left: 'beta 0',
      right: 'beta 0.2',
      margin: 0.02,
      says: 'beta 0 ends more than two points higher than beta 0.2',
    },
  ],
};

export const noNormalisation: Experiment = {
  name: 'dr-grpo',
  source: 'beyond the report',
  claim: 'Leaving out the group standard deviation (Dr. GRPO) ends at the same accuracy.',
  scaling: 'As it is.',
  prediction: 'One to two points lower in single runs.',
  arms: [
    { name: 'normalised', settings: ON_POLICY },
    { name: 'not normalised', settings: { 'advantage.normalize': false } },
  ],
  tests: [
    {
      measure: 'end-accuracy',
      left: 'not normalised',
      right: 'normalised',
      margin: 0,
      equivalence: 0.03,
      says: 'accuracy ends within three points',
    },
  ],
};
