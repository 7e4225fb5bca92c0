import type { Experiment } from '../experiment.ts';
import { labelNoise, narrowData } from './data.ts';
import { adaptiveControl, constantCoefficient, controlsCompared, dataSensitivity } from './entropy-control.ts';
import { klPenalty, multiStage, noNormalisation, truncationMask } from './length-and-loss.ts';
import { adaptiveOffPolicy, clipHigher, sameUpdateSize, sgdSteps } from './off-policy.ts';
import { batchSize, diversity, groupSize, temperature } from './sampling.ts';

/** In the order of the report's ablations, then section 4's studies, then what goes beyond. */
export const EXPERIMENTS: readonly Experiment[] = [
  narrowData,
  labelNoise,
  multiStage,
  truncationMask,
  temperature,
  klPenalty,
  sgdSteps,
  sameUpdateSize,
  constantCoefficient,
  adaptiveOffPolicy,
  clipHigher,
  batchSize,
  groupSize,
  diversity,
  dataSensitivity,
  adaptiveControl,
  controlsCompared,
  noNormalisation,
];
