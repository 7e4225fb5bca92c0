// The gradient of attention, one family and one key head at a time.

import { exponentiate, mixValues, scoreKeys } from './attention';
import { dot } from './norm';
import { firstTask, nextTask, scratch } from './threads';

/** Rows whose contributions to a key's gradient are added in one visit. */
const BACKWARD_ROWS: i32 = 4;

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
  for (let task = firstTask(families * keyHeads); task >= 0; task = nextTask()) {
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
