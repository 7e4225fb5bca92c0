import type { Experiment } from '../experiment.ts';
import { ADAPTIVE, FOUR_MINI_BATCHES, ON_POLICY, TWO_MINI_BATCHES } from './settings.ts';

export const sgdSteps: Experiment = {
  name: 'sgd-steps',
  source: 'ablation 6',
  claim: 'More optimizer steps on one rollout buffer, by mini-batches or by reuse, make entropy fall faster and end lower in accuracy.',
  scaling:
    '(1,64,64,1), (2,64,32,1), (2,64,64,2), (4,64,16,1), (4,64,64,4) become (1,32,32,1), (2,32,16,1), (2,32,32,2), (4,32,8,1), (4,32,32,4).',
  prediction:
    'Faster for twenty steps, entropy half as high at step 20, about equal late; five points lower at the end with four steps, none with two.',
  arms: [
    { name: 'on-policy', settings: ON_POLICY },
    { name: '2 mini-batches', settings: TWO_MINI_BATCHES },
    { name: '2 passes', settings: { reuse: 2 } },
    { name: '4 mini-batches', settings: FOUR_MINI_BATCHES },
    { name: '4 passes', settings: { reuse: 4 } },
  ],
  quick: ['on-policy', '2 mini-batches', '4 mini-batches'],
  tests: [
    {
      measure: 'early-entropy',
      left: 'on-policy',
      right: '4 mini-batches',
      margin: 0.01,
      says: 'in the second quarter on-policy entropy is higher than with four mini-batches, by more than 0.01 nats',
    },
    {
      measure: 'end-accuracy',
      left: 'on-policy',
      right: '4 mini-batches',
      margin: 0,
      says: 'on-policy ends higher in accuracy than four mini-batches',
    },
  ],
};

export const sameUpdateSize: Experiment = {
  name: 'same-update-size',
  source: 'ablation 7',
  claim:
    'At the same size of an optimizer step, on-policy training keeps its entropy and wins: stale data, not small batches, is to blame.',
  scaling:
    '(1,32,32,1), (1,16,16,1) against (2,64,32,1), (4,64,16,1) become (1,16,16,1) for 160 steps and (1,8,8,1) for 320 against (2,32,16,1) and (4,32,8,1) for 80: equal tokens and equal updates.',
  prediction: 'Not seen: on-policy with small batches ends as low or lower. Here the harm is the many noisy steps.',
  arms: [
    { name: 'on-policy, half batches', settings: { promptsPerStep: '0.5x', steps: '2x' } },
    { name: 'on-policy, quarter batches', settings: { promptsPerStep: '0.25x', steps: '4x' } },
    { name: '2 mini-batches', settings: TWO_MINI_BATCHES },
    { name: '4 mini-batches', settings: FOUR_MINI_BATCHES },
  ],
  tests: [
    {
      measure: 'end-accuracy',
      left: 'on-policy, quarter batches',
      right: '4 mini-batches',
      margin: 0,
      says: 'on-policy with quarter batches ends higher than four mini-batches of a full one',
    },
    {
      measure: 'early-entropy',
      left: 'on-policy, quarter batches',
      right: '4 mini-batches',
      margin: 0.01,
      says: 'and its entropy in the second quarter of the run is higher by more than 0.01 nats',
    },
  ],
};

export const adaptiveOffPolicy: Experiment = {
  name: 'adaptive-off-policy',
  source: 'ablation 9',
  claim: 'With four optimizer steps a buffer, adaptive entropy control prevents the collapse and tests better.',
  scaling: '(4,64,16,1) with target 0.2 becomes (4,32,8,1) with target 0.1, delta 0.005 and a cap of 0.1.',
  prediction: 'Entropy is held, accuracy is slightly worse.',
  arms: [
    { name: '4 mini-batches', settings: FOUR_MINI_BATCHES },
    { name: '4 mini-batches, adaptive', settings: { ...FOUR_MINI_BATCHES, ...ADAPTIVE } },
  ],
  tests: [
    {
      measure: 'end-entropy',
      left: '4 mini-batches, adaptive',
      right: '4 mini-batches',
      margin: 0.01,
      says: 'entropy ends more than 0.01 nats higher with the controller',
    },
    {
      measure: 'end-accuracy',
      left: '4 mini-batches, adaptive',
      right: '4 mini-batches',
      margin: 0,
      says: 'accuracy ends higher with the controller',
    },
  ],
};

export const clipHigher: Experiment = {
  name: 'clip-higher',
  source: 'ablation 10',
  claim:
    'A higher upper clip bound slows the collapse of off-policy training, and a still higher one makes entropy rise sharply without a gain.',
  scaling: '(4,64,16,1) becomes (4,32,8,1); upper bounds 0.2, 0.25, 0.28 and, since few tokens are clipped here, 0.6.',
  prediction: 'No gain; one token in a thousand is clipped, so the bound hardly matters.',
  arms: [
    { name: 'upper 0.2', settings: FOUR_MINI_BATCHES },
    { name: 'upper 0.25', settings: { ...FOUR_MINI_BATCHES, 'clip.high': 0.25 } },
    { name: 'upper 0.28', settings: { ...FOUR_MINI_BATCHES, 'clip.high': 0.28 } },
    { name: 'upper 0.6', settings: { ...FOUR_MINI_BATCHES, 'clip.high': 0.6 } },
  ],
  tests: [
    {
      measure: 'end-entropy',
      left: 'upper 0.25',
      right: 'upper 0.2',
      margin: 0.002,
      says: 'with 0.25 entropy ends more than 0.002 nats higher than with 0.2',
    },
    { measure: 'end-accuracy', left: 'upper 0.25', right: 'upper 0.2', margin: 0, says: 'with 0.25 accuracy ends higher than with 0.2' },
  ],
};
