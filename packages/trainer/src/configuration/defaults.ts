import { AUTOMATIC_MEMORY, type RunConfiguration } from './schema.ts';

/**
 * What holds where no preset, file or flag says otherwise: the report's common values (section 8.1: learning rate 1e-6, clip 0.2,
 * target entropy 0.2, temperature 1, no KL term, no advantage mask; section 3.2.5: delta 0.005, c_0 = 0) and, where the report is
 * silent, the released code's (betas, weight decay 0.01, gradient clip 1, prompt cap 2048, evaluation and checkpoint every 20 steps, 8
 * evaluation samples at temperatures 0.6 and 1, seed 1).
 */
export const DEFAULTS: RunConfiguration = {
  preset: 'none',
  model: null,
  problems: null,
  data: [],
  evalData: [],
  columns: 'auto',
  reward: 'auto',
  judgeTruncated: false,
  steps: null,
  epochs: null,
  seed: 1,
  evalEvery: 20,
  checkpointEvery: 20,
  keepCheckpoints: 2,
  selectedStep: null,
  dumpEvery: 1,
  promptsPerStep: 256,
  samplesPerPrompt: 16,
  contextLength: 8192,
  promptLengthCap: 2048,
  temperature: 1,
  learningRate: 1e-6,
  warmupSteps: 0,
  miniBatches: 1,
  reuse: 1,
  clip: { low: 0.2, high: 0.2 },
  advantage: { normalize: true },
  lossNormalization: 'report',
  rejection: 'report',
  truncation: 'none',
  overlong: { buffer: 0, penalty: 1 },
  kl: { beta: 0 },
  importanceSampling: { cap: 0 },
  entropy: { mode: 'adaptive-paper', target: 0.2, delta: 0.005, min: 0, max: null, coefficient: 0 },
  optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, gradientClip: 1 },
  eval: { samples: 8, problems: 1_000_000, temperatures: [0.6, 1] },
  stageFilter: 'last',
  memory: AUTOMATIC_MEMORY,
  stages: [],
};
