import type { RunConfiguration } from './configuration/schema.ts';
import { resolveStages } from './configuration/stages.ts';
import { describeSizes, type MemoryPlan } from './local/memory-plan.ts';

/** What an estimate knows of the model; without a plan only a preset's nominal size is at hand. */
export interface ModelSize {
  readonly parameters: number;
  readonly plan: MemoryPlan | null;
}

export interface RunEstimate {
  readonly memory_bytes: {
    readonly total: number;
    readonly parameters: number;
    readonly optimizer: number;
    readonly rollout: number | null;
    readonly learner: number | null;
  };
  readonly tokens: {
    readonly generated: number;
    readonly trained: number;
    readonly generated_at_most: number;
    readonly evaluation: number;
  };
  readonly time_s: number;
  /** What the figures rest on, one sentence each. */
  readonly assumptions: readonly string[];
}

/** Arithmetic rates in floating-point operations a second, and where they come from. */
export interface Machine {
  readonly generate: number;
  readonly train: number;
  readonly words: string;
}

/** Of one thread, taken from a run of the nano preset on a two-core machine. */
const GENERATE_FLOPS = 25e9;
const TRAIN_FLOPS = 26e9;

export function cpuMachine(threads: number): Machine {
  return {
    generate: threads * GENERATE_FLOPS,
    train: threads * TRAIN_FLOPS,
    words: `${threads} threads at ${GENERATE_FLOPS / 1e9} GFLOP/s each generating, ${TRAIN_FLOPS / 1e9} training (WebAssembly device)`,
  };
}

/** Decoding is bound by memory, training loses to attention and small kernels: shares of what one large product reaches. */
const GPU_GENERATE_SHARE = 0.1;
const GPU_TRAIN_SHARE = 0.5;

/** @param productRate of a large matrix product, measured on the device */
export function gpuMachine(productRate: number): Machine {
  return {
    generate: GPU_GENERATE_SHARE * productRate,
    train: GPU_TRAIN_SHARE * productRate,
    words: `${GPU_GENERATE_SHARE * 100} % of the ${(productRate / 1e9).toPrecision(3)} GFLOP/s that a matrix product reached here generating, ${GPU_TRAIN_SHARE * 100} % training`,
  };
}

/** Shares taken from the same run: sampled responses used 37 % of T, 69 % of their tokens were in kept groups. */
const LENGTH_SHARE = 0.4;
const KEPT_SHARE = 0.7;
const FLOAT_BYTES = 4;
/** A larger `eval.problems` stands for "all of them". */
const COUNTABLE_PROBLEMS = 100_000;

/** Floating-point operations a token: 2 a parameter to generate, 6 to train. Attention comes on top and is left out. */
const GENERATE_OPERATIONS = 2;
const TRAIN_OPERATIONS = 6;

/**
 * Memory, tokens and time of a run before it starts: arithmetic from the parameter count under the assumptions that it lists, meant to
 * tell minutes from days and megabytes from gigabytes.
 */
export function estimateRun(configuration: RunConfiguration, model: ModelSize, machine: Machine): RunEstimate {
  const stages = resolveStages(configuration);
  const contextLength = Math.max(...stages.map((stage) => stage.contextLength));
  const responses = stages.map((stage) => (stage.end - stage.start) * stage.promptsPerStep * stage.samplesPerPrompt * stage.contextLength);
  const atMost = responses.reduce((sum, tokens) => sum + tokens, 0);
  const generated = atMost * LENGTH_SHARE;
  const trained = generated * KEPT_SHARE * configuration.reuse;

  const { eval: evaluation, evalEvery } = configuration;
  const steps = stages.at(-1)!.end;
  const counted = evaluation.problems <= COUNTABLE_PROBLEMS ? evaluation.problems : 0;
  const evaluations = counted === 0 ? 0 : 2 + (evalEvery > 0 ? Math.max(0, Math.ceil(steps / evalEvery) - 1) : 0);
  const evaluated = evaluations * evaluation.temperatures.length * counted * evaluation.samples * contextLength * LENGTH_SHARE;

  const { parameters, plan } = model;
  const time_s =
    ((generated + evaluated) * GENERATE_OPERATIONS * parameters) / machine.generate +
    (trained * TRAIN_OPERATIONS * parameters) / machine.train;

  const memory = plan?.bytes ?? {
    // The values and two packed copies of every matrix; then gradients and both moments.
    parameters: 3 * FLOAT_BYTES * parameters,
    optimizer: 3 * FLOAT_BYTES * parameters,
    rollout: null,
    learner: null,
  };
  const total = memory.parameters + memory.optimizer + (memory.rollout ?? 0) + (memory.learner ?? 0);
  return {
    memory_bytes: { total, ...memory },
    tokens: { generated, trained, generated_at_most: atMost, evaluation: evaluated },
    time_s,
    assumptions: [
      `responses use ${LENGTH_SHARE * 100} % of T, and ${KEPT_SHARE * 100} % of their tokens are in groups that are trained on`,
      `${GENERATE_OPERATIONS} operations a parameter and generated token, ${TRAIN_OPERATIONS} a trained token; attention left out`,
      machine.words,
      plan
        ? `weights, gradients and activations in f32; ${describeSizes(plan)}; the host's own memory left out`
        : `f32 throughout; the model's shape is not known, so keys, values and activations are left out`,
      ...(evaluation.problems > counted
        ? ['evaluations are left out: how many held-out problems there are is known only once the data is read']
        : []),
    ],
  };
}
