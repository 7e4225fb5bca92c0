import { isJsonObject, JsonFields, shown } from './config-json.ts';
import type { RopeConfig, RopeScaling } from './config-types.ts';
import { naturalLogarithm } from './deterministic-math.ts';

const IMPLEMENTED = 'default, linear, dynamic, llama3, yarn and longrope';

/**
 * Reads the rotary settings in both spellings: `rope_theta` beside `rope_scaling` (whose kind is `rope_type` or the older `type`), and
 * `rope_parameters` which holds all of them. Where both are there, `rope_scaling` wins and a `rope_theta` inside the object wins over
 * one beside it, as in transformers.
 */
export function parseRope(fields: JsonFields, headWidth: number, maxPositions: number): RopeConfig {
  const key = fields.value('rope_scaling') !== undefined ? 'rope_scaling' : 'rope_parameters';
  const object = fields.value(key) ?? {};
  if (!isJsonObject(object)) throw fields.wrong(key, `must be an object, found ${shown(object)}`);
  if (Object.values(object).some((value) => isJsonObject(value))) {
    throw fields.wrong(key, 'differs by layer type, which is not implemented; give one set for all layers');
  }
  const rope = new JsonFields(fields.file, object, `${key}.`);
  if (rope.number('partial_rotary_factor', 1) !== 1) {
    throw rope.wrong(
      'partial_rotary_factor',
      `is ${shown(rope.value('partial_rotary_factor'))}; only whole-head rotation (1) is implemented`,
    );
  }
  if (rope.value('mrope_section') !== undefined) throw rope.wrong('mrope_section', 'is set: multimodal positions are not implemented');
  const base = rope.positive('rope_theta', fields.positive('rope_theta', 10000));
  // A length beside the object wins over the one inside it, as in transformers.
  const originalPositions = fields.count('original_max_position_embeddings', rope.count('original_max_position_embeddings', maxPositions));
  return { base, scaling: parseScaling(rope, { headWidth, maxPositions, originalPositions }) };
}

interface ScalingContext {
  readonly headWidth: number;
  readonly maxPositions: number;
  readonly originalPositions: number;
}

function parseScaling(rope: JsonFields, context: ScalingContext): RopeScaling {
  const { originalPositions } = context;
  const kind = rope.text('rope_type', rope.text('type', 'default'));
  switch (kind) {
    case 'default':
      return { kind };
    case 'linear':
    case 'dynamic':
      return { kind, factor: rope.positive('factor') };
    case 'llama3': {
      const lowFrequencyFactor = rope.positive('low_freq_factor');
      const highFrequencyFactor = rope.positive('high_freq_factor');
      if (highFrequencyFactor <= lowFrequencyFactor) {
        throw rope.wrong('high_freq_factor', `is ${highFrequencyFactor}; it must be above low_freq_factor ${lowFrequencyFactor}`);
      }
      return { kind, factor: rope.positive('factor'), lowFrequencyFactor, highFrequencyFactor, originalPositions };
    }
    case 'yarn': {
      const factor = rope.positive('factor', context.maxPositions / originalPositions);
      return {
        kind,
        factor,
        originalPositions,
        betaFast: rope.positive('beta_fast', 32),
        betaSlow: rope.positive('beta_slow', 1),
        truncate: rope.flag('truncate', true),
        attentionFactor: rope.positive('attention_factor', yarnAttentionFactor(rope, factor)),
      };
    }
    case 'longrope':
      return parseLongRope(rope, context);
    default:
      throw rope.wrong('rope_type', `is ${shown(kind)}; implemented are ${IMPLEMENTED}`);
  }
}

/** 0.1 m ln(factor) + 1 (Peng et al. 2023, section 3.4), or the quotient of two of them where both magnitudes are given. */
function yarnAttentionFactor(rope: JsonFields, factor: number): number {
  const magnitude = (scale: number) => (factor <= 1 ? 1 : 0.1 * scale * naturalLogarithm(factor) + 1);
  const numerator = rope.number('mscale', 0);
  const denominator = rope.number('mscale_all_dim', 0);
  return numerator !== 0 && denominator !== 0 ? magnitude(numerator) / magnitude(denominator) : magnitude(1);
}

function parseLongRope(rope: JsonFields, context: ScalingContext): RopeScaling {
  const { originalPositions, maxPositions, headWidth } = context;
  const shortFactors = rope.positives('short_factor');
  for (const key of ['short_factor', 'long_factor']) {
    const count = rope.positives(key).length;
    if (count !== headWidth / 2) throw rope.wrong(key, `has ${count} factors; it must have half the head width, ${headWidth / 2}`);
  }
  const factor = rope.positive('factor', maxPositions / originalPositions);
  const inferred = factor <= 1 ? 1 : Math.sqrt(1 + naturalLogarithm(factor) / naturalLogarithm(originalPositions));
  return { kind: 'longrope', shortFactors, originalPositions, attentionFactor: rope.positive('attention_factor', inferred) };
}
