// Everything that goes element by element or row by row without a product: copies, embedding, SwiGLU, AdamW, norms, casts.

import { exp1, exp4 } from './functions';
import { addInto } from './norm';
import { blocks, firstTask, nextTask, workspace, workspaceSize } from './threads';

const CHUNK: i32 = 8192;

@inline function min(a: i32, b: i32): i32 {
  return a < b ? a : b;
}

export function zero(target: usize, bytes: i32): void {
  const chunk: u32 = CHUNK * 4;
  for (let task = firstTask(<i32>((<u32>bytes + chunk - 1) / chunk)); task >= 0; task = nextTask()) {
    const start = <u32>task * chunk;
    const left = <u32>bytes - start;
    memory.fill(target + <usize>start, 0, <usize>(left < chunk ? left : chunk));
  }
}

export function copy(target: usize, source: usize, bytes: i32): void {
  const chunk: u32 = CHUNK * 4;
  for (let task = firstTask(<i32>((<u32>bytes + chunk - 1) / chunk)); task >= 0; task = nextTask()) {
    const start = <u32>task * chunk;
    const left = <u32>bytes - start;
    memory.copy(target + <usize>start, source + <usize>start, <usize>(left < chunk ? left : chunk));
  }
}

export function add(target: usize, source: usize, count: i32): void {
  for (let task = firstTask(blocks(count, CHUNK)); task >= 0; task = nextTask()) {
    const at = <usize>(task * CHUNK) << 2;
    addInto(target + at, source + at, min(CHUNK, count - task * CHUNK));
  }
}

export function embedding(table: usize, ids: usize, out: usize, width: i32, first: i32, last: i32): void {
  const bytes = <usize>width << 2;
  for (let row = first; row < last; row++) {
    memory.copy(out + <usize>row * bytes, table + <usize>load<u32>(ids + (<usize>row << 2)) * bytes, bytes);
  }
}

/** Threads share the columns, so every table row sums its gradients in row order. */
export function embeddingBackward(dTable: usize, ids: usize, dOut: usize, rows: i32, width: i32): void {
  const columns: i32 = 32;
  for (let task = firstTask(blocks(width, columns)); task >= 0; task = nextTask()) {
    const first = task * columns;
    const count = min(columns, width - first);
    for (let row: i32 = 0; row < rows; row++) {
      const target = dTable + (<usize>load<u32>(ids + (<usize>row << 2)) * <usize>width + <usize>first << 2);
      addInto(target, dOut + (<usize>row * <usize>width + <usize>first << 2), count);
    }
  }
}

/** out = gate / (1 + exp(-gate)) * up. */
export function swiGlu(gateUp: usize, out: usize, width: i32, first: i32, last: i32): void {
  const bytes = <usize>width << 2;
  for (let row = first; row < last; row++) {
    const gate = gateUp + <usize>row * bytes * 2;
    const up = gate + bytes;
    const to = out + <usize>row * bytes;
    let i: i32 = 0;
    if (ASC_FEATURE_SIMD) {
      const one = f32x4.splat(1);
      for (; i + 4 <= width; i += 4) {
        const at = <usize>i << 2;
        const g = v128.load(gate + at);
        const silu = f32x4.div(g, f32x4.add(one, exp4(f32x4.neg(g))));
        v128.store(to + at, f32x4.mul(silu, v128.load(up + at)));
      }
    }
    for (; i < width; i++) {
      const at = <usize>i << 2;
      const g = load<f32>(gate + at);
      store<f32>(to + at, (g / (<f32>1 + exp1(-g))) * load<f32>(up + at));
    }
  }
}

/** With s = sigmoid(gate): dGate = dOut * up * s * (1 + gate * (1 - s)), dUp = dOut * gate * s. */
export function swiGluBackward(gateUp: usize, dOut: usize, dGateUp: usize, width: i32, first: i32, last: i32): void {
  const bytes = <usize>width << 2;
  for (let row = first; row < last; row++) {
    const gate = gateUp + <usize>row * bytes * 2;
    const up = gate + bytes;
    const dGate = dGateUp + <usize>row * bytes * 2;
    const dUp = dGate + bytes;
    const from = dOut + <usize>row * bytes;
    let i: i32 = 0;
    if (ASC_FEATURE_SIMD) {
      const one = f32x4.splat(1);
      for (; i + 4 <= width; i += 4) {
        const at = <usize>i << 2;
        const g = v128.load(gate + at);
        const d = v128.load(from + at);
        const s = f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(g))));
        const slope = f32x4.mul(s, f32x4.add(one, f32x4.mul(g, f32x4.sub(one, s))));
        v128.store(dGate + at, f32x4.mul(f32x4.mul(d, v128.load(up + at)), slope));
        v128.store(dUp + at, f32x4.mul(d, f32x4.mul(g, s)));
      }
    }
    for (; i < width; i++) {
      const at = <usize>i << 2;
      const g = load<f32>(gate + at);
      const d = load<f32>(from + at);
      const s: f32 = <f32>1 / (<f32>1 + exp1(-g));
      store<f32>(dGate + at, d * load<f32>(up + at) * (s * (<f32>1 + g * (<f32>1 - s))));
      store<f32>(dUp + at, d * (g * s));
    }
  }
}

/** out[0] = sum of squares: blocks of CHUNK in f64, then the blocks in order. The workspace holds the blocks' sums. */
export function sumOfSquares(values: usize, count: i32, out: usize): void {
  const blockCount = blocks(count, CHUNK);
  const sums = workspace();
  if (<usize>blockCount * 8 > workspaceSize()) unreachable();
  for (let task = firstTask(blockCount); task >= 0; task = nextTask()) {
    let sum: f64 = 0;
    for (let i = task * CHUNK; i < min(count, task * CHUNK + CHUNK); i++) {
      const value = <f64>load<f32>(values + (<usize>i << 2));
      sum += value * value;
    }
    store<f64>(sums + (<usize>task << 3), sum);
  }
  if (firstTask(1) == 0) {
    let total: f64 = 0;
    for (let block: i32 = 0; block < blockCount; block++) total += load<f64>(sums + (<usize>block << 3));
    store<f32>(out, <f32>total);
    nextTask();
  }
}

export function adamW(
  parameters: usize, gradients: usize, first: usize, second: usize, count: i32,
  learningRate: f32, beta1: f32, beta2: f32, rest1: f32, rest2: f32, epsilon: f32, weightDecay: f32, correction1: f32, correction2: f32, gradientScale: f32,
): void {
  const keep: f32 = <f32>1 - learningRate * weightDecay;
  const rate: f32 = learningRate / correction1;
  const root: f32 = <f32>1 / sqrt<f32>(correction2);
  for (let task = firstTask(blocks(count, CHUNK)); task >= 0; task = nextTask()) {
    let i = task * CHUNK;
    const last = min(count, i + CHUNK);
    if (ASC_FEATURE_SIMD) {
      for (; i + 4 <= last; i += 4) {
        const at = <usize>i << 2;
        const g = f32x4.mul(v128.load(gradients + at), f32x4.splat(gradientScale));
        const m = f32x4.add(f32x4.mul(v128.load(first + at), f32x4.splat(beta1)), f32x4.mul(g, f32x4.splat(rest1)));
        const v = f32x4.add(f32x4.mul(v128.load(second + at), f32x4.splat(beta2)), f32x4.mul(f32x4.mul(g, g), f32x4.splat(rest2)));
        v128.store(first + at, m);
        v128.store(second + at, v);
        const step = f32x4.div(f32x4.mul(m, f32x4.splat(rate)), f32x4.add(f32x4.mul(f32x4.sqrt(v), f32x4.splat(root)), f32x4.splat(epsilon)));
        v128.store(parameters + at, f32x4.sub(f32x4.mul(v128.load(parameters + at), f32x4.splat(keep)), step));
      }
    }
    for (; i < last; i++) {
      const at = <usize>i << 2;
      const g: f32 = load<f32>(gradients + at) * gradientScale;
      const m: f32 = load<f32>(first + at) * beta1 + g * rest1;
      const v: f32 = load<f32>(second + at) * beta2 + g * g * rest2;
      store<f32>(first + at, m);
      store<f32>(second + at, v);
      const step: f32 = (m * rate) / (sqrt<f32>(v) * root + epsilon);
      store<f32>(parameters + at, load<f32>(parameters + at) * keep - step);
    }
  }
}
