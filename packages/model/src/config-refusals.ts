import type { JsonFields } from './config-json.ts';
import { isJsonObject, shown } from './config-json.ts';
import type { Architecture } from './config-types.ts';

const HEAD_CLASS: Record<Architecture, string> = { llama: 'LlamaForCausalLM', qwen2: 'Qwen2ForCausalLM', qwen3: 'Qwen3ForCausalLM' };

/** Counts that make a feed-forward block a mixture of experts. */
const EXPERT_KEYS = ['num_experts', 'num_local_experts', 'n_routed_experts', 'num_experts_per_tok', 'moe_intermediate_size'];

/** Factors on embeddings, residuals, attention or logits; 1 is neutral. */
const MULTIPLIER_KEYS = [
  'logit_scale',
  'logits_scaling',
  'residual_multiplier',
  'embedding_multiplier',
  'attention_multiplier',
  'scale_emb',
  'scale_depth',
];

const SOFTCAP_KEYS = ['attn_logit_softcapping', 'attn_logit_softcap', 'final_logit_softcapping', 'logits_soft_cap'];

/** Throws, by name and with a remedy, on every setting under which the decoder of this package would compute something else. */
export function refuseUnsupported(fields: JsonFields, architecture: Architecture): void {
  refuseForeignClass(fields, architecture);
  for (const key of ['quantization_config', 'compression_config']) {
    if (fields.value(key) !== undefined)
      throw fields.wrong(key, 'is set: quantised weights are not implemented; use the unquantised checkpoint');
  }
  const activation = fields.text('hidden_act', 'silu');
  if (activation !== 'silu' && activation !== 'swish')
    throw fields.wrong('hidden_act', `is ${shown(activation)}; only silu is implemented`);
  for (const key of EXPERT_KEYS) {
    if (fields.value(key) !== undefined && fields.number(key) > 0) {
      throw fields.wrong(key, `is ${shown(fields.value(key))}: mixtures of experts are not implemented; use a dense model`);
    }
  }
  for (const key of MULTIPLIER_KEYS) {
    if (fields.number(key, 1) !== 1)
      throw fields.wrong(key, `is ${shown(fields.value(key))}: such scaling is not implemented; use a model without it`);
  }
  for (const key of SOFTCAP_KEYS) {
    if (fields.value(key) !== undefined) throw fields.wrong(key, 'is set: capped logits are not implemented; use a model without them');
  }
  if (fields.number('pretraining_tp', 1) > 1) {
    throw fields.wrong(
      'pretraining_tp',
      `is ${shown(fields.value('pretraining_tp'))}: sliced linear maps are not implemented; set it to 1 (the weights are the same)`,
    );
  }
  if (fields.number('partial_rotary_factor', 1) !== 1) {
    throw fields.wrong(
      'partial_rotary_factor',
      `is ${shown(fields.value('partial_rotary_factor'))}; only whole-head rotation (1) is implemented`,
    );
  }
  for (const key of ['use_mrope', 'is_encoder_decoder']) {
    if (fields.flag(key, false)) throw fields.wrong(key, 'is true; only plain text decoders are implemented');
  }
  if (!fields.flag('is_causal', true)) throw fields.wrong('is_causal', 'is false; only causal attention is implemented');
  refuseSlidingWindow(fields, architecture);
}

function refuseForeignClass(fields: JsonFields, architecture: Architecture): void {
  const classes = fields.value('architectures');
  const expected = HEAD_CLASS[architecture];
  if (Array.isArray(classes) && classes.length > 0 && !classes.includes(expected)) {
    throw fields.wrong('architectures', `is ${shown(classes)}; with model_type ${architecture} only ${expected} is implemented`);
  }
  const custom = fields.value('auto_map');
  if (isJsonObject(custom) && custom.AutoModelForCausalLM !== undefined) {
    throw fields.wrong(
      'auto_map',
      `names the folder's own modelling code (${shown(custom.AutoModelForCausalLM)}), which is not run; remove the entry if the model is a plain ${expected}`,
    );
  }
}

function refuseSlidingWindow(fields: JsonFields, architecture: Architecture): void {
  const layers = fields.count('num_hidden_layers');
  const types = fields.value('layer_types');
  if (types !== undefined) {
    if (!Array.isArray(types) || types.length !== layers)
      throw fields.wrong('layer_types', `must list num_hidden_layers = ${layers} names, found ${shown(types)}`);
    const other = types.find((type) => type !== 'full_attention');
    if (other !== undefined) throw fields.wrong('layer_types', `holds ${shown(other)}; only full_attention is implemented`);
    return;
  }
  if (fields.value('sliding_window') === undefined) return;
  // Qwen files carry a window that is off by default and, when on, starts at max_window_layers; a Llama file has no reason to carry one.
  const inUse = fields.flag('use_sliding_window', architecture === 'llama');
  const first = architecture === 'llama' ? 0 : fields.number('max_window_layers', 28);
  if (inUse && first < layers) {
    throw fields.wrong(
      'sliding_window',
      `is ${shown(fields.value('sliding_window'))} and in use: windowed attention is not implemented; set use_sliding_window to false if sequences stay below it`,
    );
  }
}
