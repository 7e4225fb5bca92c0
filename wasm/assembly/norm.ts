// RMSNorm (Zhang and Sennrich 2019), with the residual addition that precedes it, over rows or over the heads of a row.

import { sumLanes } from './functions';
import { blocks, firstTask, nextTask } from './threads';

const TASK: i32 = 16;

@inline function min(a: i32, b: i32): i32 {
  return a < b ? a : b;
}

/** Sum of a[i] * b[i]: four strided partial sums, then the tail. */
export function dot(a: usize, b: usize, width: i32): f32 {
  let sum: f32 = 0;
  let i: i32 = 0;
  if (ASC_FEATURE_SIMD) {
    let lanes = f32x4.splat(0);
    for (; i + 4 <= width; i += 4) {
      const at = <usize>i << 2;
      lanes = f32x4.add(lanes, f32x4.mul(v128.load(a + at), v128.load(b + at)));
    }
    sum = sumLanes(lanes);
  } else {
    let s0: f32 = 0;
    let s1: f32 = 0;
    let s2: f32 = 0;
    let s3: f32 = 0;
    for (; i + 4 <= width; i += 4) {
      const at = <usize>i << 2;
      s0 += load<f32>(a + at) * load<f32>(b + at);
      s1 += load<f32>(a + at, 4) * load<f32>(b + at, 4);
      s2 += load<f32>(a + at, 8) * load<f32>(b + at, 8);
      s3 += load<f32>(a + at, 12) * load<f32>(b + at, 12);
    }
    sum = s0 + s1 + (s2 + s3);
  }
  for (; i < width; i++) {
    const at = <usize>i << 2;
    sum += load<f32>(a + at) * load<f32>(b + at);
  }
  return sum;
}

@inline function inverseRoot(x: usize, width: i32, epsilon: f32): f32 {
  return <f32>1 / sqrt<f32>(dot(x, x, width) / <f32>width + epsilon);
}

export function rmsNorm(
  x: usize, residual: usize, weight: usize, out: usize, width: i32, epsilon: f32, groups: i32, stride: i32, outStride: i32, first: i32, last: i32,
): void {
  for (let row = first; row < last; row++) {
    for (let group: i32 = 0; group < groups; group++) {
      const from = x + (<usize>(row * stride + group * width) << 2);
      if (residual != 0) addInto(from, residual + (<usize>(row * stride + group * width) << 2), width);
      const scale = inverseRoot(from, width, epsilon);
      const to = out + (<usize>(row * outStride + group * width) << 2);
      let i: i32 = 0;
      if (ASC_FEATURE_SIMD) {
        const scales = f32x4.splat(scale);
        for (; i + 4 <= width; i += 4) {
          const at = <usize>i << 2;
          v128.store(to + at, f32x4.mul(f32x4.mul(v128.load(from + at), scales), v128.load(weight + at)));
        }
      }
      for (; i < width; i++) {
        const at = <usize>i << 2;
        store<f32>(to + at, load<f32>(from + at) * scale * load<f32>(weight + at));
      }
    }
  }
}

/** target += source. */
export function addInto(target: usize, source: usize, count: i32): void {
  let i: i32 = 0;
  if (ASC_FEATURE_SIMD) {
    for (; i + 4 <= count; i += 4) {
      const at = <usize>i << 2;
      v128.store(target + at, f32x4.add(v128.load(target + at), v128.load(source + at)));
    }
  }
  for (; i < count; i++) {
    const at = <usize>i << 2;
    store<f32>(target + at, load<f32>(target + at) + load<f32>(source + at));
  }
}

/**
 * With s = 1 / rms and g = dOut * weight: dx = s * (g - x * s² * mean(g * x)). The inverse roots are kept in `roots` [rows, groups]
 * for a second pass that sums dWeight down the rows, column by column.
 */
export function rmsNormBackward(
  x: usize, weight: usize, dOut: usize, dx: usize, dWeight: usize, roots: usize,
  rows: i32, width: i32, epsilon: f32, accumulate: bool, groups: i32, stride: i32, gradientStride: i32,
): void {
  for (let task = firstTask(blocks(rows, TASK)); task >= 0; task = nextTask()) {
    for (let row = task * TASK; row < min(rows, task * TASK + TASK); row++) {
      for (let group: i32 = 0; group < groups; group++) {
        const at = <usize>(row * gradientStride + group * width) << 2;
        const from = x + (<usize>(row * stride + group * width) << 2);
        const root = inverseRoot(from, width, epsilon);
        store<f32>(roots + (<usize>(row * groups + group) << 2), root);
        inputGradient(from, weight, dOut + at, dx + at, width, root, accumulate);
      }
    }
  }
  const columns: i32 = 16;
  for (let task = firstTask(blocks(width, columns)); task >= 0; task = nextTask()) {
    for (let row: i32 = 0; row < rows; row++) {
      for (let group: i32 = 0; group < groups; group++) {
        const root = load<f32>(roots + (<usize>(row * groups + group) << 2));
        const from = x + (<usize>(row * stride + group * width) << 2);
        const gradient = dOut + (<usize>(row * gradientStride + group * width) << 2);
        for (let i = task * columns; i < min(width, task * columns + columns); i++) {
          const at = <usize>i << 2;
          store<f32>(dWeight + at, load<f32>(dWeight + at) + load<f32>(gradient + at) * (load<f32>(from + at) * root));
        }
      }
    }
  }
}

function inputGradient(x: usize, weight: usize, dOut: usize, dx: usize, width: i32, root: f32, accumulate: bool): void {
  let projection: f32 = 0;
  let i: i32 = 0;
  if (ASC_FEATURE_SIMD) {
    let lanes = f32x4.splat(0);
    for (; i + 4 <= width; i += 4) {
      const at = <usize>i << 2;
      lanes = f32x4.add(lanes, f32x4.mul(f32x4.mul(v128.load(dOut + at), v128.load(weight + at)), v128.load(x + at)));
    }
    projection = sumLanes(lanes);
  } else {
    let s0: f32 = 0;
    let s1: f32 = 0;
    let s2: f32 = 0;
    let s3: f32 = 0;
    for (; i + 4 <= width; i += 4) {
      const at = <usize>i << 2;
      s0 += load<f32>(dOut + at) * load<f32>(weight + at) * load<f32>(x + at);
      s1 += load<f32>(dOut + at, 4) * load<f32>(weight + at, 4) * load<f32>(x + at, 4);
      s2 += load<f32>(dOut + at, 8) * load<f32>(weight + at, 8) * load<f32>(x + at, 8);
      s3 += load<f32>(dOut + at, 12) * load<f32>(weight + at, 12) * load<f32>(x + at, 12);
    }
    projection = s0 + s1 + (s2 + s3);
  }
  for (; i < width; i++) {
    const at = <usize>i << 2;
    projection += load<f32>(dOut + at) * load<f32>(weight + at) * load<f32>(x + at);
  }
  const pull: f32 = (projection / <f32>width) * root * root;
  i = 0;
  if (ASC_FEATURE_SIMD) {
    const pulls = f32x4.splat(pull);
    const roots = f32x4.splat(root);
    for (; i + 4 <= width; i += 4) {
      const at = <usize>i << 2;
      const direct = f32x4.mul(v128.load(dOut + at), v128.load(weight + at));
      let value = f32x4.mul(f32x4.sub(direct, f32x4.mul(v128.load(x + at), pulls)), roots);
      if (accumulate) value = f32x4.add(v128.load(dx + at), value);
      v128.store(dx + at, value);
    }
  }
  for (; i < width; i++) {
    const at = <usize>i << 2;
    let value: f32 = (load<f32>(dOut + at) * load<f32>(weight + at) - load<f32>(x + at) * pull) * root;
    if (accumulate) value = load<f32>(dx + at) + value;
    store<f32>(dx + at, value);
  }
}
