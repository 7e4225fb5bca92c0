// exp and log as fixed polynomials, one vector and one scalar form with the same operations in the same order: results depend on
// neither the host's libm nor the build.

const LOG2_E: f32 = 1.44269504088896341;
// ln 2 in two parts: the first has few enough bits that n * LN2_HIGH is exact.
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.12194440e-4;
const LARGEST: f32 = 88.3762626647949;
/** 1.5 * 2^23: adding it rounds to the nearest whole number and leaves that number in the low bits. */
const ROUNDER: f32 = 12582912;
/** Below this exp is exactly 0, so masked and far-away logits drop out of every sum. */
const SMALLEST: f32 = -87.3365447505531;

// Minimax polynomial of (exp(r) - 1 - r) / r² on |r| <= ln 2 / 2.
const P0: f32 = 1.9875691500e-4;
const P1: f32 = 1.3981999507e-3;
const P2: f32 = 8.3334519073e-3;
const P3: f32 = 4.1665795894e-2;
const P4: f32 = 1.6666665459e-1;
const P5: f32 = 5.0000001201e-1;

/** exp of four lanes; relative error below 2e-7. */
@inline export function exp4(x: v128): v128 {
  const clamped = f32x4.min(f32x4.max(x, f32x4.splat(SMALLEST)), f32x4.splat(LARGEST));
  const rounded = f32x4.add(f32x4.mul(clamped, f32x4.splat(LOG2_E)), f32x4.splat(ROUNDER));
  const n = f32x4.sub(rounded, f32x4.splat(ROUNDER));
  const r = f32x4.sub(f32x4.sub(clamped, f32x4.mul(n, f32x4.splat(LN2_HIGH))), f32x4.mul(n, f32x4.splat(LN2_LOW)));
  let p = f32x4.splat(P0);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(P1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(P2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(P3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(P4));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(P5));
  const value = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), f32x4.splat(1));
  const scale = i32x4.shl(i32x4.add(rounded, i32x4.splat(127)), 23);
  return v128.andnot(f32x4.mul(value, scale), f32x4.le(x, f32x4.splat(SMALLEST)));
}

/** exp of one number, bit for bit a lane of `exp4`. */
export function exp1(x: f32): f32 {
  if (x <= SMALLEST) return 0;
  const clamped: f32 = x < LARGEST ? x : LARGEST;
  const rounded: f32 = clamped * LOG2_E + ROUNDER;
  const n: f32 = rounded - ROUNDER;
  const r: f32 = clamped - n * LN2_HIGH - n * LN2_LOW;
  let p: f32 = P0;
  p = p * r + P1;
  p = p * r + P2;
  p = p * r + P3;
  p = p * r + P4;
  p = p * r + P5;
  const value: f32 = p * (r * r) + r + <f32>1;
  return value * reinterpret<f32>((reinterpret<i32>(rounded) + 127) << 23);
}

/** Natural logarithm of a positive normal number: exponent, then the series of 2 atanh((m - 1) / (m + 1)) in f64. */
export function log1(x: f32): f32 {
  const bits = reinterpret<u32>(x);
  let exponent = <i32>(bits >> 23) - 127;
  let mantissa = <f64>reinterpret<f32>((bits & 0x007fffff) | 0x3f800000);
  if (mantissa > 1.4142135623730951) {
    mantissa *= 0.5;
    exponent++;
  }
  const s = (mantissa - 1) / (mantissa + 1);
  const z = s * s;
  const series =
    1 + z * (0.3333333333333333 + z * (0.2 + z * (0.14285714285714285 + z * (0.1111111111111111 + z * (0.09090909090909091 + z * 0.07692307692307693)))));
  return <f32>(<f64>exponent * 0.6931471805599453 + 2 * s * series);
}

/** The fixed order in which four partial sums become one. */
@inline export function sumLanes(x: v128): f32 {
  return f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}
