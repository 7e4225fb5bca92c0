/**
 * exp and log as fixed polynomials in WGSL, the coefficients of the WebAssembly kernels. WGSL leaves the accuracy of its own builtins to
 * the adapter and lets compilers fuse a product with a sum, so every fused step is written as `fma` and no other product meets a sum:
 * two kernels that include this text get the same bits from the same argument.
 */

/** Below this, exp is exactly 0: masked and far-away logits drop out of every sum. */
const SMALLEST = '-87.33654f';

export const exponentialFunction = `
fn exponential(x: f32) -> f32 {
  let clamped = clamp(x, ${SMALLEST}, 88.37626f);
  let n = round(clamped * 1.44269504f);
  let r = fma(n, 2.12194440e-4f, fma(n, -0.693359375f, clamped));
  var p = fma(1.9875691500e-4f, r, 1.3981999507e-3f);
  p = fma(p, r, 8.3334519073e-3f);
  p = fma(p, r, 4.1665795894e-2f);
  p = fma(p, r, 1.6666665459e-1f);
  p = fma(p, r, 5.0000001201e-1f);
  let value = fma(p, r * r, r) + 1f;
  let scale = bitcast<f32>(u32(i32(n) + 127) << 23u);
  return select(value * scale, 0f, x <= ${SMALLEST});
}
`;

/** The natural logarithm of a positive normal number: exponent and 2 atanh((m - 1) / (m + 1)), m within sqrt(1/2) … sqrt(2). */
export const logarithmFunction = `
fn logarithm(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  let raised = (bits & 0x007fffffu) > 0x003504f3u;
  let exponent = f32(i32(bits >> 23u) - select(127, 126, raised));
  let m = bitcast<f32>((bits & 0x007fffffu) | select(0x3f800000u, 0x3f000000u, raised));
  let d = m - 1f;
  let s = d / (m + 1f);
  let z = s * s;
  var series = fma(z, 0.11111111f, 0.14285714f);
  series = fma(z, series, 0.2f);
  series = fma(z, series, 0.33333333f);
  // 2 atanh(s) = 2s + 2sz·series, and 2s = d - s·d exactly in real numbers, which keeps the bits of d.
  let tail = fma(2f * s * z, series, -(s * d));
  let low = fma(exponent, -2.12194440e-4f, tail);
  return fma(exponent, 0.693359375f, d + low);
}
`;
