import type { Experiment } from '../experiment.ts';
import { ON_POLICY } from './settings.ts';

export const temperature: Experiment = {
  name: 'temperature',
  source: 'ablation 4',
  claim: 'Sampling at 0.6 starts at a lower entropy, learns less and ends lower than sampling at 1, even when both are tested at 0.6.',
  scaling: 'As in the report; tested on held-out problems at both temperatures.',
  prediction: 'Entropy 0.07 against 0.22 at the start; tested at 0.6 about equal, tested at 1 eight points worse.',
  arms: [
    { name: 'temperature 1', settings: ON_POLICY },
    { name: 'temperature 0.6', settings: { temperature: 0.6 } },
  ],
  tests: [
    {
      measure: 'first-entropy',
      left: 'temperature 1',
      right: 'temperature 0.6',
      margin: 0.05,
      says: 'entropy starts more than 0.05 nats lower at 0.6',
    },
    { measure: 'final-0.6', left: 'temperature 1', right: 'temperature 0.6', margin: 0, says: 'tested at 0.6, sampling at 1 ends higher' },
  ],
};

export const diversity: Experiment = {
  name: 'diversity',
  source: 'section 4.3',
  claim: 'On-policy, neither a smaller rollout batch nor a smaller group changes how entropy falls.',
  scaling: 'D_R 64/32/16 and groups of 16/8/4 become 32/16/8 prompts and groups of 16/8/4.',
  prediction: 'None written down.',
  arms: [
    { name: '32 x 8', settings: ON_POLICY },
    { name: '16 x 8', settings: { promptsPerStep: '0.5x' } },
    { name: '8 x 8', settings: { promptsPerStep: '0.25x' } },
    { name: '32 x 4', settings: { samplesPerPrompt: 4 } },
    { name: '32 x 16', settings: { samplesPerPrompt: 16 } },
  ],
  tests: ['16 x 8', '8 x 8', '32 x 4', '32 x 16'].map((right) => ({
    measure: 'end-entropy',
    left: '32 x 8',
    right,
    margin: 0,
    equivalence: 0.03,
    says: `entropy with ${right} ends within 0.03 nats of 32 x 8`,
  })),
};

export const batchSize: Experiment = {
  name: 'batch-size',
  source: 'ablation 11',
  claim: 'After the same number of steps a larger rollout batch is better.',
  scaling: 'D_R 64/32/16 become 32/16/8 prompts; the report pays for the larger ones with more GPUs, here with time.',
  prediction: 'None written down.',
  arms: [
    { name: '32 prompts', settings: ON_POLICY },
    { name: '16 prompts', settings: { promptsPerStep: '0.5x' } },
    { name: '8 prompts', settings: { promptsPerStep: '0.25x' } },
  ],
  tests: [
    { measure: 'end-accuracy', left: '32 prompts', right: '16 prompts', margin: 0, says: '32 prompts end higher than 16' },
    { measure: 'end-accuracy', left: '16 prompts', right: '8 prompts', margin: 0, says: '16 prompts end higher than 8' },
  ],
};

export const groupSize: Experiment = {
  name: 'group-size',
  source: 'ablation 12',
  claim: 'After the same number of steps a larger group is better.',
  scaling: 'Groups of 16/8/4 as in the report.',
  prediction: 'Groups of 16 and 8 end alike.',
  arms: [
    { name: 'groups of 16', settings: { samplesPerPrompt: 16 } },
    { name: 'groups of 8', settings: ON_POLICY },
    { name: 'groups of 4', settings: { samplesPerPrompt: 4 } },
  ],
  tests: [
    { measure: 'end-accuracy', left: 'groups of 16', right: 'groups of 8', margin: 0, says: 'groups of 16 end higher than groups of 8' },
    { measure: 'end-accuracy', left: 'groups of 8', right: 'groups of 4', margin: 0, says: 'groups of 8 end higher than groups of 4' },
  ],
};
