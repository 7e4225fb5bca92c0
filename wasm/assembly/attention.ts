// Causal grouped-query attention over cached keys and values, forward and backward.
//
// A row attends to a prefix segment and then to a segment of its own. All of a row's scores stand in the thread's scratch, in the
// order of the tokens, so memory is linear in the context; every sum runs over tokens in that order, which makes the result
// independent of where the prefix ends and of whether the row is decoded, prefilled or trained on.

import { exp1, exp4, log1, sumLanes } from './functions';
import { dot } from './norm';
import { claim, endPhase, scratch } from './threads';

const ROW_TASK: i32 = 4;
/** Rows whose contributions to a key's gradient are added in one visit. */
export const BACKWARD_ROWS: i32 = 4;

@inline function min(a: i32, b: i32): i32 {
  return a < b ? a : b;
}

/** scores[j] = scale * q · keys[j], keys [count][width]. */
function scoreKeys(q: usize, keys: usize, count: i32, width: i32, scale: f32, scores: usize): void {
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
      // Four lane sums at once, each (l0 + l1) + (l2 + l3) as in `sumLanes`.
      const low = f32x4.add(v128.shuffle<f32>(s0, s1, 0, 4, 2, 6), v128.shuffle<f32>(s0, s1, 1, 5, 3, 7));
      const high = f32x4.add(v128.shuffle<f32>(s2, s3, 0, 4, 2, 6), v128.shuffle<f32>(s2, s3, 1, 5, 3, 7));
      const sums = f32x4.add(v128.shuffle<f32>(low, high, 0, 1, 4, 5), v128.shuffle<f32>(low, high, 2, 3, 6, 7));
      v128.store(scores + (<usize>j << 2), f32x4.mul(sums, f32x4.splat(scale)));
    }
  }
  for (; j < count; j++) store<f32>(scores + (<usize>j << 2), dot(q, keys + <usize>j * bytes, width) * scale);
}

/** out [width] += sum over j of weights[j] * values[j], j in order. */
function mixValues(weights: usize, values: usize, count: i32, width: i32, out: usize): void {
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
  for (; at < bytes; at += 4) {
    let o = load<f32>(out + at);
    for (let j: i32 = 0; j < count; j++) o += load<f32>(weights + (<usize>j << 2)) * load<f32>(values + at + <usize>j * bytes);
    store<f32>(out + at, o);
  }
}

/** scores -> exp(scores - shift) in place; returns their sum in four strided partial sums. Slots up to a multiple of four are padded. */
function exponentiate(scores: usize, count: i32, shift: f32): f32 {
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
  out: usize, logSumExp: usize, rows: i32, queryHeads: i32, keyHeads: i32, width: i32, scale: f32,
): void {
  const headBytes = <usize>width << 2;
  const rowBytes = <usize>(queryHeads + 2 * keyHeads) * headBytes;
  const plane = <usize>cachePositions * headBytes;
  const share = queryHeads / keyHeads;
  const scores = scratch();
  for (let task = claim(); task * ROW_TASK < rows; task = claim()) {
    for (let row = task * ROW_TASK; row < min(rows, task * ROW_TASK + ROW_TASK); row++) {
      const index = <usize>row << 2;
      const prefix = <usize>load<u32>(prefixStart + index) * headBytes;
      const prefixCount = <i32>load<u32>(prefixLength + index);
      const own = <usize>load<u32>(ownStart + index) * headBytes;
      const ownCount = <i32>load<u32>(ownLength + index);
      const count = prefixCount + ownCount;
      for (let head: i32 = 0; head < queryHeads; head++) {
        const keys = cache + <usize>(head / share) * plane;
        const values = keys + <usize>keyHeads * plane;
        const q = qkv + <usize>row * rowBytes + <usize>head * headBytes;
        scoreKeys(q, keys + prefix, prefixCount, width, scale, scores);
        scoreKeys(q, keys + own, ownCount, width, scale, scores + (<usize>prefixCount << 2));
        const top = largest(scores, count);
        const sum = exponentiate(scores, count, top);
        const target = out + (<usize>row * <usize>queryHeads + <usize>head) * headBytes;
        memory.fill(target, 0, headBytes);
        mixValues(scores, values + prefix, prefixCount, width, target);
        mixValues(scores + (<usize>prefixCount << 2), values + own, ownCount, width, target);
        divide(target, sum, width);
        if (logSumExp != 0) store<f32>(logSumExp + (<usize>(row * queryHeads + head) << 2), top + log1(sum));
      }
    }
  }
  endPhase();
}

function divide(x: usize, by: f32, count: i32): void {
  let i: i32 = 0;
  if (ASC_FEATURE_SIMD) {
    for (; i + 4 <= count; i += 4) v128.store(x + (<usize>i << 2), f32x4.div(v128.load(x + (<usize>i << 2)), f32x4.splat(by)));
  }
  for (; i < count; i++) store<f32>(x + (<usize>i << 2), load<f32>(x + (<usize>i << 2)) / by);
}

/**
 * With P the attention weights, dP = dOut · Vᵀ and D = dOut · out: dS = P * (dP - D) * scale, dQ = dS K, dK = dSᵀ Q, dV = Pᵀ dOut.
 * One task is one family and one key head, so each gradient row has a single writer; key gradients add rows in order, heads within.
 */
export function attentionBackward(
  qkv: usize, cache: usize, cachePositions: i32, prefixStart: usize, prefixLength: usize, ownStart: usize, ownLength: usize,
  familyStart: usize, families: i32, out: usize, dOut: usize, logSumExp: usize, dQkv: usize,
  queryHeads: i32, keyHeads: i32, width: i32, scale: f32, scoreStride: i32,
): void {
  const headBytes = <usize>width << 2;
  const rowBytes = <usize>(queryHeads + 2 * keyHeads) * headBytes;
  const outBytes = <usize>queryHeads * headBytes;
  const plane = <usize>cachePositions * headBytes;
  const share = queryHeads / keyHeads;
  const combinations = BACKWARD_ROWS * share;
  const stride = <usize>scoreStride << 2;
  const weights = scratch();
  const slopes = weights + <usize>combinations * stride;
  const queries = slopes + <usize>combinations * stride;
  const gradients = queries + <usize>combinations * headBytes;
  for (let task = claim(); task < families * keyHeads; task = claim()) {
    const family = task / keyHeads;
    const keyHead = task % keyHeads;
    const firstRow = <i32>load<u32>(familyStart + (<usize>family << 2));
    const lastRow = <i32>load<u32>(familyStart + (<usize>(family + 1) << 2));
    const keys = cache + <usize>keyHead * plane;
    const values = keys + <usize>keyHeads * plane;
    const dKeys = dQkv + <usize>(queryHeads + keyHead) * headBytes;
    const dValues = dKeys + <usize>keyHeads * headBytes;
    for (let row = firstRow; row < lastRow; row++) {
      memory.fill(dKeys + <usize>row * rowBytes, 0, headBytes);
      memory.fill(dValues + <usize>row * rowBytes, 0, headBytes);
    }
    let row = firstRow;
    while (row < lastRow) {
      const index = <usize>row << 2;
      const prefix = <usize>load<u32>(prefixStart + index) * headBytes;
      const own = <usize>load<u32>(ownStart + index) * headBytes;
      const inPrefix = load<u32>(ownLength + index) == 0;
      // A block stays inside one segment, whose rows see one token more each.
      let block: i32 = 1;
      while (block < BACKWARD_ROWS && row + block < lastRow && sameSegment(ownStart, ownLength, prefixLength, row, block, inPrefix)) block++;
      const lastIndex = <usize>(row + block - 1) << 2;
      const widest = <i32>(load<u32>(prefixLength + lastIndex) + load<u32>(ownLength + lastIndex));
      for (let r: i32 = 0; r < block; r++) {
        const at = <usize>(row + r) << 2;
        const prefixCount = <i32>load<u32>(prefixLength + at);
        const ownCount = <i32>load<u32>(ownLength + at);
        const count = prefixCount + ownCount;
        for (let h: i32 = 0; h < share; h++) {
          const head = keyHead * share + h;
          const combination = <usize>(r * share + h);
          const p = weights + combination * stride;
          const s = slopes + combination * stride;
          const q = qkv + <usize>(row + r) * rowBytes + <usize>head * headBytes;
          const gradient = dOut + <usize>(row + r) * outBytes + <usize>head * headBytes;
          memory.copy(queries + combination * headBytes, q, headBytes);
          memory.copy(gradients + combination * headBytes, gradient, headBytes);
          scoreKeys(q, keys + prefix, prefixCount, width, scale, p);
          scoreKeys(q, keys + own, ownCount, width, scale, p + (<usize>prefixCount << 2));
          exponentiate(p, count, load<f32>(logSumExp + (<usize>((row + r) * queryHeads + head) << 2)));
          scoreKeys(gradient, values + prefix, prefixCount, width, 1, s);
          scoreKeys(gradient, values + own, ownCount, width, 1, s + (<usize>prefixCount << 2));
          slope(p, s, count, dot(gradient, out + <usize>(row + r) * outBytes + <usize>head * headBytes, width), scale);
          const dq = dQkv + <usize>(row + r) * rowBytes + <usize>head * headBytes;
          memory.fill(dq, 0, headBytes);
          mixValues(s, keys + prefix, prefixCount, width, dq);
          mixValues(s + (<usize>prefixCount << 2), keys + own, ownCount, width, dq);
          for (let j = count; j < widest; j++) {
            store<f32>(p + (<usize>j << 2), 0);
            store<f32>(s + (<usize>j << 2), 0);
          }
        }
      }
      const prefixRows = <i32>load<u32>(prefixLength + lastIndex);
      // The first row of this own segment: the last row's own index counts back to it.
      const segmentRow = row + block - <i32>load<u32>(ownLength + lastIndex);
      for (let j: i32 = 0; j < widest; j++) {
        const keyRow = <usize>(j < prefixRows ? firstRow + j : segmentRow + (j - prefixRows));
        const column = <usize>j << 2;
        addOuter(dKeys + keyRow * rowBytes, slopes + column, stride, queries, block * share, width);
        addOuter(dValues + keyRow * rowBytes, weights + column, stride, gradients, block * share, width);
      }
      row += block;
    }
  }
  endPhase();
}

function sameSegment(ownStart: usize, ownLength: usize, prefixLength: usize, row: i32, block: i32, inPrefix: bool): bool {
  const a = <usize>row << 2;
  const b = <usize>(row + block) << 2;
  if (inPrefix) return load<u32>(ownLength + b) == 0 && load<u32>(prefixLength + b) == load<u32>(prefixLength + a) + <u32>block;
  return load<u32>(ownStart + b) == load<u32>(ownStart + a) && load<u32>(ownLength + b) == load<u32>(ownLength + a) + <u32>block;
}

/** slopes[j] = weights[j] * (slopes[j] - shift) * scale. */
function slope(weights: usize, slopes: usize, count: i32, shift: f32, scale: f32): void {
  let j: i32 = 0;
  if (ASC_FEATURE_SIMD) {
    for (; j + 4 <= count; j += 4) {
      const at = <usize>j << 2;
      const difference = f32x4.sub(v128.load(slopes + at), f32x4.splat(shift));
      v128.store(slopes + at, f32x4.mul(f32x4.mul(v128.load(weights + at), difference), f32x4.splat(scale)));
    }
  }
  for (; j < count; j++) {
    const at = <usize>j << 2;
    store<f32>(slopes + at, load<f32>(weights + at) * (load<f32>(slopes + at) - shift) * scale);
  }
}

/** target [width] += sum over i of coefficients[i * stride] * vectors[i], i in order. */
function addOuter(target: usize, coefficients: usize, stride: usize, vectors: usize, count: i32, width: i32): void {
  const bytes = <usize>width << 2;
  let at: usize = 0;
  if (ASC_FEATURE_SIMD) {
    for (; at + 64 <= bytes; at += 64) {
      let t0 = v128.load(target + at);
      let t1 = v128.load(target + at, 16);
      let t2 = v128.load(target + at, 32);
      let t3 = v128.load(target + at, 48);
      let coefficient = coefficients;
      let vector = vectors + at;
      for (let i: i32 = 0; i < count; i++) {
        const c = v128.load32_splat(coefficient);
        t0 = f32x4.add(t0, f32x4.mul(c, v128.load(vector)));
        t1 = f32x4.add(t1, f32x4.mul(c, v128.load(vector, 16)));
        t2 = f32x4.add(t2, f32x4.mul(c, v128.load(vector, 32)));
        t3 = f32x4.add(t3, f32x4.mul(c, v128.load(vector, 48)));
        coefficient += stride;
        vector += bytes;
      }
      v128.store(target + at, t0);
      v128.store(target + at, t1, 16);
      v128.store(target + at, t2, 32);
      v128.store(target + at, t3, 48);
    }
  }
  for (; at < bytes; at += 4) {
    let sum = load<f32>(target + at);
    for (let i: i32 = 0; i < count; i++) sum += load<f32>(coefficients + <usize>i * stride) * load<f32>(vectors + at + <usize>i * bytes);
    store<f32>(target + at, sum);
  }
}
