import type { Experiment } from '../experiment.ts';
import { ON_POLICY } from './settings.ts';

export const narrowData: Experiment = {
  name: 'narrow-data',
  source: 'ablation 1',
  claim: 'On a narrow set of problems accuracy on new ones rises less and falls back, where a broad set keeps improving.',
  scaling: 'Two public mixtures become 96 problems seen again and again (27 times in 80 steps) against problems that are always new.',
  prediction: 'None written down.',
  arms: [
    { name: 'always new', settings: ON_POLICY },
    { name: '96 problems', settings: { problemsSeen: 96 } },
  ],
  tests: [
    {
      measure: 'final-1',
      left: 'always new',
      right: '96 problems',
      margin: 0.02,
      says: 'held-out accuracy ends more than two points higher with new problems',
    },
  ],
};

export const labelNoise: Experiment = {
  name: 'label-noise',
  source: 'ablation 1, its second part',
  claim: 'RL tolerates a little label noise: a tenth of the problems with a wrong answer changes the end little.',
  scaling:
    'A subset with doubtful answers becomes a fixed tenth, or three tenths, of the training problems whose recorded answer is off by one; held-out problems keep theirs.',
  prediction: 'None written down.',
  arms: [
    { name: 'clean', settings: ON_POLICY },
    { name: '10 % wrong', settings: { wrongAnswers: 0.1 } },
    { name: '30 % wrong', settings: { wrongAnswers: 0.3 } },
  ],
  tests: [
    {
      measure: 'final-1',
      left: '10 % wrong',
      right: 'clean',
      margin: 0,
      equivalence: 0.04,
      says: 'held-out accuracy ends within four points with a tenth of wrong answers',
    },
  ],
};
