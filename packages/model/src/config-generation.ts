import { JsonFields, shown } from './config-json.ts';
import type { GenerationDefaults, JsonObject, JsonValue } from './config-types.ts';

const FILE = 'generation_config.json';

/** Settings that change which tokens `generate` of transformers draws, with the value that switches each off. */
const NEUTRAL: Record<string, JsonValue> = {
  repetition_penalty: 1,
  encoder_repetition_penalty: 1,
  no_repeat_ngram_size: 0,
  typical_p: 1,
  epsilon_cutoff: 0,
  eta_cutoff: 0,
  num_beams: 1,
  min_length: 0,
  min_new_tokens: 0,
  guidance_scale: 1,
  penalty_alpha: 0,
  bad_words_ids: null,
  begin_suppress_tokens: null,
  forced_bos_token_id: null,
  forced_eos_token_id: null,
  sequence_bias: null,
  exponential_decay_length_penalty: null,
  stop_strings: null,
};

/** Sampling defaults; a setting that is absent is off (top-k too: transformers would fill in 50). */
export function parseGeneration(json: JsonObject | null, vocabularySize: number): GenerationDefaults {
  const fields = new JsonFields(FILE, json ?? {});
  const notApplied: string[] = [];
  for (const [key, neutral] of Object.entries(NEUTRAL)) {
    const value = fields.value(key);
    if (value !== undefined && value !== neutral) notApplied.push(`${key}=${shown(value)}`);
  }
  const topP = fields.positive('top_p', 1);
  if (topP > 1) throw fields.wrong('top_p', `is ${topP}; it must be above 0 and at most 1`);
  const atLeastZero = (key: string, fallback: number) => {
    const value = fields.number(key, fallback);
    if (value < 0) throw fields.wrong(key, `is ${value}; it must not be below 0`);
    return value;
  };
  return {
    sample: fields.flag('do_sample', false),
    temperature: atLeastZero('temperature', 1),
    topK: atLeastZero('top_k', 0),
    topP,
    minP: atLeastZero('min_p', 0),
    maxNewTokens: fields.value('max_new_tokens') === undefined ? null : fields.count('max_new_tokens'),
    suppressTokens: fields.tokens('suppress_tokens', vocabularySize) ?? [],
    notApplied,
    raw: json,
  };
}
