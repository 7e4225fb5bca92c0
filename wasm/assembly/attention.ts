// Causal grouped-query attention over cached keys and values.
//
// A row attends to a prefix segment and then to a segment of its own. All of a row's scores stand in the thread's scratch, in the
// order of the tokens, so memory is linear in the context; every sum runs over tokens in that order, which makes the result
// independent of where the prefix ends and of whether the row is decoded, prefilled or trained on.

import { exp1, exp4, log1, sumLanes } from './functions';
import { dot } from './norm';
import { scratch } from './threads';

/** Four lane sums at once, each (l0 + l1) + (l2 + l3) as in `sumLanes`. */
@inline function fourLaneSums(s0: v128, s1: v128, s2: v128, s3: v128): v128 {
  const low = f32x4.add(v128.shuffle<f32>(s0, s1, 0, 4, 2, 6), v128.shuffle<f32>(s0, s1, 1, 5, 3, 7));
  const high = f32x4.add(v128.shuffle<f32>(s2, s3, 0, 4, 2, 6), v128.shuffle<f32>(s2, s3, 1, 5, 3, 7));
  return f32x4.add(v128.shuffle<f32>(low, high, 0, 1, 4, 5), v128.shuffle<f32>(low, high, 2, 3, 6, 7));
}

/** scores[j] = scale * q · keys[j], keys [count][width]. */
export function scoreKeys(q: usize, keys: usize, count: i32, width: i32, scale: f32, scores: usize): void {
  let j: i32 = 0;
  const bytes = <usize>width << 2;
  if (ASC_FEATURE_SIMD && (width & 3) == 0) {
    for (; j + 4 <= count; j += 4) {
      const k0 = keys + <usize>j * bytes;
      const k1 = k0 + bytes;
      const k2 = k1 + bytes;
      const k3 = k2 + bytes;
      let s0 = f32x4.splat(0);
      let s1 = s0;
      let s2 = s0;
      let s3 = s0;
      for (let at: usize = 0; at < bytes; at += 16) {
        const x = v128.load(q + at);
        s0 = f32x4.add(s0, f32x4.mul(x, v128.load(k0 + at)));
        s1 = f32x4.add(s1, f32x4.mul(x, v128.load(k1 + at)));
        s2 = f32x4.add(s2, f32x4.mul(x, v128.load(k2 + at)));
        s3 = f32x4.add(s3, f32x4.mul(x, v128.load(k3 + at)));
      }
      v128.store(scores + (<usize>j << 2), f32x4.mul(fourLaneSums(s0, s1, s2, s3), f32x4.splat(scale)));
    }
  }
  for (; j < count; j++) store<f32>(scores + (<usize>j << 2), dot(q, keys + <usize>j * bytes, width) * scale);
}

/** out [width] += sum over j of weights[j] * values[j], j in order. */
export function mixValues(weights: usize, values: usize, count: i32, width: i32, out: usize): void {
  const bytes = <usize>width << 2;
  let at: usize = 0;
  if (ASC_FEATURE_SIMD) {
    for (; at + 128 <= bytes; at += 128) {
      let o0 = v128.load(out + at);
      let o1 = v128.load(out + at, 16);
      let o2 = v128.load(out + at, 32);
      let o3 = v128.load(out + at, 48);
      let o4 = v128.load(out + at, 64);
      let o5 = v128.load(out + at, 80);
      let o6 = v128.load(out + at, 96);
      let o7 = v128.load(out + at, 112);
      let value = values + at;
      for (let j: i32 = 0; j < count; j++) {
        const w = v128.load32_splat(weights + (<usize>j << 2));
        o0 = f32x4.add(o0, f32x4.mul(w, v128.load(value)));
        o1 = f32x4.add(o1, f32x4.mul(w, v128.load(value, 16)));
        o2 = f32x4.add(o2, f32x4.mul(w, v128.load(value, 32)));
        o3 = f32x4.add(o3, f32x4.mul(w, v128.load(value, 48)));
        o4 = f32x4.add(o4, f32x4.mul(w, v128.load(value, 64)));
        o5 = f32x4.add(o5, f32x4.mul(w, v128.load(value, 80)));
        o6 = f32x4.add(o6, f32x4.mul(w, v128.load(value, 96)));
        o7 = f32x4.add(o7, f32x4.mul(w, v128.load(value, 112)));
        value += bytes;
      }
      v128.store(out + at, o0);
      v128.store(out + at, o1, 16);
      v128.store(out + at, o2, 32);
      v128.store(out + at, o3, 48);
      v128.store(out + at, o4, 64);
      v128.store(out + at, o5, 80);
      v128.store(out + at, o6, 96);
      v128.store(out + at, o7, 112);
    }
    for (; at + 16 <= bytes; at += 16) {
      let o = v128.load(out + at);
      for (let j: i32 = 0; j < count; j++) {
        o = f32x4.add(o, f32x4.mul(v128.load32_splat(weights + (<usize>j << 2)), v128.load(values + at + <usize>j * bytes)));
      }
      v128.store(out + at, o);
    }
  }
  if (at < bytes) mixColumns(weights, values + at, count, bytes, out + at, bytes - at);
}

/** `scoreKeys` for two queries of one key head: every key is loaded once for both. The same sums in the same order. */
function scoreKeysPair(qA: usize, qB: usize, keys: usize, count: i32, width: i32, scale: f32, scoresA: usize, scoresB: usize): void {
  let j: i32 = 0;
  const bytes = <usize>width << 2;
  if (ASC_FEATURE_SIMD && (width & 3) == 0) {
    for (; j + 4 <= count; j += 4) {
      const k0 = keys + <usize>j * bytes;
      const k1 = k0 + bytes;
      const k2 = k1 + bytes;
      const k3 = k2 + bytes;
      let a0 = f32x4.splat(0);
      let a1 = a0;
      let a2 = a0;
      let a3 = a0;
      let b0 = a0;
      let b1 = a0;
      let b2 = a0;
      let b3 = a0;
      for (let at: usize = 0; at < bytes; at += 16) {
        const a = v128.load(qA + at);
        const b = v128.load(qB + at);
        const x0 = v128.load(k0 + at);
        a0 = f32x4.add(a0, f32x4.mul(a, x0));
        b0 = f32x4.add(b0, f32x4.mul(b, x0));
        const x1 = v128.load(k1 + at);
        a1 = f32x4.add(a1, f32x4.mul(a, x1));
        b1 = f32x4.add(b1, f32x4.mul(b, x1));
        const x2 = v128.load(k2 + at);
        a2 = f32x4.add(a2, f32x4.mul(a, x2));
        b2 = f32x4.add(b2, f32x4.mul(b, x2));
        const x3 = v128.load(k3 + at);
        a3 = f32x4.add(a3, f32x4.mul(a, x3));
        b3 = f32x4.add(b3, f32x4.mul(b, x3));
      }
      v128.store(scoresA + (<usize>j << 2), f32x4.mul(fourLaneSums(a0, a1, a2, a3), f32x4.splat(scale)));
      v128.store(scoresB + (<usize>j << 2), f32x4.mul(fourLaneSums(b0, b1, b2, b3), f32x4.splat(scale)));
    }
  }
  for (; j < count; j++) {
    store<f32>(scoresA + (<usize>j << 2), dot(qA, keys + <usize>j * bytes, width) * scale);
    store<f32>(scoresB + (<usize>j << 2), dot(qB, keys + <usize>j * bytes, width) * scale);
  }
}

/** `mixValues` for two heads that share their values. */
function mixValuesPair(weightsA: usize, weightsB: usize, values: usize, count: i32, width: i32, outA: usize, outB: usize): void {
  const bytes = <usize>width << 2;
  let at: usize = 0;
  if (ASC_FEATURE_SIMD) {
    for (; at + 64 <= bytes; at += 64) {
      let a0 = v128.load(outA + at);
      let a1 = v128.load(outA + at, 16);
      let a2 = v128.load(outA + at, 32);
      let a3 = v128.load(outA + at, 48);
      let b0 = v128.load(outB + at);
      let b1 = v128.load(outB + at, 16);
      let b2 = v128.load(outB + at, 32);
      let b3 = v128.load(outB + at, 48);
      let value = values + at;
      for (let j: i32 = 0; j < count; j++) {
        const a = v128.load32_splat(weightsA + (<usize>j << 2));
        const b = v128.load32_splat(weightsB + (<usize>j << 2));
        const x0 = v128.load(value);
        a0 = f32x4.add(a0, f32x4.mul(a, x0));
        b0 = f32x4.add(b0, f32x4.mul(b, x0));
        const x1 = v128.load(value, 16);
        a1 = f32x4.add(a1, f32x4.mul(a, x1));
        b1 = f32x4.add(b1, f32x4.mul(b, x1));
        const x2 = v128.load(value, 32);
        a2 = f32x4.add(a2, f32x4.mul(a, x2));
        b2 = f32x4.add(b2, f32x4.mul(b, x2));
        const x3 = v128.load(value, 48);
        a3 = f32x4.add(a3, f32x4.mul(a, x3));
        b3 = f32x4.add(b3, f32x4.mul(b, x3));
        value += bytes;
      }
      v128.store(outA + at, a0);
      v128.store(outA + at, a1, 16);
      v128.store(outA + at, a2, 32);
      v128.store(outA + at, a3, 48);
      v128.store(outB + at, b0);
      v128.store(outB + at, b1, 16);
      v128.store(outB + at, b2, 32);
      v128.store(outB + at, b3, 48);
    }
  }
  if (at < bytes) {
    mixColumns(weightsA, values + at, count, bytes, outA + at, bytes - at);
    mixColumns(weightsB, values + at, count, bytes, outB + at, bytes - at);
  }
}

/** out += sum over j of weights[j] * values[j] for the `left` bytes of columns that no wider loop took. */
function mixColumns(weights: usize, values: usize, count: i32, bytes: usize, out: usize, left: usize): void {
  for (let at: usize = 0; at < left; at += 4) {
    let o = load<f32>(out + at);
    for (let j: i32 = 0; j < count; j++) o += load<f32>(weights + (<usize>j << 2)) * load<f32>(values + at + <usize>j * bytes);
    store<f32>(out + at, o);
  }
}

/** scores -> exp(scores - shift) in place; returns their sum in four strided partial sums. Slots up to a multiple of four are padded. */
export function exponentiate(scores: usize, count: i32, shift: f32): f32 {
  const padded = (count + 3) & ~3;
  for (let j = count; j < padded; j++) store<f32>(scores + (<usize>j << 2), -Infinity);
  if (ASC_FEATURE_SIMD) {
    const shifts = f32x4.splat(shift);
    let sums = f32x4.splat(0);
    for (let j: i32 = 0; j < padded; j += 4) {
      const at = scores + (<usize>j << 2);
      const e = exp4(f32x4.sub(v128.load(at), shifts));
      v128.store(at, e);
      sums = f32x4.add(sums, e);
    }
    return sumLanes(sums);
  }
  let s0: f32 = 0;
  let s1: f32 = 0;
  let s2: f32 = 0;
  let s3: f32 = 0;
  for (let j: i32 = 0; j < padded; j += 4) {
    const at = scores + (<usize>j << 2);
    const e0 = exp1(load<f32>(at) - shift);
    const e1 = exp1(load<f32>(at, 4) - shift);
    const e2 = exp1(load<f32>(at, 8) - shift);
    const e3 = exp1(load<f32>(at, 12) - shift);
    store<f32>(at, e0);
    store<f32>(at, e1, 4);
    store<f32>(at, e2, 8);
    store<f32>(at, e3, 12);
    s0 += e0;
    s1 += e1;
    s2 += e2;
    s3 += e3;
  }
  return s0 + s1 + (s2 + s3);
}

/** The largest of `count` numbers. */
export function largest(values: usize, count: i32): f32 {
  let best: f32 = -Infinity;
  let i: i32 = 0;
  if (ASC_FEATURE_SIMD) {
    let lanes = f32x4.splat(-Infinity);
    for (; i + 4 <= count; i += 4) lanes = f32x4.pmax(lanes, v128.load(values + (<usize>i << 2)));
    const a = max<f32>(f32x4.extract_lane(lanes, 0), f32x4.extract_lane(lanes, 1));
    best = max<f32>(a, max<f32>(f32x4.extract_lane(lanes, 2), f32x4.extract_lane(lanes, 3)));
  }
  for (; i < count; i++) best = max<f32>(best, load<f32>(values + (<usize>i << 2)));
  return best;
}

export function attention(
  qkv: usize, cache: usize, cachePositions: i32, prefixStart: usize, prefixLength: usize, ownStart: usize, ownLength: usize,
  out: usize, logSumExp: usize, queryHeads: i32, keyHeads: i32, width: i32, scale: f32, first: i32, last: i32,
): void {
  const headBytes = <usize>width << 2;
  const rowBytes = <usize>(queryHeads + 2 * keyHeads) * headBytes;
  const plane = <usize>cachePositions * headBytes;
  const share = queryHeads / keyHeads;
  // Heads that share keys go two by two: a key is then loaded once for both.
  const step = share % 2 == 0 ? 2 : 1;
  const scores = scratch();
  for (let row = first; row < last; row++) {
    const index = <usize>row << 2;
    const prefix = <usize>load<u32>(prefixStart + index) * headBytes;
    const prefixCount = <i32>load<u32>(prefixLength + index);
    const own = <usize>load<u32>(ownStart + index) * headBytes;
    const ownCount = <i32>load<u32>(ownLength + index);
    const count = prefixCount + ownCount;
    const ownAt = <usize>prefixCount << 2;
    for (let head: i32 = 0; head < queryHeads; head += step) {
      const keys = cache + <usize>(head / share) * plane;
      const values = keys + <usize>keyHeads * plane;
      const q = qkv + <usize>row * rowBytes + <usize>head * headBytes;
      const target = out + (<usize>row * <usize>queryHeads + <usize>head) * headBytes;
      const at = logSumExp == 0 ? 0 : logSumExp + (<usize>(row * queryHeads + head) << 2);
      memory.fill(target, 0, headBytes * <usize>step);
      if (step == 2) {
        const others = scores + (<usize>(cachePositions + 8) << 2);
        scoreKeysPair(q, q + headBytes, keys + prefix, prefixCount, width, scale, scores, others);
        scoreKeysPair(q, q + headBytes, keys + own, ownCount, width, scale, scores + ownAt, others + ownAt);
        const sum = normaliser(scores, count, at);
        const otherSum = normaliser(others, count, at == 0 ? 0 : at + 4);
        mixValuesPair(scores, others, values + prefix, prefixCount, width, target, target + headBytes);
        mixValuesPair(scores + ownAt, others + ownAt, values + own, ownCount, width, target, target + headBytes);
        divide(target, sum, width);
        divide(target + headBytes, otherSum, width);
      } else {
        scoreKeys(q, keys + prefix, prefixCount, width, scale, scores);
        scoreKeys(q, keys + own, ownCount, width, scale, scores + ownAt);
        const sum = normaliser(scores, count, at);
        mixValues(scores, values + prefix, prefixCount, width, target);
        mixValues(scores + ownAt, values + own, ownCount, width, target);
        divide(target, sum, width);
      }
    }
  }
}

/** Turns scores into unnormalised weights and returns their sum; the log of the whole is kept at `keep` where that is not 0. */
function normaliser(scores: usize, count: i32, keep: usize): f32 {
  const top = largest(scores, count);
  const sum = exponentiate(scores, count, top);
  if (keep != 0) store<f32>(keep, top + log1(sum));
  return sum;
}

function divide(x: usize, by: f32, count: i32): void {
  let i: i32 = 0;
  if (ASC_FEATURE_SIMD) {
    for (; i + 4 <= count; i += 4) v128.store(x + (<usize>i << 2), f32x4.div(v128.load(x + (<usize>i << 2)), f32x4.splat(by)));
  }
  for (; i < count; i++) store<f32>(x + (<usize>i << 2), load<f32>(x + (<usize>i << 2)) / by);
}
