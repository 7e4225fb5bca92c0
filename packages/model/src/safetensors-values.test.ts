import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { decodeValues, encodeValues } from './safetensors-values.ts';

const float = (bits: number) => new Float32Array(new Uint32Array([bits]).buffer)[0]!;
const halves = (bytes: Uint8Array<ArrayBuffer>) => new Uint16Array(bytes.buffer);
const decode = (storage: 'bf16' | 'f16', values: Uint16Array<ArrayBuffer>) => {
  const out = new Float32Array(values.length);
  decodeValues(storage, new Uint8Array(values.buffer), out);
  return out;
};
const all = Uint16Array.from({ length: 65536 }, (_, index) => index);

describe('f16', () => {
  /** The value of a bit pattern by the definition of IEEE 754 binary16. */
  const defined = (half: number) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 31;
    const mantissa = half & 1023;
    if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
  };
  test('every pattern widens to its value', () => {
    const values = decode('f16', all);
    for (const half of all)
      expect(Object.is(values[half], defined(half)) || (Number.isNaN(values[half]) && Number.isNaN(defined(half)))).toBe(true);
  });
  test('every finite pattern survives there and back', () => {
    const finite = all.filter((half) => (half & 0x7c00) !== 0x7c00);
    expect(halves(encodeValues('f16', decode('f16', finite)))).toEqual(finite);
  });
  test('narrowing takes the nearest, ties to even', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.float({ min: -65504, max: 65504, noNaN: true }),
          fc.float({ min: Math.fround(-1e-4), max: Math.fround(1e-4), noNaN: true }),
        ),
        (value) => {
          const half = halves(encodeValues('f16', new Float32Array([value])))[0]!;
          const distance = Math.abs(defined(half) - value);
          for (const neighbour of [half - 1, half + 1]) {
            const other = Math.abs(defined(neighbour & 0xffff) - value);
            if (other < distance || (other === distance && half % 2 === 1 && defined(neighbour & 0xffff) !== defined(half))) return false;
          }
          return true;
        },
      ),
      { numRuns: 20_000 },
    );
  });
  test('a value beyond the range is refused, infinity and NaN are kept', () => {
    expect(() => encodeValues('f16', new Float32Array([1, 65520]))).toThrow('value 65520 at index 1 does not fit in f16');
    expect([...halves(encodeValues('f16', new Float32Array([65519, Number.POSITIVE_INFINITY, Number.NaN])))]).toEqual([
      0x7bff, 0x7c00, 0x7e00,
    ]);
  });
});

describe('bf16', () => {
  test('widening appends sixteen zero bits', () => {
    const values = decode('bf16', all);
    for (const half of all) expect(Object.is(values[half], float(half << 16)) || Number.isNaN(values[half])).toBe(true);
  });
  test('narrowing takes the nearest, ties to even', () => {
    const narrowed = (bits: number) => halves(encodeValues('bf16', new Float32Array([float(bits)])))[0];
    expect([0x3f800000, 0x3f808000, 0x3f808001, 0x3f818000, 0x3f817fff, 0xbf808001].map(narrowed)).toEqual([
      0x3f80, 0x3f80, 0x3f81, 0x3f82, 0x3f81, 0xbf81,
    ]);
    expect(narrowed(0x7fc00001)! & 0x7fff).toBeGreaterThan(0x7f80);
    expect(narrowed(0x7f800001)! & 0x7fff).toBeGreaterThan(0x7f80);
    expect(() => encodeValues('bf16', new Float32Array([3.4e38]))).toThrow('does not fit in bf16');
  });
});

test('f32 is kept bit for bit, also at an odd address', () => {
  const values = new Float32Array([1.5, -0, 1e-42, Number.NEGATIVE_INFINITY]);
  const shifted = new Uint8Array(17);
  shifted.set(encodeValues('f32', values), 1);
  const out = new Float32Array(4);
  decodeValues('f32', shifted.subarray(1), out);
  expect(out).toEqual(values);
  expect(Object.is(out[1], -0)).toBe(true);
});
