import type { ModelConfig } from './config-types.ts';
import { naturalLogarithm, power, sineCosine } from './deterministic-math.ts';
import { ModelInputError } from './folder-error.ts';

export interface RopeTables {
  /** cos(position * frequency) * attention factor, row-major [positions, headWidth / 2]. */
  readonly cosine: Float32Array<ArrayBuffer>;
  /** sin(position * frequency) * attention factor, row-major [positions, headWidth / 2]. */
  readonly sine: Float32Array<ArrayBuffer>;
}

/**
 * Rotary tables for positions 0 … positions - 1, computed in f64 without the host's libm: the same bits on every machine.
 *
 * @throws ModelInputError when `positions` exceeds what the scaling kind can serve: `dynamic` and `longrope` choose other frequencies
 * for longer sequences, so that a cached key would depend on the sequence's final length.
 */
export function ropeTables(config: ModelConfig, positions: number): RopeTables {
  refuseLongSequences(config, positions);
  const frequencies = inverseFrequencies(config);
  const half = frequencies.length;
  const factor = attentionFactor(config);
  const cosine = new Float32Array(positions * half);
  const sine = new Float32Array(positions * half);
  for (let position = 0; position < positions; position++) {
    for (let pair = 0; pair < half; pair++) {
      const angle = sineCosine(position * frequencies[pair]!);
      cosine[position * half + pair] = angle.cosine * factor;
      sine[position * half + pair] = angle.sine * factor;
    }
  }
  return { cosine, sine };
}

/** Radians a position for each of the headWidth / 2 pairs: base^(-2 i / headWidth), scaled as `rope.scaling` says. */
export function inverseFrequencies(config: ModelConfig): Float64Array<ArrayBuffer> {
  const { headWidth } = config;
  const { base, scaling } = config.rope;
  const plain = new Float64Array(headWidth / 2);
  for (let pair = 0; pair < plain.length; pair++) plain[pair] = 1 / power(base, (2 * pair) / headWidth);
  switch (scaling.kind) {
    case 'default':
    // Up to `maxPositions`, the only lengths allowed, NTK scaling leaves the base as it is.
    case 'dynamic':
      return plain;
    case 'linear':
      return plain.map((frequency) => frequency / scaling.factor);
    case 'longrope':
      return plain.map((frequency, pair) => frequency / scaling.shortFactors[pair]!);
    case 'llama3':
      return plain.map((frequency) => llama3Frequency(frequency, scaling));
    case 'yarn': {
      const ramp = yarnRamp(headWidth, base, scaling);
      return plain.map((frequency, pair) => (frequency / scaling.factor) * ramp(pair) + frequency * (1 - ramp(pair)));
    }
  }
}

function attentionFactor(config: ModelConfig): number {
  const { scaling } = config.rope;
  return scaling.kind === 'yarn' || scaling.kind === 'longrope' ? scaling.attentionFactor : 1;
}

type Scaling<Kind extends ModelConfig['rope']['scaling']['kind']> = Extract<ModelConfig['rope']['scaling'], { kind: Kind }>;

/** Llama 3.1: short wavelengths stay, long ones are stretched by the factor, those between are blended by turns within the original length. */
function llama3Frequency(frequency: number, scaling: Scaling<'llama3'>): number {
  const turns = (scaling.originalPositions * frequency) / (2 * Math.PI);
  if (turns > scaling.highFrequencyFactor) return frequency;
  if (turns < scaling.lowFrequencyFactor) return frequency / scaling.factor;
  const share = (turns - scaling.lowFrequencyFactor) / (scaling.highFrequencyFactor - scaling.lowFrequencyFactor);
  return ((1 - share) * frequency) / scaling.factor + share * frequency;
}

/** YaRN (Peng et al. 2023, section 3.2): 0 for pairs that turn often within the original length, 1 for slow ones, linear between. */
function yarnRamp(headWidth: number, base: number, scaling: Scaling<'yarn'>): (pair: number) => number {
  const pairTurning = (turns: number) =>
    (headWidth * naturalLogarithm(scaling.originalPositions / (turns * 2 * Math.PI))) / (2 * naturalLogarithm(base));
  let low = pairTurning(scaling.betaFast);
  let high = pairTurning(scaling.betaSlow);
  if (scaling.truncate) {
    low = Math.floor(low);
    high = Math.ceil(high);
  }
  low = Math.max(low, 0);
  high = Math.min(high, headWidth - 1);
  // Equal ends would divide by zero; the width is that of the common implementations.
  if (low === high) high += 0.001;
  return (pair) => Math.min(Math.max((pair - low) / (high - low), 0), 1);
}

function refuseLongSequences(config: ModelConfig, positions: number): void {
  const { scaling } = config.rope;
  const limit = scaling.kind === 'dynamic' ? config.maxPositions : scaling.kind === 'longrope' ? scaling.originalPositions : positions;
  if (positions > limit) {
    throw new ModelInputError(
      `config.json: rope scaling ${scaling.kind} changes its frequencies beyond ${limit} positions, which is not implemented; ${positions} were asked for, shorten the sequences`,
    );
  }
}
