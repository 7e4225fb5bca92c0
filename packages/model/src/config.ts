import { parseGeneration } from './config-generation.ts';
import { JsonFields, shown } from './config-json.ts';
import { refuseUnsupported } from './config-refusals.ts';
import { parseRope } from './config-rope.ts';
import type { Architecture, JsonObject, ModelConfig, StorageType } from './config-types.ts';

const STORAGE: Readonly<Record<string, StorageType>> = { float32: 'f32', bfloat16: 'bf16', float16: 'f16' };

/** What transformers fills in where a file is silent. */
const DEFAULTS = {
  llama: { keyValueHeads: undefined, headWidth: undefined, maxPositions: 2048, beginTokens: [1], endTokens: [2] },
  qwen2: { keyValueHeads: 32, headWidth: undefined, maxPositions: 32768, beginTokens: [], endTokens: [] },
  qwen3: { keyValueHeads: 32, headWidth: 128, maxPositions: 32768, beginTokens: [], endTokens: [] },
} as const satisfies Record<Architecture, unknown>;

/**
 * Reads a decoder's `config.json` and `generation_config.json` (null where the folder has none), in the older and the newer spelling,
 * with the defaults of transformers. Special tokens of `generation_config.json` win over those of `config.json`.
 *
 * @throws ModelInputError naming the field: it is missing or malformed, or asks for something that this package does not implement.
 */
export function parseModelConfig(config: JsonObject, generation: JsonObject | null): ModelConfig {
  const fields = new JsonFields('config.json', config);
  const architecture = parseArchitecture(fields);
  refuseUnsupported(fields, architecture);
  const defaults = DEFAULTS[architecture];

  const vocabularySize = fields.count('vocab_size');
  const width = fields.count('hidden_size');
  const queryHeads = fields.count('num_attention_heads');
  // A key that is there but null means as many as query heads; one that is absent means the class's default.
  const keyValueDefault = 'num_key_value_heads' in config ? undefined : defaults.keyValueHeads;
  const keyValueHeads = fields.count('num_key_value_heads', keyValueDefault ?? queryHeads);
  if (queryHeads % keyValueHeads !== 0) {
    throw fields.wrong('num_attention_heads', `is ${queryHeads}, which num_key_value_heads ${keyValueHeads} does not divide`);
  }
  const headWidth = parseHeadWidth(fields, width, queryHeads, defaults.headWidth);
  const maxPositions = fields.count('max_position_embeddings', defaults.maxPositions);
  // Llama and Qwen3 have one switch for the biases of all four attention projections; Qwen2 always has those of query, key and value.
  const attentionBias = fields.flag('attention_bias', false);
  const generationFields = new JsonFields('generation_config.json', generation ?? {});
  const special = (key: string, absent: readonly number[]): readonly number[] =>
    generationFields.tokens(key, vocabularySize) ?? fields.tokens(key, vocabularySize) ?? (key in config ? [] : absent);

  return {
    architecture,
    vocabularySize,
    width,
    layers: fields.count('num_hidden_layers'),
    queryHeads,
    keyValueHeads,
    headWidth,
    feedForwardWidth: fields.count('intermediate_size'),
    epsilon: fields.positive('rms_norm_eps', 1e-6),
    tiedHead: fields.flag('tie_word_embeddings', false),
    attentionBias: architecture === 'qwen2' || attentionBias,
    outputBias: architecture !== 'qwen2' && attentionBias,
    mlpBias: architecture === 'llama' && fields.flag('mlp_bias', false),
    queryKeyNorm: architecture === 'qwen3',
    rope: parseRope(fields, headWidth, maxPositions),
    maxPositions,
    beginToken: special('bos_token_id', defaults.beginTokens)[0] ?? null,
    endTokens: special('eos_token_id', defaults.endTokens),
    padToken: special('pad_token_id', [])[0] ?? null,
    generation: parseGeneration(generation, vocabularySize),
    storage: parseStorage(fields),
    raw: config,
  };
}

function parseArchitecture(fields: JsonFields): Architecture {
  const name = fields.text('model_type');
  if (name === 'llama' || name === 'qwen2' || name === 'qwen3') return name;
  throw fields.wrong('model_type', `is ${shown(name)}; implemented are llama, qwen2 and qwen3`);
}

function parseHeadWidth(fields: JsonFields, width: number, queryHeads: number, fallback: number | undefined): number {
  const given = fields.value('head_dim') !== undefined || fallback !== undefined;
  const headWidth = given ? fields.count('head_dim', fallback) : width / queryHeads;
  if (!Number.isInteger(headWidth)) {
    throw fields.wrong('hidden_size', `is ${width}, which num_attention_heads ${queryHeads} does not divide; give head_dim`);
  }
  if (headWidth % 2 !== 0) throw fields.wrong('head_dim', `is ${headWidth}; rotary positions need an even head width`);
  return headWidth;
}

function parseStorage(fields: JsonFields): StorageType {
  const key = fields.value('dtype') !== undefined ? 'dtype' : 'torch_dtype';
  const name = fields.text(key, 'float32');
  const storage = STORAGE[name];
  if (storage === undefined) throw fields.wrong(key, `is ${shown(name)}; implemented are float32, bfloat16 and float16`);
  return storage;
}
