// What this machine can do at most: the bench divides the products' rate by it.

/** `rounds` of twelve independent sums, each one 128-bit multiply and one add from registers; 96 operations a round. */
export function multiplyAddCeiling(rounds: i32): f32 {
  if (!ASC_FEATURE_SIMD) return 0;
  const zero = f32x4.splat(0);
  let a0 = zero;
  let a1 = zero;
  let a2 = zero;
  let a3 = zero;
  let a4 = zero;
  let a5 = zero;
  let a6 = zero;
  let a7 = zero;
  let a8 = zero;
  let a9 = zero;
  let a10 = zero;
  let a11 = zero;
  let x = f32x4.splat(1);
  for (let i: i32 = 0; i < rounds; i++) {
    // The factor changes every round, so no product can be hoisted out of the loop.
    x = i32x4.add(x, i32x4.splat(1));
    a0 = f32x4.add(a0, f32x4.mul(x, f32x4.splat(0.5)));
    a1 = f32x4.add(a1, f32x4.mul(x, f32x4.splat(0.25)));
    a2 = f32x4.add(a2, f32x4.mul(x, x));
    a3 = f32x4.add(a3, f32x4.mul(x, a2));
    a4 = f32x4.add(a4, f32x4.mul(x, a3));
    a5 = f32x4.add(a5, f32x4.mul(x, a4));
    a6 = f32x4.add(a6, f32x4.mul(x, a5));
    a7 = f32x4.add(a7, f32x4.mul(x, a6));
    a8 = f32x4.add(a8, f32x4.mul(x, a7));
    a9 = f32x4.add(a9, f32x4.mul(x, a8));
    a10 = f32x4.add(a10, f32x4.mul(x, a9));
    a11 = f32x4.add(a11, f32x4.mul(x, a10));
  }
  const low = f32x4.add(f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3)), f32x4.add(a4, a5));
  const high = f32x4.add(f32x4.add(f32x4.add(a6, a7), f32x4.add(a8, a9)), f32x4.add(a10, a11));
  return f32x4.extract_lane(f32x4.add(low, high), 0);
}
