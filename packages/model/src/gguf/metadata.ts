import type { JsonObject } from '../config-types.ts';
import { ModelInputError } from '../folder-error.ts';
import type { GgufHeader, GgufValue } from './header.ts';

const ARCHITECTURES = ['llama', 'qwen2', 'qwen3'];

/** Typed access to the metadata; what is missing or of another kind is an error that names the file and the key. */
export class GgufMetadata {
  constructor(
    readonly location: string,
    private readonly entries: ReadonlyMap<string, GgufValue>,
  ) {}

  private typed<T extends GgufValue>(key: string, fits: (value: GgufValue) => value is T, what: string): T | undefined {
    const value = this.entries.get(key);
    if (value === undefined || fits(value)) return value;
    throw new ModelInputError(`${this.location}: ${key} must be ${what}; the file is damaged or of another kind`);
  }

  number(key: string): number | undefined {
    return this.typed(key, (value): value is number => typeof value === 'number' && Number.isFinite(value), 'a number');
  }

  text(key: string): string | undefined {
    return this.typed(key, (value) => typeof value === 'string', 'a text');
  }

  flag(key: string): boolean | undefined {
    return this.typed(key, (value) => typeof value === 'boolean', 'true or false');
  }

  texts(key: string): readonly string[] | undefined {
    const isTexts = (value: GgufValue): value is readonly string[] =>
      Array.isArray(value) && value.every((each) => typeof each === 'string');
    return this.typed(key, isTexts, 'a list of texts');
  }

  numbers(key: string): readonly number[] | undefined {
    const isNumbers = (value: GgufValue): value is readonly number[] =>
      Array.isArray(value) && value.every((each) => typeof each === 'number');
    return this.typed(key, isNumbers, 'a list of numbers');
  }

  needed<T>(key: string, value: T | undefined): T {
    if (value === undefined) throw new ModelInputError(`${this.location} lacks ${key} in its metadata; convert the model anew`);
    return value;
  }
}

/** The metadata as the `config.json` that the model was converted from, as far as it matters here. */
export function configOfGguf(metadata: GgufMetadata, header: GgufHeader): JsonObject {
  const architecture = metadata.needed('general.architecture', metadata.text('general.architecture'));
  if (!ARCHITECTURES.includes(architecture)) {
    throw new ModelInputError(`${metadata.location}: its architecture is ${architecture}; implemented are ${ARCHITECTURES.join(', ')}`);
  }
  const optional = (key: string) => metadata.number(`${architecture}.${key}`);
  const count = (key: string) => metadata.needed(`${architecture}.${key}`, optional(key));
  const scaling = metadata.text(`${architecture}.rope.scaling.type`) ?? 'none';
  if (scaling !== 'none' && scaling !== 'linear')
    throw new ModelInputError(
      `${metadata.location}: rotary positions scaled by ${scaling} are not read from GGUF; give the Hugging Face folder`,
    );
  const heads = count('attention.head_count');
  const width = count('embedding_length');
  const headWidth = optional('attention.key_length') ?? width / heads;
  const rotated = optional('rope.dimension_count') ?? headWidth;
  if (rotated !== headWidth)
    throw new ModelInputError(
      `${metadata.location}: ${rotated} of ${headWidth} elements of a head are rotated; implemented is all of them`,
    );
  const shapes = new Map(header.tensors.map(({ name, shape }) => [name, shape]));
  const vocabulary = metadata.needed('token_embd.weight', shapes.get('token_embd.weight')?.[0]);
  const token = (name: string) => metadata.number(`tokenizer.ggml.${name}_token_id`);
  const ends = [token('eos'), token('eot')].filter((id) => id !== undefined);
  return {
    model_type: architecture,
    vocab_size: vocabulary,
    hidden_size: width,
    intermediate_size: count('feed_forward_length'),
    num_hidden_layers: count('block_count'),
    num_attention_heads: heads,
    num_key_value_heads: optional('attention.head_count_kv') ?? heads,
    head_dim: headWidth,
    max_position_embeddings: count('context_length'),
    rms_norm_eps: count('attention.layer_norm_rms_epsilon'),
    rope_theta: optional('rope.freq_base') ?? 10000,
    ...(scaling === 'linear' ? { rope_scaling: { rope_type: 'linear', factor: count('rope.scaling.factor') } } : {}),
    tie_word_embeddings: !shapes.has('output.weight'),
    attention_bias: architecture !== 'qwen2' && shapes.has('blk.0.attn_q.bias'),
    bos_token_id: token('bos') ?? null,
    eos_token_id: [...new Set(ends)],
    pad_token_id: token('padding') ?? null,
    torch_dtype: 'float32',
  };
}
