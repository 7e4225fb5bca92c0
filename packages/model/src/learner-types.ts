/** Tokens to learn from: one prompt shared by the responses of its group. The prompt's forward pass is made once a group. */
export interface TrainingGroup {
  readonly prompt: Uint32Array;
  readonly responses: readonly Uint32Array[];
}

/** Per response token, in group order, then response order, then token order (flat over the whole batch). */
export interface TokenScores {
  readonly logProbabilities: Float32Array;
  readonly entropies: Float32Array;
}

/** The whole interface between RL and the network: dL/dlogp and dL/dH for every response token, in the order of `TokenScores`. */
export interface TokenWeights {
  readonly logProbability: Float32Array;
  readonly entropy: Float32Array;
}

export interface LearnerOptions {
  readonly temperature: number;
  readonly suppressTokens: readonly number[];
}

/** What the trainer needs of the network; gradients accumulate until `zeroGradients`. */
export interface Learner {
  readonly parameterCount: number;
  /** Forward only. */
  score(groups: readonly TrainingGroup[], options: LearnerOptions): Promise<TokenScores>;
  /**
   * Forward and backward in packed micro-batches; returns the learner's own scores. `weights` is either known beforehand (strictly
   * on-policy: the ratio is 1) or computed from a micro-batch's scores (`range` says which tokens of the flat order they are).
   */
  accumulate(
    groups: readonly TrainingGroup[],
    options: LearnerOptions,
    weights: TokenWeights | ((scores: TokenScores, range: { start: number; end: number }) => TokenWeights),
  ): Promise<TokenScores>;
  zeroGradients(): void;
  /** Global L2 norm of the gradient. */
  gradientNorm(): Promise<number>;
  /** One AdamW update of every parameter, then refreshes what the kernels keep of them. */
  applyAdamW(step: import('@or1/compute').AdamWStep): void;
}
