/**
 * Conversion between f32 and the raw bits of two 16-bit formats, rounding to nearest, ties to even.
 * bf16: 1 sign, 8 exponent, 7 fraction bits: the upper half of an f32. f16 (IEEE 754 binary16): 1 sign, 5 exponent, 10 fraction bits.
 * Magnitudes too large become infinity, too small ones subnormal or signed zero. NaN stays NaN; its sign and payload are not promised.
 */
import type { DeviceBuffer } from '../device.ts';
import { floats, storageOf } from './memory.ts';

export interface SixteenBitFormat {
  readonly fractionBits: number;
  readonly exponentBias: number;
  /** The exponent field of infinity and NaN. */
  readonly exponentMaximum: number;
}

export const BF16: SixteenBitFormat = { fractionBits: 7, exponentBias: 127, exponentMaximum: 255 };
export const F16: SixteenBitFormat = { fractionBits: 10, exponentBias: 15, exponentMaximum: 31 };

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** The 16 bits of `value`, which is first rounded to f32, the type of the buffer it comes from. */
export function encode(value: number, format: SixteenBitFormat): number {
  const { fractionBits, exponentBias, exponentMaximum } = format;
  const infinity = exponentMaximum << fractionBits;
  const single = Math.fround(value);
  if (Number.isNaN(single)) return infinity | (1 << (fractionBits - 1));
  const sign = single < 0 || Object.is(single, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(single);
  if (magnitude === Infinity) return sign | infinity;
  // The exponent of the format's grid at this magnitude; below the smallest normal number the grid keeps its spacing.
  const exponent = Math.max(magnitude === 0 ? -Infinity : floorLog2(magnitude), 1 - exponentBias);
  const steps = roundToEven(magnitude * 2 ** (fractionBits - exponent));
  // Consecutive magnitudes have consecutive bit patterns, so a carry out of the fraction moves into the exponent by itself.
  return sign | Math.min(((exponent + exponentBias - 1) << fractionBits) + steps, infinity);
}

/** floor(log2(magnitude)) of a positive f32, exact. */
function floorLog2(magnitude: number): number {
  let exponent = Math.floor(Math.log2(magnitude));
  if (2 ** exponent > magnitude) exponent -= 1;
  else if (2 ** (exponent + 1) <= magnitude) exponent += 1;
  return exponent;
}

export function decode(bits: number, format: SixteenBitFormat): number {
  const { fractionBits, exponentBias, exponentMaximum } = format;
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits & 0x7fff) >> fractionBits;
  const fraction = (bits & ((1 << fractionBits) - 1)) / (1 << fractionBits);
  if (exponent === exponentMaximum) return fraction === 0 ? sign * Infinity : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** (1 - exponentBias);
  return sign * (1 + fraction) * 2 ** (exponent - exponentBias);
}

export function cast(target: DeviceBuffer, source: DeviceBuffer, format: 'bf16' | 'f16'): void {
  if (target.length !== source.length) {
    throw new RangeError(`cast: target has ${target.length} elements and source ${source.length}; they must be equal`);
  }
  const layout = format === 'bf16' ? BF16 : F16;
  const bits = storageOf(target.type === 'u16' ? target : source, 'cast: bits');
  if (!(bits instanceof Uint16Array))
    throw new TypeError(`cast: one side must hold u16, but target holds ${target.type} and source ${source.type}`);
  if (target.type === 'u16') {
    const values = floats(source, 'cast: source', source.length);
    for (let index = 0; index < values.length; index++) bits[index] = encode(values[index]!, layout);
  } else {
    const values = floats(target, 'cast: target', target.length);
    for (let index = 0; index < values.length; index++) values[index] = decode(bits[index]!, layout);
  }
}
