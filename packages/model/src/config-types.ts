/** What a Hugging Face `config.json` and `generation_config.json` say about a decoder, in the terms of this package. */

export type Architecture = 'llama' | 'qwen2' | 'qwen3';

/** How weights are stored in a checkpoint; in memory they are always f32. */
export type StorageType = 'f32' | 'bf16' | 'f16';

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };
export type JsonObject = { readonly [key: string]: JsonValue };

/** How the inverse frequencies of rotary positions are scaled; every default is already filled in. */
export type RopeScaling =
  | { readonly kind: 'default' }
  | { readonly kind: 'linear'; readonly factor: number }
  /** NTK-aware scaling that starts beyond `maxPositions`; up to there it is the default, beyond it is refused. */
  | { readonly kind: 'dynamic'; readonly factor: number }
  | {
      readonly kind: 'llama3';
      readonly factor: number;
      readonly lowFrequencyFactor: number;
      readonly highFrequencyFactor: number;
      readonly originalPositions: number;
    }
  | {
      readonly kind: 'yarn';
      readonly factor: number;
      readonly originalPositions: number;
      readonly betaFast: number;
      readonly betaSlow: number;
      readonly truncate: boolean;
      /** Multiplies cosine and sine. */
      readonly attentionFactor: number;
    }
  /** Short factors, one a frequency; sequences beyond `originalPositions` (which switch to other factors) are refused. */
  | {
      readonly kind: 'longrope';
      readonly shortFactors: readonly number[];
      readonly originalPositions: number;
      readonly attentionFactor: number;
    };

export interface RopeConfig {
  /** The base wavelength (`rope_theta`). */
  readonly base: number;
  readonly scaling: RopeScaling;
}

/** Sampling defaults of `generation_config.json`. */
export interface GenerationDefaults {
  readonly sample: boolean;
  readonly temperature: number;
  /** 0 is off. */
  readonly topK: number;
  readonly topP: number;
  /** 0 is off. */
  readonly minP: number;
  readonly maxNewTokens: number | null;
  /** Tokens that are never sampled; sampler and learner bar them alike, plain scoring does not. */
  readonly suppressTokens: readonly number[];
  /** Settings of the file that change sampling and that this package does not apply, as `key=value`. */
  readonly notApplied: readonly string[];
  /** The file as read, or null where the folder has none; written back with a checkpoint. */
  readonly raw: JsonObject | null;
}

/** Shape letters as in the device contract: V vocabulary, D width, H query heads, G key/value heads, E head width, F feed-forward width. */
export interface ModelConfig {
  readonly architecture: Architecture;
  /** V */
  readonly vocabularySize: number;
  /** D */
  readonly width: number;
  readonly layers: number;
  /** H */
  readonly queryHeads: number;
  /** G; H is a multiple of G. */
  readonly keyValueHeads: number;
  /** E, even; H * E need not equal D. */
  readonly headWidth: number;
  /** F */
  readonly feedForwardWidth: number;
  /** Of every RMSNorm. */
  readonly epsilon: number;
  /** The output head is the embedding matrix. */
  readonly tiedHead: boolean;
  /** Biases on the query, key and value projections. */
  readonly attentionBias: boolean;
  /** Bias on the attention output projection. */
  readonly outputBias: boolean;
  /** Biases on the gate, up and down projections. */
  readonly mlpBias: boolean;
  /** RMSNorm over each query and key head before the rotation (Qwen3). */
  readonly queryKeyNorm: boolean;
  readonly rope: RopeConfig;
  /** Positions that the model was made for (`max_position_embeddings`). */
  readonly maxPositions: number;
  readonly beginToken: number | null;
  /** Any of them ends a response; may be empty. */
  readonly endTokens: readonly number[];
  readonly padToken: number | null;
  readonly generation: GenerationDefaults;
  readonly storage: StorageType;
  /** `config.json` as read; written back with a checkpoint. */
  readonly raw: JsonObject;
}
