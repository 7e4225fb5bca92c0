// Conversions between f32 and the raw bits of bf16 and f16, rounding to nearest even; NaN stays NaN, overflow becomes infinity.

import { blocks, firstTask, nextTask } from './threads';

const CHUNK: i32 = 8192;
export const BF16: i32 = 0;
export const F16: i32 = 1;

function toBf16(x: f32): u16 {
  const bits = reinterpret<u32>(x);
  if ((bits & 0x7fffffff) > 0x7f800000) return <u16>((bits >> 16) | 0x40);
  return <u16>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

function toF16(x: f32): u16 {
  const bits = reinterpret<u32>(x);
  const sign = (bits >> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return <u16>(sign | 0x7e00);
  if (magnitude >= 0x47800000) return <u16>(sign | 0x7c00);
  if (magnitude < 0x38800000) {
    // Subnormal halves: adding 0.5 lines the bits up and lets the f32 addition do the rounding.
    const shifted: f32 = reinterpret<f32>(magnitude) + <f32>0.5;
    return <u16>(sign | (reinterpret<u32>(shifted) - 0x3f000000));
  }
  const rounded = magnitude + 0xfff + ((magnitude >> 13) & 1) - 0x38000000;
  return <u16>(sign | (rounded >> 13));
}

function fromF16(half: u16): f32 {
  const sign = (<u32>half & 0x8000) << 16;
  const exponent = (half >> 10) & 31;
  const fraction = <u32>half & 0x3ff;
  if (exponent == 31) return reinterpret<f32>(sign | 0x7f800000 | (fraction << 13));
  if (exponent == 0) {
    const magnitude: f32 = <f32>fraction * <f32>5.9604644775390625e-8;
    return reinterpret<f32>(sign | reinterpret<u32>(magnitude));
  }
  return reinterpret<f32>(sign | ((<u32>exponent + 112) << 23) | (fraction << 13));
}

/** `narrow` is f32 to 16 bits, otherwise 16 bits to f32. */
export function cast(target: usize, source: usize, count: i32, format: i32, narrow: bool): void {
  for (let task = firstTask(blocks(count, CHUNK)); task >= 0; task = nextTask()) {
    const last = task * CHUNK + CHUNK < count ? task * CHUNK + CHUNK : count;
    for (let i = task * CHUNK; i < last; i++) {
      const wide = <usize>i << 2;
      const slim = <usize>i << 1;
      if (narrow) {
        const x = load<f32>(source + wide);
        store<u16>(target + slim, format == F16 ? toF16(x) : toBf16(x));
      } else {
        const half = load<u16>(source + slim);
        store<f32>(target + wide, format == F16 ? fromF16(half) : reinterpret<f32>(<u32>half << 16));
      }
    }
  }
}
