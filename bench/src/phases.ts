import type { WasmDevice } from '@or1/compute';
import type { TrainingGroup } from '@or1/model';
import type { GenerationPrompt } from '@or1/rollout';
import { type BenchOptions, type Row, row, threadCount } from './bench.ts';
import { withDevice } from './measure/ceiling.ts';
import { repeatRounds, type Turns } from './measure/interleave.ts';
import { type MeasuredModel, miniModel, nanoModel, type OpenedModel, openOnDevice, uniform } from './models.ts';
import { generationRequest, groupsOf, SAMPLES } from './problems.ts';
import { meanWeights } from './train-pass.ts';

export const name = 'phases';

export interface PhaseSizes {
  readonly prompts: number;
  readonly samples: number;
  readonly promptTokens: number;
  readonly responseTokens: number;
}

const SIZES: readonly PhaseSizes[] = [
  { prompts: 1, samples: 1, promptTokens: 64, responseTokens: 64 },
  { prompts: 8, samples: SAMPLES, promptTokens: 64, responseTokens: 64 },
  { prompts: 32, samples: SAMPLES, promptTokens: 16, responseTokens: 160 },
];
const TURNS: Turns = { rounds: 9, warmUp: 2, budgetMs: 20_000 };
const PHASES = ['prefill', 'decode', 'score', 'backward', 'optimizer'] as const;

/** Prompts of random tokens, none of them an end token. */
function randomPrompts({ config }: MeasuredModel, { prompts, promptTokens }: PhaseSizes, seed: number): readonly GenerationPrompt[] {
  const random = uniform(seed);
  const first = config.endTokens.reduce((least, token) => Math.min(least, token), config.vocabularySize);
  return Array.from({ length: prompts }, (_, key) => ({
    tokens: Uint32Array.from({ length: promptTokens }, () => Math.floor(random() * first)),
    key,
  }));
}

const ADAM = {
  learningRate: 0,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
  correction1: 0.1,
  correction2: 0.001,
  gradientScale: 1,
};

async function seconds(work: () => void | Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** The backward pass by itself: weights are asked for when the forward pass is done, and a call runs one group, one micro-batch. */
async function backwardSeconds({ learner, scoring }: OpenedModel, groups: readonly TrainingGroup[]): Promise<number> {
  learner.zeroGradients();
  let sum = 0;
  for (const group of groups) {
    const weights = meanWeights([group]);
    let forwardEnd = 0;
    await learner.accumulate([group], scoring, () => {
      forwardEnd = performance.now();
      return weights;
    });
    sum += performance.now() - forwardEnd;
  }
  return sum / 1000;
}

/** The phases of one step, each timed by itself; tokens a second. */
async function timePhases(opened: OpenedModel, prompts: readonly GenerationPrompt[], sizes: PhaseSizes, seed: number, step: number) {
  const { engine, learner, network, scoring } = opened;
  const { samples: samplesPerPrompt, responseTokens: contextLength } = sizes;
  const { suppressTokens } = scoring;
  const generated = await engine.generate(
    generationRequest(prompts, { samplesPerPrompt, contextLength, stopTokens: [], suppressTokens, seed, step }),
  );
  const groups = groupsOf(prompts, generated);
  const tokens = generated.generatedTokens;
  return {
    prefill: (generated.promptTokens / generated.prefillMs) * 1000,
    decode: (tokens / generated.decodeMs) * 1000,
    score: tokens / (await seconds(async () => void (await learner.score(groups, scoring)))),
    backward: tokens / (await backwardSeconds(opened, groups)),
    optimizer:
      tokens /
      (await seconds(() => {
        learner.applyAdamW(ADAM);
        return network.device.flush();
      })),
  };
}

/** Every phase of one model, and the memory that its arenas hold. */
export async function measurePhases(
  device: WasmDevice,
  model: MeasuredModel,
  sizes: PhaseSizes,
  turns: Turns,
  seed: number,
): Promise<Row[]> {
  const opened = await openOnDevice(device, model, { promptCapacity: sizes.promptTokens, contextLength: sizes.responseTokens });
  const prompts = randomPrompts(model, sizes, seed);
  const measured = await repeatRounds((round) => timePhases(opened, prompts, sizes, seed, round + turns.warmUp), turns);
  const batch = `${sizes.prompts}x${sizes.samples}, ${sizes.promptTokens} + ${sizes.responseTokens} tokens`;
  const threads = threadCount(device.threads);
  return [
    ...PHASES.map((phase) => {
      const { median, best, spread, repetitions } = measured[phase];
      return row(name, `${model.name}, ${phase}, ${batch}, ${threads}`, median, 'tokens/s', { best, spread, repetitions });
    }),
    ...device.arenas().map((arena) => row(name, `${model.name}, arena ${arena.name}, ${batch}, ${threads}`, arena.bytes, 'bytes')),
  ];
}

/**
 * Tokens a second of each phase at two sizes (prompt tokens for prefill, response tokens for the rest), and the memory of each arena as
 * the trainer sizes it: the nano, and a random model of 5.8 M parameters.
 */
export async function run({ threads, seed, say }: BenchOptions): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const nano = await nanoModel();
  const counts = threads === 1 ? [1] : [1, threads];
  // The larger model at one size: it shows how the phases scale, and its longer batches would take minutes.
  const plans = [
    ...counts.flatMap((count) => SIZES.map((sizes) => ({ model: nano, sizes, count }))),
    { model: miniModel(seed), sizes: SIZES[1]!, count: threads },
  ];
  for (const { model, sizes, count } of plans) {
    const measured = await withDevice(count, (device) => measurePhases(device, model, sizes, TURNS, seed));
    rows.push(...measured);
    for (const { shape, value, unit } of measured) say(`phases ${shape}: ${value.toFixed(0)} ${unit}`);
  }
  return rows;
}
