import type { Experiment } from '../experiment.ts';
import { ADAPTIVE, constant, ON_POLICY, TWO_MINI_BATCHES } from './settings.ts';

export const constantCoefficient: Experiment = {
  name: 'constant-coefficient',
  source: 'ablation 8',
  claim: 'No constant entropy coefficient is safe: small ones do not stop the fall of entropy, larger ones end in its explosion.',
  scaling: '1e-4 … 1e-2 become 0.01, 0.05, 0.1 and 0.2: entropy and gradients of the small model differ by about that factor.',
  prediction: '0.01 does nothing, 0.05 holds entropy for eighty steps, 0.1 explodes by step 100, 0.2 is dead by step 40.',
  arms: [
    { name: 'no control', settings: ON_POLICY },
    { name: '0.01', settings: constant(0.01) },
    { name: '0.05', settings: constant(0.05) },
    { name: '0.1', settings: constant(0.1) },
    { name: '0.2', settings: constant(0.2) },
  ],
  quick: ['no control', '0.01', '0.2'],
  tests: [
    {
      measure: 'end-entropy',
      left: '0.01',
      right: 'no control',
      margin: 0,
      equivalence: 0.02,
      says: 'with 0.01 entropy ends within 0.02 nats of where it ends without control',
    },
    {
      measure: 'peak-entropy',
      left: '0.2',
      right: 'no control',
      margin: 0.2,
      says: 'with 0.2 entropy rises more than 0.2 nats above the highest without control',
    },
    { measure: 'end-accuracy', left: 'no control', right: '0.2', margin: 0.2, says: 'and accuracy ends more than 20 points lower' },
  ],
};

export const adaptiveControl: Experiment = {
  name: 'adaptive-control',
  source: 'section 3.2.5',
  claim: 'Adaptive control keeps entropy near its target where it falls without, at no cost in accuracy.',
  scaling: 'Target 0.2 becomes 0.1, delta 0.005 stays, and the coefficient is capped at 0.1.',
  prediction: 'Entropy 0.04 to 0.07 with a smooth coefficient against 0.02 to 0.03 without; accuracy up to four points lower.',
  arms: [
    { name: 'no control', settings: ON_POLICY },
    { name: 'adaptive', settings: ADAPTIVE },
  ],
  quick: ['no control', 'adaptive'],
  tests: [
    {
      measure: 'end-entropy',
      left: 'adaptive',
      right: 'no control',
      margin: 0.005,
      says: 'entropy ends more than 0.005 nats higher with the controller',
    },
    {
      measure: 'end-accuracy',
      left: 'adaptive',
      right: 'no control',
      margin: 0,
      equivalence: 0.03,
      says: 'accuracy ends within three points of where it ends without',
    },
  ],
};

export const dataSensitivity: Experiment = {
  name: 'data-sensitivity',
  source: 'section 4.5',
  claim: 'The same constant coefficient lets entropy fall on one set of problems and rise on another.',
  scaling: 'Two sets of mathematics become arithmetic and three-number Countdown, at the constant 0.05.',
  prediction: 'Arithmetic 0.25 -> 0.07, then rising; Countdown holds at 0.17.',
  arms: [
    { name: 'arithmetic', settings: constant(0.05) },
    { name: 'Countdown', settings: { ...constant(0.05), preset: 'nano-countdown', contextLength: 128 } },
  ],
  tests: [
    {
      measure: 'entropy-change',
      left: 'Countdown',
      right: 'arithmetic',
      margin: 0.03,
      says: 'entropy changes upward on Countdown relative to arithmetic by more than 0.03 nats',
    },
  ],
};

export const controlsCompared: Experiment = {
  name: 'controls-compared',
  source: 'beyond the report',
  claim:
    "The report's step rule ends nearer to its entropy target than a constant coefficient, clip-higher, Clip-Cov, KL-Cov and no control.",
  scaling:
    'All with two mini-batches a buffer, so that clip and KL-Cov act. Clip-Cov detaches 2 in 1,000 tokens with a covariance of 1 to 5, KL-Cov holds 2 in 1,000.',
  prediction: 'The step rule is the only one that aims at a value; the others move entropy little at this scale.',
  arms: [
    { name: 'no control', settings: TWO_MINI_BATCHES },
    { name: 'step rule', settings: { ...TWO_MINI_BATCHES, ...ADAPTIVE } },
    { name: 'constant 0.05', settings: { ...TWO_MINI_BATCHES, ...constant(0.05) } },
    { name: 'clip-higher', settings: { ...TWO_MINI_BATCHES, 'clip.high': 0.28 } },
    { name: 'Clip-Cov', settings: { ...TWO_MINI_BATCHES, 'covariance.mode': 'clip' } },
    { name: 'KL-Cov', settings: { ...TWO_MINI_BATCHES, 'covariance.mode': 'kl' } },
  ],
  tests: ['no control', 'constant 0.05', 'clip-higher', 'Clip-Cov', 'KL-Cov'].map((left) => ({
    measure: 'target-distance',
    left,
    right: 'step rule',
    margin: 0,
    says: `the last quarter's entropy lies further from the target with ${left} than with the step rule`,
  })),
};
