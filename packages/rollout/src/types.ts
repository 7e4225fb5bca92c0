import type { Sampling } from '@or1/compute';

export type FinishReason = 'stop' | 'length';

/** One sampled response to one prompt, with what the sampler knew about every token. */
export interface Rollout {
  /** Index into the request's prompts. */
  readonly prompt: number;
  readonly sample: number;
  /** Response tokens, the stop token included when there is one. */
  readonly tokens: Uint32Array;
  /** Log-probability of each token at the sampling temperature (unfiltered softmax, suppressed tokens barred). */
  readonly logProbabilities: Float32Array;
  /** Full-vocabulary entropy in nats at each token's position, at the sampling temperature. */
  readonly entropies: Float32Array;
  readonly finish: FinishReason;
}

export interface GenerationPrompt {
  readonly tokens: Uint32Array;
  /** Identifies the prompt to the random numbers: the same key gives the same samples in any batch. */
  readonly key: number;
}

export interface GenerationRequest {
  readonly prompts: readonly GenerationPrompt[];
  /** M of the report: samples a prompt, numbered from 0. */
  readonly samplesPerPrompt: number;
  /** T of the report: cap on response tokens. */
  readonly contextLength: number;
  readonly sampling: Sampling;
  readonly stopTokens: readonly number[];
  readonly suppressTokens: readonly number[];
  readonly seed: number;
  readonly step: number;
  readonly signal?: AbortSignal;
  /** Called as each response ends, in completion order, so that verification can overlap generation. */
  readonly onRollout?: (rollout: Rollout) => void;
  /** Called after every block of decode steps. */
  readonly onProgress?: (progress: GenerationProgress) => void;
}

export interface GenerationProgress {
  readonly finished: number;
  readonly total: number;
  readonly generatedTokens: number;
  readonly elapsedMs: number;
}

export interface GenerationResult {
  /** Ordered by prompt, then sample. */
  readonly rollouts: readonly Rollout[];
  readonly promptTokens: number;
  readonly generatedTokens: number;
  readonly prefillMs: number;
  readonly decodeMs: number;
}

/** Produces rollouts; a local engine or a remote worker behind the same face. */
export interface RolloutEngine {
  generate(request: GenerationRequest): Promise<GenerationResult>;
}
