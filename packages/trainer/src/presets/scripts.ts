import type { Preset } from './preset.ts';
import { PARAMETERS_7B, PARAMETERS_32B } from './report.ts';

/**
 * The six released training scripts: 7B and 32B at 8K, 16K and 32K, all with 256 prompts, one optimizer step, groups of 16, the released
 * code's entropy controller (delta 1e-4, coefficient within [0, 0.005]) and its loss weighting. They name no number of steps, only an
 * upper bound of 30 epochs.
 */
export const scriptPresets: readonly Preset[] = (['7b', '32b'] as const).flatMap((size) =>
  [8, 16, 32].map((thousands): Preset => {
    const name = `or1-${size}-script-${thousands}k`;
    return {
      name,
      title: `the released ${size} script at T ${thousands * 1024}: 256 x 16, entropy control as released`,
      source: `released training script ${size}_${thousands}k of the Skywork-OR1 repository, commit 64e96af`,
      nominalParameters: size === '7b' ? PARAMETERS_7B : PARAMETERS_32B,
      layer: {
        preset: name,
        epochs: 30,
        seed: 1,
        learningRate: 1e-6,
        contextLength: thousands * 1024,
        promptLengthCap: 2048,
        promptsPerStep: 256,
        samplesPerPrompt: 16,
        miniBatches: 1,
        reuse: 1,
        temperature: 1,
        clip: { low: 0.2, high: 0.2 },
        kl: { beta: 0 },
        truncation: 'none',
        lossNormalization: 'released',
        rejection: 'released',
        entropy: { mode: 'adaptive-released', target: 0.2, delta: 0.0001, min: 0, max: 0.005, coefficient: 0 },
        stageFilter: 'off',
        evalEvery: 20,
        checkpointEvery: 20,
        eval: { samples: 8, temperatures: [0.6, 1] },
      },
    };
  }),
);
