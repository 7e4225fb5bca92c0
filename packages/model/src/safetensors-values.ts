import type { StorageType } from './config-types.ts';

export const BYTES: Readonly<Record<StorageType, number>> = { f32: 4, bf16: 2, f16: 2 };

/** Widens stored little-endian values to f32, exactly; `out` has bytes.length / BYTES[storage] elements. */
export function decodeValues(storage: StorageType, bytes: Uint8Array<ArrayBuffer>, out: Float32Array): void {
  const aligned = bytes.byteOffset % BYTES[storage] === 0 ? bytes : bytes.slice();
  if (storage === 'f32') {
    out.set(new Float32Array(aligned.buffer, aligned.byteOffset, out.length));
    return;
  }
  const halves = new Uint16Array(aligned.buffer, aligned.byteOffset, out.length);
  const bits = new Uint32Array(out.buffer, out.byteOffset, out.length);
  if (storage === 'bf16') for (let index = 0; index < halves.length; index++) bits[index] = halves[index]! << 16;
  else for (let index = 0; index < halves.length; index++) bits[index] = widenF16(halves[index]!);
}

/**
 * Narrows f32 to stored little-endian values, rounding to nearest, ties to even; NaN stays NaN.
 *
 * @throws RangeError when a finite value would become infinite.
 */
export function encodeValues(storage: StorageType, values: Float32Array): Uint8Array<ArrayBuffer> {
  if (storage === 'f32') return new Uint8Array(values.slice().buffer);
  const halves = new Uint16Array(values.length);
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const narrow = storage === 'bf16' ? narrowToBf16 : narrowToF16;
  const infinity = storage === 'bf16' ? 0x7f80 : 0x7c00;
  for (let index = 0; index < halves.length; index++) {
    const half = narrow(bits[index]!);
    if ((half & 0x7fff) === infinity && Number.isFinite(values[index])) {
      throw new RangeError(`value ${values[index]} at index ${index} does not fit in ${storage}`);
    }
    halves[index] = half;
  }
  return new Uint8Array(halves.buffer);
}

function widenF16(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 0x1f;
  let mantissa = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (mantissa << 13);
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (mantissa << 13);
  if (mantissa === 0) return sign;
  // Subnormal: shift the leading one into the implicit place.
  let shifted = 113;
  while ((mantissa & 0x400) === 0) {
    mantissa <<= 1;
    shifted--;
  }
  return sign | (shifted << 23) | ((mantissa & 0x3ff) << 13);
}

function narrowToBf16(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 0x40;
  return roundedShift(bits & 0x7fffffff, 16) | ((bits >>> 16) & 0x8000);
}

function narrowToF16(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x47800000) return sign | 0x7c00;
  // A carry out of the mantissa moves into the exponent, as it should.
  if (magnitude >= 0x38800000) return sign | roundedShift(magnitude - 0x38000000, 13);
  const shift = 126 - (magnitude >>> 23);
  if (shift > 24) return sign;
  return sign | roundedShift((magnitude & 0x7fffff) | 0x800000, shift);
}

/** value / 2^shift, to nearest, ties to even. */
function roundedShift(value: number, shift: number): number {
  const kept = value >>> shift;
  const rest = value & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}
