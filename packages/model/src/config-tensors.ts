import type { ModelConfig } from './config-types.ts';

export interface TensorShape {
  /** Hugging Face name, such as `model.layers.0.self_attn.q_proj.weight`. */
  readonly name: string;
  /** Row-major; linear maps are [outputs, inputs]. */
  readonly shape: readonly number[];
}

export const EMBEDDING = 'model.embed_tokens.weight';
export const HEAD = 'lm_head.weight';

/**
 * Every parameter of a decoder, in the order of a checkpoint: embedding, layers, final norm, head (only if it is untied).
 * Biases and per-head norms appear where the configuration has them.
 */
export function parameterShapes(config: ModelConfig): TensorShape[] {
  const { width, feedForwardWidth, headWidth } = config;
  const queryWidth = config.queryHeads * headWidth;
  const keyWidth = config.keyValueHeads * headWidth;
  const shapes: TensorShape[] = [{ name: EMBEDDING, shape: [config.vocabularySize, width] }];
  const linear = (name: string, outputs: number, inputs: number, bias: boolean) => {
    shapes.push({ name: `${name}.weight`, shape: [outputs, inputs] });
    if (bias) shapes.push({ name: `${name}.bias`, shape: [outputs] });
  };
  for (let layer = 0; layer < config.layers; layer++) {
    const prefix = `model.layers.${layer}`;
    shapes.push({ name: `${prefix}.input_layernorm.weight`, shape: [width] });
    linear(`${prefix}.self_attn.q_proj`, queryWidth, width, config.attentionBias);
    linear(`${prefix}.self_attn.k_proj`, keyWidth, width, config.attentionBias);
    linear(`${prefix}.self_attn.v_proj`, keyWidth, width, config.attentionBias);
    if (config.queryKeyNorm) {
      shapes.push({ name: `${prefix}.self_attn.q_norm.weight`, shape: [headWidth] });
      shapes.push({ name: `${prefix}.self_attn.k_norm.weight`, shape: [headWidth] });
    }
    linear(`${prefix}.self_attn.o_proj`, width, queryWidth, config.outputBias);
    shapes.push({ name: `${prefix}.post_attention_layernorm.weight`, shape: [width] });
    linear(`${prefix}.mlp.gate_proj`, feedForwardWidth, width, config.mlpBias);
    linear(`${prefix}.mlp.up_proj`, feedForwardWidth, width, config.mlpBias);
    linear(`${prefix}.mlp.down_proj`, width, feedForwardWidth, config.mlpBias);
  }
  shapes.push({ name: 'model.norm.weight', shape: [width] });
  if (!config.tiedHead) shapes.push({ name: HEAD, shape: [config.vocabularySize, width] });
  return shapes;
}
