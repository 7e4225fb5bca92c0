import type { ConfigurationLayer, StageConfiguration } from '../configuration/schema.ts';
import type { Preset } from './preset.ts';

/** DeepSeek-R1-Distill-Qwen-7B and -32B, from which the report's models start. */
export const PARAMETERS_7B = 7.6e9;
export const PARAMETERS_32B = 32.8e9;

interface Row {
  readonly model: 'or1-math-7b' | 'or1-7b' | 'or1-32b';
  /** As the report numbers it; 3.5 is its name for the last stage of Math-7B. */
  readonly stage: string;
  readonly from: number;
  readonly to: number;
  readonly contextLength: number;
  readonly promptsPerStep: number;
  readonly miniBatchPrompts: number;
  readonly samplesPerPrompt: number;
}

/** The stage table of section 8.1; context lengths in tokens (8K = 8192). */
const REPORT_ROWS: readonly Row[] = [
  row('or1-math-7b', '1', 0, 740, 8, 256, 128, 16),
  row('or1-math-7b', '2', 740, 1740, 16, 256, 128, 16),
  row('or1-math-7b', '3', 1740, 2080, 32, 256, 128, 16),
  row('or1-math-7b', '3.5', 2080, 2160, 32, 128, 64, 64),
  row('or1-7b', '1', 0, 660, 16, 256, 256, 16),
  row('or1-7b', '2', 660, 1320, 32, 160, 160, 32),
  row('or1-32b', '1', 0, 760, 16, 256, 256, 16),
  row('or1-32b', '2', 760, 1130, 24, 160, 160, 32),
];

function row(
  model: Row['model'],
  stage: string,
  from: number,
  to: number,
  thousands: number,
  promptsPerStep: number,
  miniBatchPrompts: number,
  samplesPerPrompt: number,
): Row {
  return { model, stage, from, to, contextLength: thousands * 1024, promptsPerStep, miniBatchPrompts, samplesPerPrompt };
}

/** Section 8.1 for every stage: constant learning rate 1e-6, clip 0.2, target entropy 0.2, temperature 1, no KL term, no mask. */
const common: ConfigurationLayer = {
  learningRate: 1e-6,
  clip: { low: 0.2, high: 0.2 },
  temperature: 1,
  promptLengthCap: 2048,
  truncation: 'none',
  kl: { beta: 0 },
  entropy: { mode: 'adaptive-paper', target: 0.2, delta: 0.005, min: 0, max: null, coefficient: 0 },
  evalEvery: 20,
  checkpointEvery: 20,
  eval: { samples: 8, temperatures: [0.6, 1] },
};

/** Checkpoints that were released: the end of the schedule, but step 1000 for 32B, chosen before the stage's end at 1130. */
const selectedSteps = { 'or1-math-7b': 2160, 'or1-7b': 1320, 'or1-32b': 1000 } as const;

const nominalParameters = { 'or1-math-7b': PARAMETERS_7B, 'or1-7b': PARAMETERS_7B, 'or1-32b': PARAMETERS_32B } as const;

function stageOf(entry: Row): StageConfiguration {
  return {
    steps: entry.to - entry.from,
    contextLength: entry.contextLength,
    promptsPerStep: entry.promptsPerStep,
    samplesPerPrompt: entry.samplesPerPrompt,
    miniBatches: entry.promptsPerStep / entry.miniBatchPrompts,
  };
}

function rowName(entry: Row): string {
  return `${entry.model}-stage-${entry.stage}`;
}

const rowPresets: readonly Preset[] = REPORT_ROWS.map((entry) => ({
  name: rowName(entry),
  title: `stage ${entry.stage} of ${entry.model} alone: T ${entry.contextLength}, ${entry.promptsPerStep} x ${entry.samplesPerPrompt}`,
  source: 'Skywork-OR1 report (arXiv 2505.22312 v2), section 8.1, stage table',
  nominalParameters: nominalParameters[entry.model],
  layer: { preset: rowName(entry), ...common, stages: [stageOf(entry)] },
}));

const schedulePresets: readonly Preset[] = (['or1-math-7b', 'or1-7b', 'or1-32b'] as const).map((model) => {
  const rows = REPORT_ROWS.filter((entry) => entry.model === model);
  return {
    name: model,
    title: `the report's schedule of ${model}: T ${rows.map((entry) => entry.contextLength).join(', then ')}`,
    source: 'Skywork-OR1 report (arXiv 2505.22312 v2), section 8.1; the released checkpoint is the selected step',
    nominalParameters: nominalParameters[model],
    layer: { preset: model, ...common, selectedStep: selectedSteps[model], stages: rows.map(stageOf) },
  };
});

/** Section 4.1: the baseline of the ablations. */
const baseline: Preset = {
  name: 'or1-7b-baseline',
  title: "the baseline of the report's entropy ablations: 64 x 16 on-policy, T 16384, no entropy control",
  source: 'Skywork-OR1 report (arXiv 2505.22312 v2), section 4.1: D_R 64, D_T 64, N_reuse 1, group 16, T 16K, 2700 steps',
  nominalParameters: PARAMETERS_7B,
  layer: {
    preset: 'or1-7b-baseline',
    ...common,
    steps: 2700,
    contextLength: 16_384,
    promptsPerStep: 64,
    miniBatches: 1,
    reuse: 1,
    samplesPerPrompt: 16,
    entropy: { mode: 'off' },
  },
};

export const reportPresets: readonly Preset[] = [...schedulePresets, ...rowPresets, baseline];
