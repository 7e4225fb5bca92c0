import { describe, expect, test } from 'bun:test';
import { nanoPresets } from '@or1/nano';
import { resolveConfiguration } from '../configuration/resolve.ts';
import { resolveStages, settleSteps } from '../configuration/stages.ts';
import { PRESETS } from './index.ts';

const resolve = (preset: string, ...assignments: string[]) => resolveConfiguration({ preset, fallbackPreset: 'nano', assignments });

/** Section 8.1 of the report, written out once more: first and last step, T in thousands, prompts, mini-batch, group, N_SGD. */
const TABLE: Record<string, [from: number, to: number, k: number, batch: number, mini: number, group: number, sgd: number][]> = {
  'or1-math-7b': [
    [0, 740, 8, 256, 128, 16, 2],
    [740, 1740, 16, 256, 128, 16, 2],
    [1740, 2080, 32, 256, 128, 16, 2],
    [2080, 2160, 32, 128, 64, 64, 2],
  ],
  'or1-7b': [
    [0, 660, 16, 256, 256, 16, 1],
    [660, 1320, 32, 160, 160, 32, 1],
  ],
  'or1-32b': [
    [0, 760, 16, 256, 256, 16, 1],
    [760, 1130, 24, 160, 160, 32, 1],
  ],
};

describe("the report's schedules", () => {
  test.each(Object.entries(TABLE))('%s has the stages of the table', (name, rows) => {
    const stages = resolveStages(resolve(name));
    expect(
      stages.map(({ start, end, contextLength, promptsPerStep, samplesPerPrompt, miniBatches }) => [
        start,
        end,
        contextLength / 1024,
        promptsPerStep,
        promptsPerStep / miniBatches,
        samplesPerPrompt,
        miniBatches,
      ]),
    ).toEqual(rows);
  });

  test('there is one preset for each of the eight rows', () => {
    const names = ['1', '2', '3', '3.5'].map((stage) => `or1-math-7b-stage-${stage}`);
    names.push('or1-7b-stage-1', 'or1-7b-stage-2', 'or1-32b-stage-1', 'or1-32b-stage-2');
    const rows = Object.values(TABLE).flat();
    names.forEach((name, index) => {
      const [from, to, k, batch, , group, sgd] = rows[index]!;
      const expected = {
        start: 0,
        end: to - from,
        contextLength: k * 1024,
        promptsPerStep: batch,
        samplesPerPrompt: group,
        miniBatches: sgd,
      };
      expect(resolveStages(resolve(name))).toMatchObject([expected]);
    });
  });

  test.each([...Object.keys(TABLE), 'or1-math-7b-stage-3.5'])('%s has the common values of section 8.1', (name) => {
    expect(resolve(name)).toMatchObject({
      learningRate: 1e-6,
      warmupSteps: 0,
      clip: { low: 0.2, high: 0.2 },
      temperature: 1,
      reuse: 1,
      kl: { beta: 0 },
      truncation: 'none',
      rejection: 'report',
      lossNormalization: 'report',
      advantage: { normalize: true },
      promptLengthCap: 2048,
      entropy: { mode: 'adaptive-paper', target: 0.2, delta: 0.005, min: 0, max: null, coefficient: 0 },
      optimizer: { beta1: 0.9, beta2: 0.999, weightDecay: 0.01, gradientClip: 1 },
      importanceSampling: { cap: 0 },
      overlong: { buffer: 0 },
    });
  });

  test('the released checkpoint is the last step, but 1000 for 32B', () => {
    expect(resolve('or1-math-7b').selectedStep).toBe(2160);
    expect(resolve('or1-7b').selectedStep).toBe(1320);
    expect(resolve('or1-32b').selectedStep).toBe(1000);
  });

  test('steps cut a schedule where they say', () => {
    expect(resolveStages(resolve('or1-7b', 'steps=12'))).toMatchObject([{ start: 0, end: 12, contextLength: 16_384 }]);
    expect(resolveStages(resolve('or1-7b', 'steps=661'))).toMatchObject([{ end: 660 }, { start: 660, end: 661, promptsPerStep: 160 }]);
  });

  test('the baseline of the ablations: (N_SGD, D_R, D_T, N_reuse) = (1, 64, 64, 1), 2700 steps, no entropy control', () => {
    const baseline = resolve('or1-7b-baseline');
    expect(baseline).toMatchObject({
      steps: 2700,
      promptsPerStep: 64,
      miniBatches: 1,
      reuse: 1,
      samplesPerPrompt: 16,
      contextLength: 16_384,
    });
    expect(baseline).toMatchObject({ temperature: 1, learningRate: 1e-6, kl: { beta: 0 }, entropy: { mode: 'off' }, eval: { samples: 8 } });
  });
});

describe('the released scripts', () => {
  test.each(['7b', '32b'].flatMap((size) => [8, 16, 32].map((k) => [`or1-${size}-script-${k}k`, k] as const)))('%s', (name, k) => {
    const script = resolve(name);
    expect(script).toMatchObject({
      contextLength: k * 1024,
      promptsPerStep: 256,
      samplesPerPrompt: 16,
      miniBatches: 1,
      learningRate: 1e-6,
      temperature: 1,
      epochs: 30,
      seed: 1,
      evalEvery: 20,
      checkpointEvery: 20,
      lossNormalization: 'released',
      rejection: 'released',
      stageFilter: 'off',
      eval: { samples: 8, temperatures: [0.6, 1] },
      entropy: { mode: 'adaptive-released', target: 0.2, delta: 0.0001, min: 0, max: 0.005, coefficient: 0 },
    });
    expect(settleSteps(script, 2560).steps).toBe(300);
  });
});

describe('nano', () => {
  test('a nano preset is what the nano package says, over the defaults', () => {
    const { run, base, problems } = nanoPresets.nano;
    const nano = resolve('nano');
    expect(nano).toMatchObject({
      model: base,
      problems,
      learningRate: run.learningRate,
      promptsPerStep: run.promptsPerStep,
      seed: run.seed,
    });
    expect(nano.entropy).toEqual({ ...run.entropy, coefficient: 0 });
    expect(nano.optimizer.weightDecay).toBe(0.01);
    expect(resolveStages(nano).map(({ start, end, contextLength }) => [end - start, contextLength])).toEqual(
      run.stages.map(({ steps, contextLength }) => [steps, contextLength]),
    );
  });

  test('every preset resolves under its own name', () => {
    for (const [name, preset] of PRESETS) {
      expect(preset.name).toBe(name);
      expect(resolve(name).preset).toBe(name);
    }
  });
});
