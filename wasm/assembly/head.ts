// The language-model head without logits in memory: log-probability, entropy, their gradient, and sampling.
//
// The vocabulary is walked in chunks of CHUNK logits anchored at token 0, so the sampler and the learner reduce in the same order and
// agree bit for bit. Per chunk: m = max z, s = sum exp(z - m), t = sum exp(z - m) (z - m); chunks merge online. Then
// log-probability = (z_a - m) - ln s and entropy = ln s - t / s.

import { largest } from './attention';
import { exp1, exp4, log1, sumLanes } from './functions';
import { WIDEST, gradientTile, multiplyStrip, STRIP_SCRATCH } from './products';
import { drawToken, indexOfLargest } from './sampling';
import { blocks, firstTask, nextTask, scratch, workspace, workspaceSize } from './threads';

export const CHUNK: i32 = 1024;

let peak: f32 = 0;
let sum: f32 = 0;
let moment: f32 = 0;

@inline function min(a: i32, b: i32): i32 {
  return a < b ? a : b;
}

/** Row stride, in floats, of a block of logits `count` wide: room for whole panels. */
@inline function paddedWidth(count: i32): i32 {
  return (count + 7) & ~7;
}

/** z = z * inverseTemperature + mask. */
function temper(z: usize, mask: usize, count: i32, inverseTemperature: f32): void {
  let i: i32 = 0;
  if (ASC_FEATURE_SIMD) {
    const factor = f32x4.splat(inverseTemperature);
    for (; i + 4 <= count; i += 4) {
      const at = <usize>i << 2;
      let value = f32x4.mul(v128.load(z + at), factor);
      if (mask != 0) value = f32x4.add(value, v128.load(mask + at));
      v128.store(z + at, value);
    }
  }
  for (; i < count; i++) {
    const at = <usize>i << 2;
    let value: f32 = load<f32>(z + at) * inverseTemperature;
    if (mask != 0) value = value + load<f32>(mask + at);
    store<f32>(z + at, value);
  }
}

/** Folds one chunk of logits into (peak, sum, moment). Slots up to a multiple of four are overwritten. */
function fold(z: usize, count: i32): void {
  const padded = (count + 3) & ~3;
  for (let i = count; i < padded; i++) store<f32>(z + (<usize>i << 2), -1e30);
  const m = largest(z, count);
  let s: f32 = 0;
  let t: f32 = 0;
  if (ASC_FEATURE_SIMD) {
    const shift = f32x4.splat(m);
    let sums = f32x4.splat(0);
    let moments = sums;
    for (let i: i32 = 0; i < padded; i += 4) {
      const d = f32x4.sub(v128.load(z + (<usize>i << 2)), shift);
      const e = exp4(d);
      sums = f32x4.add(sums, e);
      moments = f32x4.add(moments, f32x4.mul(e, d));
    }
    s = sumLanes(sums);
    t = sumLanes(moments);
  } else {
    let s1: f32 = 0;
    let s2: f32 = 0;
    let s3: f32 = 0;
    let t1: f32 = 0;
    let t2: f32 = 0;
    let t3: f32 = 0;
    for (let i: i32 = 0; i < padded; i += 4) {
      const at = z + (<usize>i << 2);
      const d0: f32 = load<f32>(at) - m;
      const d1: f32 = load<f32>(at, 4) - m;
      const d2: f32 = load<f32>(at, 8) - m;
      const d3: f32 = load<f32>(at, 12) - m;
      const e0 = exp1(d0);
      const e1 = exp1(d1);
      const e2 = exp1(d2);
      const e3 = exp1(d3);
      s += e0;
      s1 += e1;
      s2 += e2;
      s3 += e3;
      t += e0 * d0;
      t1 += e1 * d1;
      t2 += e2 * d2;
      t3 += e3 * d3;
    }
    s = s + s1 + (s2 + s3);
    t = t + t1 + (t2 + t3);
  }
  if (sum == 0) {
    peak = m;
    sum = s;
    moment = t;
    return;
  }
  const top = max<f32>(peak, m);
  const down = exp1(peak - top);
  const downNew = exp1(m - top);
  moment = down * (moment + sum * (peak - top)) + downNew * (t + s * (m - top));
  sum = down * sum + downNew * s;
  peak = top;
}

@inline function clear(): void {
  peak = 0;
  sum = 0;
  moment = 0;
}

export function headForward(
  hidden: usize, panels: usize, mask: usize, targets: usize, temperature: f32, logProbability: usize, entropy: usize, logSumExp: usize,
  width: i32, vocabulary: i32, from: i32, to: i32,
): void {
  const inverse: f32 = <f32>1 / temperature;
  const logits = scratch() + STRIP_SCRATCH;
  const stride = <usize>paddedWidth(min(CHUNK, vocabulary)) << 2;
  const state = logits + 6 * stride;
  for (let first = from; first < to; first += 6) {
    const count = min(6, to - first);
    memory.fill(state, 0, 6 * 16);
    for (let v0: i32 = 0; v0 < vocabulary; v0 += CHUNK) {
      const chunk = min(CHUNK, vocabulary - v0);
      chunkLogits(hidden + (<usize>first * <usize>width << 2), count, panels, width, vocabulary, v0, chunk, logits, stride);
      for (let r: i32 = 0; r < count; r++) {
        const z = logits + <usize>r * stride;
        const kept = state + (<usize>r << 4);
        temper(z, mask == 0 ? 0 : mask + (<usize>v0 << 2), chunk, inverse);
        const target = <i32>load<u32>(targets + (<usize>(first + r) << 2)) - v0;
        if (target >= 0 && target < chunk) store<f32>(kept, load<f32>(z + (<usize>target << 2)), 12);
        peak = load<f32>(kept);
        sum = load<f32>(kept, 4);
        moment = load<f32>(kept, 8);
        fold(z, chunk);
        store<f32>(kept, peak);
        store<f32>(kept, sum, 4);
        store<f32>(kept, moment, 8);
      }
    }
    for (let r: i32 = 0; r < count; r++) {
      const kept = state + (<usize>r << 4);
      const logSum = log1(load<f32>(kept, 4));
      const at = <usize>(first + r) << 2;
      store<f32>(logProbability + at, load<f32>(kept, 12) - load<f32>(kept) - logSum);
      store<f32>(entropy + at, logSum - load<f32>(kept, 8) / load<f32>(kept, 4));
      store<f32>(logSumExp + at, load<f32>(kept) + logSum);
    }
  }
}

/** Logits v0 … v0 + chunk of up to six rows. */
function chunkLogits(
  hidden: usize, rows: i32, panels: usize, width: i32, vocabulary: i32, v0: i32, chunk: i32, logits: usize, stride: usize,
): void {
  multiplyStrip(
    hidden, <usize>width << 2, 4, rows, panels, <usize>width * 32, 32, width, logits - (<usize>v0 << 2), stride, vocabulary, v0 / 8, (v0 + chunk + 7) / 8, false,
  );
}

/** d/dz_j of wl * logp + wh * H = wl * (1[j = a] - p_j) - wh * p_j * (ln p_j + H), then / temperature for the raw logits. */
function logitGradient(
  z: usize, count: i32, target: i32, logSumExp: f32, entropy: f32, weight: f32, entropyWeight: f32, inverse: f32,
): void {
  let i: i32 = 0;
  if (ASC_FEATURE_SIMD) {
    const shift = f32x4.splat(logSumExp);
    for (; i + 4 <= count; i += 4) {
      const at = z + (<usize>i << 2);
      const logP = f32x4.sub(v128.load(at), shift);
      const slope = f32x4.add(f32x4.splat(weight), f32x4.mul(f32x4.splat(entropyWeight), f32x4.add(logP, f32x4.splat(entropy))));
      v128.store(at, f32x4.mul(f32x4.neg(f32x4.mul(exp4(logP), slope)), f32x4.splat(inverse)));
    }
  }
  for (; i < count; i++) {
    const at = z + (<usize>i << 2);
    const logP: f32 = load<f32>(at) - logSumExp;
    const slope: f32 = weight + entropyWeight * (logP + entropy);
    store<f32>(at, -(exp1(logP) * slope) * inverse);
  }
  if (target >= 0 && target < count) {
    const at = z + (<usize>target << 2);
    store<f32>(at, load<f32>(at) + weight * inverse);
  }
}

export function headBackward(
  hidden: usize, panels: usize, backwardPanels: usize, mask: usize, targets: usize, temperature: f32, entropy: usize, logSumExp: usize,
  weights: usize, entropyWeights: usize, dHidden: usize, dWeight: usize, rows: i32, width: i32, vocabulary: i32,
): void {
  const inverse: f32 = <f32>1 / temperature;
  const chunkWidth = paddedWidth(min(CHUNK, vocabulary));
  const stride = <usize>chunkWidth << 2;
  const blockRows = <i32>(workspaceSize() / stride);
  for (let row0: i32 = 0; row0 < rows; row0 += blockRows) {
    const count = min(blockRows, rows - row0);
    const from = hidden + (<usize>row0 * <usize>width << 2);
    const gradients = workspace();
    for (let v0: i32 = 0; v0 < vocabulary; v0 += CHUNK) {
      const chunk = min(CHUNK, vocabulary - v0);
      for (let task = firstTask(blocks(count, 6)); task >= 0; task = nextTask()) {
        const first = task * 6;
        const strip = min(6, count - first);
        const z = gradients + <usize>first * stride;
        chunkLogits(from + (<usize>first * <usize>width << 2), strip, panels, width, vocabulary, v0, chunk, z, stride);
        for (let r: i32 = 0; r < strip; r++) {
          const at = <usize>(row0 + first + r) << 2;
          temper(z + <usize>r * stride, mask == 0 ? 0 : mask + (<usize>v0 << 2), chunk, inverse);
          logitGradient(
            z + <usize>r * stride, chunk, <i32>load<u32>(targets + at) - v0, load<f32>(logSumExp + at), load<f32>(entropy + at),
            load<f32>(weights + at), load<f32>(entropyWeights + at), inverse,
          );
        }
        multiplyStrip(
          z, stride, 4, strip, backwardPanels + <usize>v0 * 32, <usize>vocabulary * 32, 32, chunk,
          dHidden + (<usize>(row0 + first) * <usize>width << 2), <usize>width << 2, width, 0, (width + 7) / 8, v0 > 0,
        );
      }
      const columnTasks = blocks(width, WIDEST);
      for (let task = firstTask(blocks(chunk, 6) * columnTasks); task >= 0; task = nextTask()) {
        const first = (task / columnTasks) * 6;
        const column = (task % columnTasks) * WIDEST;
        gradientTile(
          gradients + (<usize>first << 2), stride, min(6, chunk - first), from + (<usize>column << 2), <usize>width << 2, count,
          dWeight + (<usize>(v0 + first) * <usize>width + <usize>column << 2), <usize>width << 2, min(WIDEST, width - column),
        );
      }
    }
  }
}

export function headSample(
  hidden: usize, panels: usize, mask: usize, temperature: f32, topK: i32, topP: f32, minP: f32, bits: usize,
  tokens: usize, logProbability: usize, entropy: usize, width: i32, vocabulary: i32, from: i32, to: i32,
): void {
  const greedy = temperature == 0;
  const inverse: f32 = greedy ? 1 : <f32>1 / temperature;
  const logits = scratch() + STRIP_SCRATCH;
  const stride = <usize>paddedWidth(vocabulary) << 2;
  const work = logits + 6 * stride;
  for (let first = from; first < to; first += 6) {
    const count = min(6, to - first);
    chunkLogits(hidden + (<usize>first * <usize>width << 2), count, panels, width, vocabulary, 0, vocabulary, logits, stride);
    for (let r: i32 = 0; r < count; r++) {
      const z = logits + <usize>r * stride;
      const at = <usize>(first + r) << 2;
      temper(z, mask, vocabulary, inverse);
      clear();
      for (let v0: i32 = 0; v0 < vocabulary; v0 += CHUNK) fold(z + (<usize>v0 << 2), min(CHUNK, vocabulary - v0));
      const token = greedy ? indexOfLargest(z, vocabulary) : drawToken(z, vocabulary, peak, topK, topP, minP, load<u32>(bits + at), work);
      const logSum = log1(sum);
      store<u32>(tokens + at, token);
      store<f32>(logProbability + at, load<f32>(z + (<usize>token << 2)) - peak - logSum);
      store<f32>(entropy + at, logSum - moment / sum);
    }
  }
}
