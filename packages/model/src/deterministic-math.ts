/**
 * exp, ln, sin, cos and power in f64 from additions, multiplications and divisions alone, which IEEE 754 rounds in one way only. The
 * functions of `Math` may differ in the last bit from one engine or libm to the next; these do not. Each is within about one unit in
 * the last place (relative error below 4e-16); `power` multiplies that by the exponent of its result.
 */

/** ln 2 = high + low; high has 32 significant bits, so that its product with an exponent is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
/** pi / 2 = first + second + third; 33, 33 and 53 significant bits. */
const HALF_PI_FIRST = 1.5707963267341256;
const HALF_PI_SECOND = 6.077100506303966e-11;
const HALF_PI_THIRD = 2.0222662487959506e-21;
/** Beyond this many quarter turns, products with the first two parts would no longer be exact. */
const MAX_QUARTER_TURNS = 2 ** 20;

const scratch = new DataView(new ArrayBuffer(8));

/** 2^exponent for -1022 <= exponent <= 1023. */
function powerOfTwo(exponent: number): number {
  scratch.setUint32(0, (exponent + 1023) << 20);
  scratch.setUint32(4, 0);
  return scratch.getFloat64(0);
}

/** Natural logarithm of a positive, normal, finite number. */
export function naturalLogarithm(value: number): number {
  if (!(value >= 2.2250738585072014e-308 && value < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`the logarithm is computed of positive normal numbers, not of ${value}`);
  }
  scratch.setFloat64(0, value);
  const high = scratch.getUint32(0);
  let exponent = (high >>> 20) - 1023;
  scratch.setUint32(0, (high & 0xfffff) | (1023 << 20));
  let mantissa = scratch.getFloat64(0);
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent++;
  }
  // ln m = 2 artanh(s) with s = (m - 1) / (m + 1), |s| < 0.172. Written as f - s (f - R), the rounding of s weighs little.
  const fraction = mantissa - 1;
  const s = fraction / (mantissa + 1);
  const square = s * s;
  let series = 0;
  for (let term = 25; term >= 3; term -= 2) series = (series + 2 / term) * square;
  return exponent * LN2_HIGH + (fraction - (s * (fraction - series) - exponent * LN2_LOW));
}

/** e^value; 0 below about -708 and a `RangeError` above 709, where it would overflow. */
export function exponential(value: number): number {
  if (!(value <= 709)) throw new RangeError(`e^${value} is out of range`);
  if (value < -708) return 0;
  const exponent = Math.round(value / Math.LN2);
  const high = value - exponent * LN2_HIGH;
  const rest = high - exponent * LN2_LOW;
  // Taylor series of e^r - 1, |r| < 0.347: the term after r^14 / 14! is below 1e-19.
  let series = 0;
  for (let term = 14; term >= 2; term--) series = (series + 1) * (rest / term);
  return (1 + (rest + rest * series)) * powerOfTwo(exponent);
}

/** base^exponent for a positive base. */
export function power(base: number, exponent: number): number {
  return exponential(exponent * naturalLogarithm(base));
}

/** Sine and cosine of an angle in radians, at most 1.6 million in magnitude. */
export function sineCosine(angle: number): { readonly sine: number; readonly cosine: number } {
  const quarterTurns = Math.round(angle / (Math.PI / 2));
  if (!(Math.abs(quarterTurns) <= MAX_QUARTER_TURNS))
    throw new RangeError(`an angle of ${angle} radians is beyond the exact range reduction`);
  // Each difference is exact where the terms nearly cancel, so that the remainder keeps its relative accuracy near multiples of pi / 2.
  const rest = angle - quarterTurns * HALF_PI_FIRST - quarterTurns * HALF_PI_SECOND - quarterTurns * HALF_PI_THIRD;
  const square = rest * rest;
  let sineSeries = 0;
  for (let term = 19; term >= 3; term -= 2) sineSeries = (-square / (term * (term - 1))) * (1 + sineSeries);
  let cosineSeries = 0;
  for (let term = 20; term >= 4; term -= 2) cosineSeries = (-square / (term * (term - 1))) * (1 + cosineSeries);
  const sine = rest + rest * sineSeries;
  const cosine = 1 - (square / 2) * (1 + cosineSeries);
  switch (((quarterTurns % 4) + 4) % 4) {
    case 0:
      return { sine, cosine };
    case 1:
      return { sine: cosine, cosine: -sine };
    case 2:
      return { sine: -sine, cosine: -cosine };
    default:
      return { sine: -cosine, cosine: sine };
  }
}
