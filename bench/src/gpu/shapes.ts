import { type ModelConfig, parameterShapes, parseModelConfig, type TensorReader } from '@or1/model';
import { uniform } from '../models.ts';

/** Sizes of a published model, for random weights: the arithmetic is the same as with trained ones. */
export interface GpuShape {
  readonly name: string;
  readonly config: ModelConfig;
}

function qwen(name: string, width: number, feedForward: number, layers: number, heads: number, keyValueHeads: number): GpuShape {
  const config = parseModelConfig(
    {
      model_type: 'qwen2',
      hidden_size: width,
      intermediate_size: feedForward,
      num_hidden_layers: layers,
      num_attention_heads: heads,
      num_key_value_heads: keyValueHeads,
      vocab_size: 151_936,
      max_position_embeddings: 32_768,
      rms_norm_eps: 1e-6,
      rope_theta: 1e6,
      tie_word_embeddings: true,
      eos_token_id: 151_645,
    },
    null,
  );
  return { name, config };
}

/** Qwen2.5-0.5B and Qwen2.5-1.5B. */
export const SHAPES = {
  half: qwen('Qwen2.5-0.5B shape', 896, 4864, 24, 14, 2),
  oneAndHalf: qwen('Qwen2.5-1.5B shape', 1536, 8960, 28, 12, 2),
} as const;

const BLOCK = 1 << 20;

/** Weights of standard deviation 0.02; one block of random numbers over and over, since half a billion of them take their time. */
export function repeatedTensors(config: ModelConfig, seed: number): TensorReader {
  const lengths = new Map(parameterShapes(config).map(({ name, shape }) => [name, shape.reduce((product, size) => product * size, 1)]));
  const random = uniform(seed);
  const block = Float32Array.from({ length: BLOCK }, () => (random() - 0.5) * Math.sqrt(12) * 0.02);
  return {
    async read(name) {
      const values = new Float32Array(lengths.get(name)!);
      if (name.endsWith('norm.weight')) return values.fill(1);
      if (name.endsWith('.bias')) return values;
      for (let start = 0; start < values.length; start += BLOCK)
        values.set(block.subarray(0, Math.min(BLOCK, values.length - start)), start);
      return values;
    },
  };
}

/** Tokens of a prompt or a response, any but the special ones. */
export function randomTokens(count: number, seed: number): Uint32Array<ArrayBuffer> {
  const random = uniform(seed);
  return Uint32Array.from({ length: count }, () => Math.floor(random() * 100_000));
}
