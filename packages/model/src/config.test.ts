import { describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseModelConfig } from './config.ts';
import type { JsonObject, ModelConfig } from './config-types.ts';
import { ModelInputError } from './folder-error.ts';

const llama: JsonObject = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  vocab_size: 100,
  hidden_size: 64,
  intermediate_size: 96,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 512,
  rope_theta: 20000,
  torch_dtype: 'bfloat16',
};
const qwen2: JsonObject = { ...llama, architectures: ['Qwen2ForCausalLM'], model_type: 'qwen2' };
const qwen3: JsonObject = { ...llama, architectures: ['Qwen3ForCausalLM'], model_type: 'qwen3', head_dim: 32 };

function parse(base: JsonObject, changes: JsonObject = {}, generation: JsonObject | null = null): ModelConfig {
  const merged = { ...base, ...changes };
  return parseModelConfig(merged, generation);
}

function without(base: JsonObject, ...keys: string[]): JsonObject {
  return Object.fromEntries(Object.entries(base).filter(([key]) => !keys.includes(key)));
}

describe('fields', () => {
  test('of a Llama, with the defaults of transformers', () => {
    const config = parse(llama);
    expect(config).toMatchObject({
      architecture: 'llama',
      vocabularySize: 100,
      width: 64,
      layers: 2,
      queryHeads: 4,
      keyValueHeads: 2,
      headWidth: 16,
      feedForwardWidth: 96,
      epsilon: 1e-6,
      tiedHead: false,
      attentionBias: false,
      outputBias: false,
      mlpBias: false,
      queryKeyNorm: false,
      rope: { base: 20000, scaling: { kind: 'default' } },
      maxPositions: 512,
      beginToken: 1,
      endTokens: [2],
      padToken: null,
      storage: 'bf16',
    });
    expect(config.raw).toEqual(llama);
  });

  test('biases and norms follow the architecture', () => {
    const biases = ({ attentionBias, outputBias, mlpBias, queryKeyNorm }: ModelConfig) => [
      attentionBias,
      outputBias,
      mlpBias,
      queryKeyNorm,
    ];
    expect(biases(parse(llama, { attention_bias: true, mlp_bias: true }))).toEqual([true, true, true, false]);
    expect(biases(parse(qwen2))).toEqual([true, false, false, false]);
    expect(biases(parse(qwen3))).toEqual([false, false, false, true]);
    expect(biases(parse(qwen3, { attention_bias: true }))).toEqual([true, true, false, true]);
  });

  test('what is absent and what is null take the defaults of transformers', () => {
    expect(parse(without(llama, 'num_key_value_heads')).keyValueHeads).toBe(4);
    expect(parse(qwen2, { num_key_value_heads: null }).keyValueHeads).toBe(4);
    expect(() => parse(without(qwen2, 'num_key_value_heads'))).toThrow('num_key_value_heads 32');
    expect(parse(without(qwen3, 'head_dim')).headWidth).toBe(128);
    expect(parse(without(llama, 'max_position_embeddings')).maxPositions).toBe(2048);
    expect(parse(without(qwen3, 'max_position_embeddings')).maxPositions).toBe(32768);
    expect(parse(without(llama, 'torch_dtype')).storage).toBe('f32');
    expect(parse(qwen2).endTokens).toEqual([]);
    expect(parse(llama, { eos_token_id: null, bos_token_id: null })).toMatchObject({ endTokens: [], beginToken: null });
  });

  test('the newer spelling says the same', () => {
    const newer = {
      ...without(llama, 'rope_theta', 'torch_dtype'),
      rope_parameters: { rope_type: 'default', rope_theta: 20000 },
      dtype: 'bfloat16',
    };
    const { raw: _, ...read } = parseModelConfig(newer, null);
    const { raw: __, ...older } = parse(llama);
    expect(read).toEqual(older);
    expect(parse(newer, { dtype: 'float16', torch_dtype: 'float32' }).storage).toBe('f16');
  });

  test('special tokens of generation_config.json win', () => {
    const config = parse(
      llama,
      { eos_token_id: 7, pad_token_id: -1 },
      { eos_token_id: [9, 7, 9], bos_token_id: 4, suppress_tokens: [3, 5] },
    );
    expect(config).toMatchObject({ beginToken: 4, endTokens: [9, 7], padToken: null });
    expect(config.generation.suppressTokens).toEqual([3, 5]);
    expect(parse(llama, { eos_token_id: 7 }, { do_sample: true }).endTokens).toEqual([7]);
  });

  test('sampling defaults are off unless given, and what is not applied is named', () => {
    expect(parse(llama).generation).toEqual({
      sample: false,
      temperature: 1,
      topK: 0,
      topP: 1,
      minP: 0,
      maxNewTokens: null,
      suppressTokens: [],
      notApplied: [],
      raw: null,
    });
    const raw = {
      do_sample: true,
      temperature: 0.7,
      top_k: 20,
      top_p: 0.8,
      min_p: 0.1,
      max_new_tokens: 64,
      repetition_penalty: 1.05,
      num_beams: 1,
    };
    expect(parse(llama, {}, raw).generation).toEqual({
      sample: true,
      temperature: 0.7,
      topK: 20,
      topP: 0.8,
      minP: 0.1,
      maxNewTokens: 64,
      suppressTokens: [],
      notApplied: ['repetition_penalty=1.05'],
      raw,
    });
  });

  test('a sliding window that is off, or starts behind the last layer, is no obstacle', () => {
    expect(parse(qwen2, { sliding_window: 4096, use_sliding_window: false, max_window_layers: 1 }).layers).toBe(2);
    expect(parse(qwen2, { sliding_window: 4096, use_sliding_window: true, max_window_layers: 2 }).layers).toBe(2);
    expect(parse(qwen3, { layer_types: ['full_attention', 'full_attention'], sliding_window: 64 }).layers).toBe(2);
  });
});

describe('what is not implemented is refused by name', () => {
  const refusals: readonly (readonly [JsonObject, JsonObject, string])[] = [
    [llama, { model_type: 'mixtral' }, 'config.json: model_type is "mixtral"; implemented are llama, qwen2 and qwen3'],
    [llama, { model_type: null }, 'model_type is missing'],
    [llama, { architectures: ['LlamaForSequenceClassification'] }, 'only LlamaForCausalLM is implemented'],
    [llama, { auto_map: { AutoModelForCausalLM: 'modeling_x.X' } }, 'auto_map names the folder'],
    [llama, { quantization_config: { quant_method: 'gptq' } }, 'quantization_config is set: quantised weights'],
    [llama, { hidden_act: 'gelu' }, 'hidden_act is "gelu"; only silu'],
    [llama, { num_local_experts: 8 }, 'num_local_experts is 8: mixtures of experts'],
    [llama, { residual_multiplier: 0.2 }, 'residual_multiplier is 0.2'],
    [llama, { attn_logit_softcapping: 50 }, 'attn_logit_softcapping is set'],
    [llama, { pretraining_tp: 2 }, 'pretraining_tp is 2: sliced linear maps'],
    [llama, { partial_rotary_factor: 0.5 }, 'partial_rotary_factor is 0.5'],
    [llama, { rope_parameters: { rope_type: 'default', partial_rotary_factor: 0.25 } }, 'rope_parameters.partial_rotary_factor is 0.25'],
    [llama, { is_causal: false }, 'is_causal is false'],
    [qwen2, { use_mrope: true }, 'use_mrope is true'],
    [qwen2, { sliding_window: 64, use_sliding_window: true, max_window_layers: 1 }, 'sliding_window is 64 and in use'],
    [llama, { sliding_window: 64 }, 'sliding_window is 64 and in use'],
    [qwen3, { layer_types: ['full_attention', 'sliding_attention'] }, 'layer_types holds "sliding_attention"'],
    [qwen3, { layer_types: ['full_attention'] }, 'layer_types must list num_hidden_layers = 2 names'],
    [llama, { head_dim: 15 }, 'head_dim is 15; rotary positions need an even head width'],
    [llama, { rope_scaling: { rope_type: 'proportional' } }, 'rope_scaling.rope_type is "proportional"; implemented are default'],
    [llama, { rope_scaling: { type: 'linear' } }, 'rope_scaling.factor is missing'],
    [llama, { rope_scaling: { type: 'mrope', mrope_section: [4, 4] } }, 'mrope_section is set'],
    [qwen2, { rope_parameters: { full_attention: { rope_type: 'default' } } }, 'rope_parameters differs by layer type'],
    [llama, { rope_scaling: { rope_type: 'llama3', factor: 8, low_freq_factor: 4, high_freq_factor: 1 } }, 'high_freq_factor is 1'],
    [llama, { rope_scaling: { rope_type: 'longrope', short_factor: [1, 1], long_factor: [1, 1] } }, 'short_factor has 2 factors'],
    [llama, { torch_dtype: 'float8_e4m3fn' }, 'torch_dtype is "float8_e4m3fn"'],
  ];
  test.each(refusals)('%j with %j', (base, changes, message) => {
    expect(() => parse(base, changes)).toThrow(message);
    expect(() => parse(base, changes)).toThrow(ModelInputError);
  });
});

describe('malformed fields', () => {
  test.each([
    [{ vocab_size: null }, 'vocab_size is missing; it must be a whole number of at least 1'],
    [{ hidden_size: '64' }, 'hidden_size must be a whole number of at least 1, found "64"'],
    [{ num_hidden_layers: 0 }, 'num_hidden_layers must be'],
    [{ num_attention_heads: 3 }, 'num_attention_heads is 3, which num_key_value_heads 2 does not divide'],
    [{ hidden_size: 65 }, 'hidden_size is 65, which num_attention_heads 4 does not divide'],
    [{ rms_norm_eps: -1 }, 'rms_norm_eps must be a number above 0'],
    [{ tie_word_embeddings: 'yes' }, 'tie_word_embeddings must be true or false'],
    [{ eos_token_id: 100 }, 'eos_token_id must hold token ids below vocab_size 100, found 100'],
    [{ rope_scaling: 'linear' }, 'rope_scaling must be an object'],
  ])('%j', (changes, message) => {
    expect(() => parse(llama, changes)).toThrow(message);
  });
  test('of generation_config.json', () => {
    expect(() => parse(llama, {}, { top_p: 1.5 })).toThrow('generation_config.json: top_p is 1.5');
    expect(() => parse(llama, {}, { temperature: -1 })).toThrow('temperature is -1');
    expect(() => parse(llama, {}, { suppress_tokens: [1, 100] })).toThrow('suppress_tokens must hold token ids below vocab_size 100');
  });
});

describe('published configurations', () => {
  const folder = join(import.meta.dir, '../../../../shared/tokenizers');
  const read = async (file: string) => parseModelConfig((await Bun.file(join(folder, file)).json()) as JsonObject, null);
  test.skipIf(!existsSync(folder))('Qwen2.5-Math-1.5B, Skywork-OR1-Math-7B, Qwen3-8B', async () => {
    expect(await read('qwen2.5/Qwen2.5-Math-1.5B.config.json')).toMatchObject({
      headWidth: 128,
      keyValueHeads: 2,
      tiedHead: true,
      storage: 'bf16',
    });
    expect(await read('skywork-or1-math-7b/config.json')).toMatchObject({
      layers: 28,
      tiedHead: false,
      maxPositions: 131072,
      endTokens: [151643],
    });
    expect(await read('qwen3/Qwen3-8B.config.json')).toMatchObject({
      queryKeyNorm: true,
      headWidth: 128,
      rope: { base: 1e6 },
      endTokens: [151645],
    });
  });
});
