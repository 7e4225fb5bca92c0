// What this machine can do at most: the bench divides the products' rate by it.

import { scratch } from './threads';

/** Vectors that the factors come from: 640 bytes, so every load hits the first-level cache. */
const VECTORS: i32 = 40;
const STARTS: i32 = 32;

/**
 * `rounds` of twelve 128-bit multiplies, each added to a sum of its own; 96 operations a round, 0 in the scalar build.
 *
 * No sum waits for another, each is touched once a round, and six of the eight factors are loaded anew from a place that moves, so
 * nothing can be hoisted: what remains is the rate of the multiply and add units. Other numbers of sums and deeper unrolling come
 * within 8 % of it or are slower.
 */
export function multiplyAddCeiling(rounds: i32): f32 {
  if (!ASC_FEATURE_SIMD) return 0;
  const factors = scratch();
  // Signs alternate, so the sums stay small; no factor is near the subnormal numbers, which are slow.
  for (let i: i32 = 0; i < VECTORS; i++) v128.store(factors + (<usize>i << 4), f32x4.splat(i & 1 ? <f32>0.75 : <f32>-0.5));
  const left = v128.load(factors);
  const right = v128.load(factors, 16);
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let b0 = a0;
  let b1 = a0;
  let c0 = a0;
  let c1 = a0;
  let d0 = a0;
  let d1 = a0;
  let e0 = a0;
  let e1 = a0;
  let f0 = a0;
  let f1 = a0;
  for (let i: i32 = 0; i < rounds; i++) {
    const at = factors + (<usize>(i & (STARTS - 1)) << 4);
    const a = v128.load(at);
    a0 = f32x4.add(a0, f32x4.mul(a, left));
    a1 = f32x4.add(a1, f32x4.mul(a, right));
    const b = v128.load(at, 16);
    b0 = f32x4.add(b0, f32x4.mul(b, left));
    b1 = f32x4.add(b1, f32x4.mul(b, right));
    const c = v128.load(at, 32);
    c0 = f32x4.add(c0, f32x4.mul(c, left));
    c1 = f32x4.add(c1, f32x4.mul(c, right));
    const d = v128.load(at, 48);
    d0 = f32x4.add(d0, f32x4.mul(d, left));
    d1 = f32x4.add(d1, f32x4.mul(d, right));
    const e = v128.load(at, 64);
    e0 = f32x4.add(e0, f32x4.mul(e, left));
    e1 = f32x4.add(e1, f32x4.mul(e, right));
    const f = v128.load(at, 80);
    f0 = f32x4.add(f0, f32x4.mul(f, left));
    f1 = f32x4.add(f1, f32x4.mul(f, right));
  }
  const low = f32x4.add(f32x4.add(f32x4.add(a0, a1), f32x4.add(b0, b1)), f32x4.add(c0, c1));
  const high = f32x4.add(f32x4.add(f32x4.add(d0, d1), f32x4.add(e0, e1)), f32x4.add(f0, f1));
  return f32x4.extract_lane(f32x4.add(low, high), 0);
}
