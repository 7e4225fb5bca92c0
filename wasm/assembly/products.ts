// Matrix products over packed panels: y = x Wᵀ, dx = dy W, and dW += dyᵀ x.

import { multiply1x32, multiply1x8, multiply2x8, multiply6x8 } from './micro-kernels';
import { claim, endPhase, scratch, threads, workspace, workspaceSize } from './threads';

/** Rows of A are splatted this many k at a time: 6 * 16 * 256 bytes stay in the first-level cache. */
export const BLOCK_K: i32 = 256;
/** Bytes at the start of a thread's scratch that `multiplyStrip` and `gradientStrip` may use. */
export const STRIP_SCRATCH: usize = 6 * 16 * BLOCK_K + 6 * 8 * 4;
const ROW_TASK: i32 = 12;

@inline function min(a: i32, b: i32): i32 {
  return a < b ? a : b;
}

/** Panels [N / 8][K][8] of Wᵀ and, for training, [K / 8][N][8] of W from W [N, K]; missing columns are zero. */
export function packMatrix(values: usize, outputs: i32, inputs: i32, forward: usize, backward: usize): void {
  const forwardPanels = (outputs + 7) / 8;
  const total = forwardPanels + (backward != 0 ? (inputs + 7) / 8 : 0);
  for (let task = claim(); task < total; task = claim()) {
    if (task < forwardPanels) {
      const panel = forward + <usize>task * <usize>inputs * 32;
      for (let column: i32 = 0; column < 8; column++) {
        const output = task * 8 + column;
        const row = values + (<usize>output * <usize>inputs << 2);
        let target = panel + (<usize>column << 2);
        for (let k: i32 = 0; k < inputs; k++) {
          store<f32>(target, output < outputs ? load<f32>(row + (<usize>k << 2)) : <f32>0);
          target += 32;
        }
      }
    } else {
      packColumns(values, outputs, inputs, task - forwardPanels, backward + <usize>(task - forwardPanels) * <usize>outputs * 32);
    }
  }
  endPhase();
}

/** Copies columns 8 * panel … 8 * panel + 7 of x [rows, width] to [rows][8]. */
function packColumns(x: usize, rows: i32, width: i32, panel: i32, target: usize): void {
  const first = panel * 8;
  const present = min(8, width - first);
  let source = x + (<usize>first << 2);
  for (let row: i32 = 0; row < rows; row++) {
    if (ASC_FEATURE_SIMD && present == 8) {
      v128.store(target, v128.load(source));
      v128.store(target, v128.load(source, 16), 16);
    } else {
      for (let column: i32 = 0; column < 8; column++) {
        store<f32>(target + (<usize>column << 2), column < present ? load<f32>(source + (<usize>column << 2)) : <f32>0);
      }
    }
    source += <usize>width << 2;
    target += 32;
  }
}

/** C (+)= A · panels for up to six rows; `a` [rows, k] with row stride `lda` bytes; panels lie `panelStride` bytes apart. */
export function multiplyStrip(
  a: usize, lda: usize, rows: i32, panels: usize, panelStride: usize, k: i32,
  c: usize, ldc: usize, columns: i32, firstPanel: i32, lastPanel: i32, accumulate: bool,
): void {
  const strip = scratch();
  const edge = strip + 6 * 16 * BLOCK_K;
  for (let k0: i32 = 0; k0 < k; k0 += BLOCK_K) {
    const depth = min(BLOCK_K, k - k0);
    const from = a + (<usize>k0 << 2);
    if (rows == 6) splatRows(from, lda, depth, strip);
    multiplyPanels(
      rows == 6 ? strip : from, lda, rows, panels + <usize>k0 * 32, panelStride, depth, c, ldc, columns, firstPanel, lastPanel, accumulate || k0 > 0, edge,
    );
  }
}

/** The panels of one k-block; an edge panel with fewer than eight columns goes through a small tile. */
function multiplyPanels(
  a: usize, lda: usize, rows: i32, panels: usize, panelStride: usize, k: i32,
  c: usize, ldc: usize, columns: i32, firstPanel: i32, lastPanel: i32, accumulate: bool, edge: usize,
): void {
  const whole = min(lastPanel, columns / 8);
  if (rows == 6) {
    for (let panel = firstPanel; panel < whole; panel++) {
      multiply6x8(a, panels + <usize>panel * panelStride, k, c + <usize>panel * 32, ldc, accumulate);
    }
  } else {
    multiplyFewRows(a, lda, rows, panels, panelStride, k, c, ldc, firstPanel, whole, accumulate);
  }
  if (whole < lastPanel) {
    const present = <usize>(columns - whole * 8) << 2;
    const corner = c + <usize>whole * 32;
    if (accumulate) for (let row: i32 = 0; row < rows; row++) memory.copy(edge + <usize>row * 32, corner + <usize>row * ldc, present);
    if (rows == 6) multiply6x8(a, panels + <usize>whole * panelStride, k, edge, 32, accumulate);
    else multiplyFewRows(a, lda, rows, panels + <usize>whole * panelStride, panelStride, k, edge, 32, 0, 1, accumulate);
    for (let row: i32 = 0; row < rows; row++) memory.copy(corner + <usize>row * ldc, edge + <usize>row * 32, present);
  }
}

function multiplyFewRows(
  a: usize, lda: usize, rows: i32, panels: usize, panelStride: usize, k: i32, c: usize, ldc: usize, firstPanel: i32, lastPanel: i32, accumulate: bool,
): void {
  let row: i32 = 0;
  for (; row + 2 <= rows; row += 2) {
    const from = a + <usize>row * lda;
    const to = c + <usize>row * ldc;
    for (let panel = firstPanel; panel < lastPanel; panel++) {
      multiply2x8(from, lda, panels + <usize>panel * panelStride, k, to + <usize>panel * 32, ldc, accumulate);
    }
  }
  if (row < rows) {
    const from = a + <usize>row * lda;
    const to = c + <usize>row * ldc;
    let panel = firstPanel;
    for (; panel + 4 <= lastPanel; panel += 4) {
      multiply1x32(from, panels + <usize>panel * panelStride, panelStride, k, to + <usize>panel * 32, accumulate);
    }
    for (; panel < lastPanel; panel++) multiply1x8(from, panels + <usize>panel * panelStride, k, to + <usize>panel * 32, accumulate);
  }
}

function splatRows(a: usize, lda: usize, k: i32, strip: usize): void {
  const r1 = lda;
  const r2 = r1 + lda;
  const r3 = r2 + lda;
  const r4 = r3 + lda;
  const r5 = r4 + lda;
  for (let i: i32 = 0; i < k; i++) {
    splat(strip, a);
    splat(strip + 16, a + r1);
    splat(strip + 32, a + r2);
    splat(strip + 48, a + r3);
    splat(strip + 64, a + r4);
    splat(strip + 80, a + r5);
    a += 4;
    strip += 96;
  }
}

@inline function splat(target: usize, source: usize): void {
  if (ASC_FEATURE_SIMD) {
    v128.store(target, v128.load32_splat(source));
  } else {
    store<f32>(target, load<f32>(source));
  }
}

/** y [rows, N] = x [rows, K] · panels (+ bias). With few rows the columns are split among the threads too. */
export function linear(x: usize, panels: usize, bias: usize, y: usize, rows: i32, inputs: i32, outputs: i32): void {
  const panelCount = (outputs + 7) / 8;
  const rowTasks = (rows + ROW_TASK - 1) / ROW_TASK;
  let columnTasks: i32 = 1;
  if (threads() > 1 && rowTasks < 4 * threads()) columnTasks = min((panelCount + 3) / 4, (4 * threads() + rowTasks - 1) / rowTasks);
  const chunk = ((panelCount + columnTasks - 1) / columnTasks + 3) & ~3;
  const total = rowTasks * columnTasks;
  for (let task = claim(); task < total; task = claim()) {
    const firstPanel = min(panelCount, (task % columnTasks) * chunk);
    const lastPanel = min(panelCount, firstPanel + chunk);
    if (firstPanel >= lastPanel) continue;
    const firstRow = (task / columnTasks) * ROW_TASK;
    const lastRow = min(rows, firstRow + ROW_TASK);
    for (let row = firstRow; row < lastRow; row += 6) {
      const count = min(6, lastRow - row);
      const out = y + (<usize>row * <usize>outputs << 2);
      multiplyStrip(
        x + (<usize>row * <usize>inputs << 2), <usize>inputs << 2, count, panels, <usize>inputs * 32, inputs,
        out, <usize>outputs << 2, outputs, firstPanel, lastPanel, false,
      );
      if (bias != 0) addBias(out, bias, count, outputs, firstPanel * 8, min(outputs, lastPanel * 8));
    }
  }
  endPhase();
}

function addBias(y: usize, bias: usize, rows: i32, width: i32, first: i32, last: i32): void {
  for (let row: i32 = 0; row < rows; row++) {
    const base = y + (<usize>row * <usize>width << 2);
    let column = first;
    if (ASC_FEATURE_SIMD) {
      for (; column + 4 <= last; column += 4) {
        const at = <usize>column << 2;
        v128.store(base + at, f32x4.add(v128.load(base + at), v128.load(bias + at)));
      }
    }
    for (; column < last; column++) {
      const at = <usize>column << 2;
      store<f32>(base + at, load<f32>(base + at) + load<f32>(bias + at));
    }
  }
}

/** Copies x [rows, width] into panels [width / 8][rows][8] in the workspace, all threads together. */
export function packRows(x: usize, rows: i32, width: i32, target: usize): void {
  const panels = (width + 7) / 8;
  for (let task = claim(); task < panels; task = claim()) packColumns(x, rows, width, task, target + <usize>task * <usize>rows * 32);
  endPhase();
}

/**
 * C[first … first + count) [columns] += dyᵀ · packed rows, for up to six outputs: dy [rows, ·] with row stride `lda` bytes, `dy`
 * pointing at the first output's column. The sum runs over rows in order and continues what C holds.
 */
export function gradientStrip(dy: usize, lda: usize, count: i32, packed: usize, rows: i32, c: usize, ldc: usize, columns: i32): void {
  const strip = scratch();
  const edge = strip + 6 * 16 * BLOCK_K;
  const panels = (columns + 7) / 8;
  const panelStride = <usize>rows * 32;
  for (let row0: i32 = 0; row0 < rows; row0 += BLOCK_K) {
    const depth = min(BLOCK_K, rows - row0);
    let source = dy + <usize>row0 * lda;
    if (count == 6) {
      let target = strip;
      for (let i: i32 = 0; i < depth; i++) {
        splat(target, source);
        splat(target + 16, source + 4);
        splat(target + 32, source + 8);
        splat(target + 48, source + 12);
        splat(target + 64, source + 16);
        splat(target + 80, source + 20);
        source += lda;
        target += 96;
      }
    } else {
      for (let i: i32 = 0; i < depth; i++) {
        for (let output: i32 = 0; output < count; output++) {
          store<f32>(strip + (<usize>(output * BLOCK_K + i) << 2), load<f32>(source + (<usize>output << 2)));
        }
        source += lda;
      }
    }
    multiplyPanels(strip, BLOCK_K * 4, count, packed + <usize>row0 * 32, panelStride, depth, c, ldc, columns, 0, panels, true, edge);
  }
}

/** dW [N, K] += dyᵀ · x and dBias [N] += column sums of dy, rows in order. */
export function linearWeightGradient(dy: usize, x: usize, dw: usize, dBias: usize, rows: i32, outputs: i32, inputs: i32): void {
  const width = ((inputs + 7) & ~7) * 4;
  // Blocks of BLOCK_K rows keep the packed rows in the second-level cache while all outputs pass over them.
  const blockRows = min(BLOCK_K, <i32>(workspaceSize() / <usize>width));
  for (let row0: i32 = 0; row0 < rows; row0 += blockRows) {
    const count = min(blockRows, rows - row0);
    const block = dy + (<usize>row0 * <usize>outputs << 2);
    packRows(x + (<usize>row0 * <usize>inputs << 2), count, inputs, workspace());
    const tasks = (outputs + 5) / 6;
    for (let task = claim(); task < tasks; task = claim()) {
      const first = task * 6;
      const strip = min(6, outputs - first);
      gradientStrip(
        block + (<usize>first << 2), <usize>outputs << 2, strip, workspace(), count, dw + (<usize>first * <usize>inputs << 2), <usize>inputs << 2, inputs,
      );
      if (dBias != 0) columnSums(block + (<usize>first << 2), <usize>outputs << 2, strip, count, dBias + (<usize>first << 2));
    }
    endPhase();
  }
}

function columnSums(dy: usize, lda: usize, columns: i32, rows: i32, sums: usize): void {
  for (let column: i32 = 0; column < columns; column++) {
    let sum = load<f32>(sums + (<usize>column << 2));
    let source = dy + (<usize>column << 2);
    for (let row: i32 = 0; row < rows; row++) {
      sum += load<f32>(source);
      source += lda;
    }
    store<f32>(sums + (<usize>column << 2), sum);
  }
}
