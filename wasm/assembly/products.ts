// Matrix products over packed panels: y = x Wᵀ, dx = dy W, and dW += dyᵀ x.

import { multiply1x32, multiply1x8, multiply2x8, multiply6x4, multiply6x8, splatAndMultiply6x8 } from './micro-kernels';
import { blocks, firstTask, nextTask, scratch, threads } from './threads';

/** Rows of A are splatted this many k at a time: 6 * 16 * 256 bytes stay in the first-level cache. */
export const BLOCK_K: i32 = 256;
/** Outputs whose columns of dy are gathered together, where a row of dy takes `WIDE` bytes or more. */
const GROUP: i32 = 96;
const WIDE: usize = 2048;
/** Bytes of a row of x up to which a weight gradient reads it in place. */
const NARROW: usize = 512;
/** Columns of x in a task of a weight gradient: at most, and where threads share the work. */
export const WIDEST: i32 = 512;
const SHARED_WIDTH: i32 = 128;
/** Places in a thread's scratch: the splatted strip, a tile at the edge, then the gathered columns of dy and the packed ones of x. */
const EDGE: usize = 6 * 16 * BLOCK_K;
const GATHERED: usize = EDGE + 6 * 8 * 4;
/** Bytes at the start of a thread's scratch that `multiplyStrip` and `gradientTile` may use. */
export const STRIP_SCRATCH: usize = GATHERED + (GROUP + WIDEST) * 4 * BLOCK_K;
const ROW_TASK: i32 = 12;

@inline function min(a: i32, b: i32): i32 {
  return a < b ? a : b;
}

/** Panels [N / 8][K][8] of Wᵀ and, for training, [K / 8][N][8] of W from W [N, K]; missing columns are zero. */
export function packMatrix(values: usize, outputs: i32, inputs: i32, forward: usize, backward: usize): void {
  const forwardPanels = blocks(outputs, 8);
  const total = forwardPanels + (backward != 0 ? blocks(inputs, 8) : 0);
  for (let task = firstTask(total); task >= 0; task = nextTask()) {
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
      const first = (task - forwardPanels) * 8;
      packColumns(values + (<usize>first << 2), <usize>inputs << 2, outputs, min(8, inputs - first), backward + <usize>first * <usize>outputs * 4);
    }
  }
}

/** Copies `present` columns of x, row stride `ldx` bytes, to a panel [rows][8]; missing columns are zero. */
function packColumns(x: usize, ldx: usize, rows: i32, present: i32, target: usize): void {
  for (let row: i32 = 0; row < rows; row++) {
    if (ASC_FEATURE_SIMD && present == 8) {
      v128.store(target, v128.load(x));
      v128.store(target, v128.load(x, 16), 16);
    } else {
      for (let column: i32 = 0; column < 8; column++) {
        store<f32>(target + (<usize>column << 2), column < present ? load<f32>(x + (<usize>column << 2)) : <f32>0);
      }
    }
    x += ldx;
    target += 32;
  }
}

/**
 * C (+)= A · panels for up to six rows. A's element (row, i) of k lies at a + row * rowStride + i * step, all in bytes; panels lie
 * `panelStride` bytes apart.
 */
export function multiplyStrip(
  a: usize, rowStride: usize, step: usize, rows: i32, panels: usize, panelStride: usize, depthStride: usize, k: i32,
  c: usize, ldc: usize, columns: i32, firstPanel: i32, lastPanel: i32, accumulate: bool,
): void {
  // A strip is splatted along with a whole panel; where there is none, the strip is not worth making.
  const six = rows == 6 && firstPanel < columns / 8;
  for (let k0: i32 = 0; k0 < k; k0 += BLOCK_K) {
    const depth = min(BLOCK_K, k - k0);
    const from = a + <usize>k0 * step;
    const block = panels + <usize>k0 * depthStride;
    if (six) multiplySixRows(from, rowStride, step, block, panelStride, depthStride, depth, c, ldc, columns, firstPanel, lastPanel, accumulate || k0 > 0);
    else multiplyFewRows(from, rowStride, step, rows, block, panelStride, depthStride, depth, c, ldc, columns, firstPanel, lastPanel, accumulate || k0 > 0);
  }
}

/** One k-block of six rows. */
function multiplySixRows(
  a: usize, rowStride: usize, step: usize, panels: usize, panelStride: usize, depthStride: usize, k: i32,
  c: usize, ldc: usize, columns: i32, firstPanel: i32, lastPanel: i32, accumulate: bool,
): void {
  const strip = scratch();
  const whole = min(lastPanel, columns / 8);
  splatAndMultiply6x8(a, rowStride, step, strip, panels + <usize>firstPanel * panelStride, depthStride, k, c + <usize>firstPanel * 32, ldc, accumulate);
  for (let panel = firstPanel + 1; panel < whole; panel++) {
    multiply6x8(strip, panels + <usize>panel * panelStride, depthStride, k, c + <usize>panel * 32, ldc, accumulate);
  }
  if (whole == lastPanel) return;
  let left = columns - whole * 8;
  let b = panels + <usize>whole * panelStride;
  let corner = c + <usize>whole * 32;
  if (left >= 4) {
    multiply6x4(strip, b, depthStride, k, corner, ldc, accumulate);
    left -= 4;
    b += 16;
    corner += 16;
  }
  if (left == 0) return;
  const edge = strip + EDGE;
  if (accumulate) copyTile(edge, 16, corner, ldc, 6, left);
  multiply6x4(strip, b, depthStride, k, edge, 16, accumulate);
  copyTile(corner, ldc, edge, 16, 6, left);
}

/** Copies a tile of `rows` by `columns` floats; `memory.copy` costs more than it does for so few. */
function copyTile(target: usize, targetStride: usize, source: usize, sourceStride: usize, rows: i32, columns: i32): void {
  for (let row: i32 = 0; row < rows; row++) {
    for (let at: usize = 0; at < <usize>columns << 2; at += 4) store<f32>(target + at, load<f32>(source + at));
    target += targetStride;
    source += sourceStride;
  }
}

/** One k-block of any number of rows up to six: two by two, from plain rows. */
function multiplyFewRows(
  a: usize, rowStride: usize, step: usize, rows: i32, panels: usize, panelStride: usize, depthStride: usize, k: i32,
  c: usize, ldc: usize, columns: i32, firstPanel: i32, lastPanel: i32, accumulate: bool,
): void {
  let from = a;
  let lda = rowStride;
  if (step != 4) {
    from = scratch();
    lda = BLOCK_K * 4;
    for (let i: i32 = 0; i < k; i++) {
      for (let row: i32 = 0; row < rows; row++) {
        store<f32>(from + <usize>row * lda + (<usize>i << 2), load<f32>(a + <usize>i * step + <usize>row * rowStride));
      }
    }
  }
  const whole = min(lastPanel, columns / 8);
  multiplyPlainRows(from, lda, rows, panels, panelStride, depthStride, k, c, ldc, firstPanel, whole, accumulate);
  if (whole == lastPanel) return;
  const edge = scratch() + EDGE;
  const corner = c + <usize>whole * 32;
  const left = columns - whole * 8;
  if (accumulate) copyTile(edge, 32, corner, ldc, rows, left);
  multiplyPlainRows(from, lda, rows, panels + <usize>whole * panelStride, panelStride, depthStride, k, edge, 32, 0, 1, accumulate);
  copyTile(corner, ldc, edge, 32, rows, left);
}

function multiplyPlainRows(
  a: usize, lda: usize, rows: i32, panels: usize, panelStride: usize, depthStride: usize, k: i32, c: usize, ldc: usize, firstPanel: i32, lastPanel: i32, accumulate: bool,
): void {
  let row: i32 = 0;
  for (; row + 2 <= rows; row += 2) {
    const from = a + <usize>row * lda;
    const to = c + <usize>row * ldc;
    for (let panel = firstPanel; panel < lastPanel; panel++) {
      multiply2x8(from, lda, panels + <usize>panel * panelStride, depthStride, k, to + <usize>panel * 32, ldc, accumulate);
    }
  }
  if (row < rows) {
    const from = a + <usize>row * lda;
    const to = c + <usize>row * ldc;
    let panel = firstPanel;
    for (; panel + 4 <= lastPanel; panel += 4) {
      multiply1x32(from, panels + <usize>panel * panelStride, panelStride, depthStride, k, to + <usize>panel * 32, accumulate);
    }
    for (; panel < lastPanel; panel++) multiply1x8(from, panels + <usize>panel * panelStride, depthStride, k, to + <usize>panel * 32, accumulate);
  }
}

/** Rows first … last of y [rows, N] = x [rows, K] · panels (+ bias). */
export function linear(x: usize, panels: usize, bias: usize, y: usize, inputs: i32, outputs: i32, first: i32, last: i32): void {
  linearTile(x, panels, bias, y, inputs, outputs, first, last, 0, blocks(outputs, 8));
}

/** The same for so few rows that the columns are what the threads share. */
export function linearFewRows(x: usize, panels: usize, bias: usize, y: usize, rows: i32, inputs: i32, outputs: i32): void {
  const panelCount = blocks(outputs, 8);
  const rowTasks = blocks(rows, ROW_TASK);
  let columnTasks: i32 = 1;
  if (threads() > 1) columnTasks = min(blocks(panelCount, 4), blocks(4 * threads(), rowTasks));
  const chunk = (blocks(panelCount, columnTasks) + 3) & ~3;
  for (let task = firstTask(rowTasks * columnTasks); task >= 0; task = nextTask()) {
    const firstPanel = min(panelCount, (task % columnTasks) * chunk);
    const lastPanel = min(panelCount, firstPanel + chunk);
    const row = (task / columnTasks) * ROW_TASK;
    if (firstPanel < lastPanel) linearTile(x, panels, bias, y, inputs, outputs, row, min(rows, row + ROW_TASK), firstPanel, lastPanel);
  }
}

function linearTile(
  x: usize, panels: usize, bias: usize, y: usize, inputs: i32, outputs: i32, firstRow: i32, lastRow: i32, firstPanel: i32, lastPanel: i32,
): void {
  for (let row = firstRow; row < lastRow; row += 6) {
    const count = min(6, lastRow - row);
    const out = y + (<usize>row * <usize>outputs << 2);
    multiplyStrip(
      x + (<usize>row * <usize>inputs << 2), <usize>inputs << 2, 4, count, panels, <usize>inputs * 32, 32, inputs,
      out, <usize>outputs << 2, outputs, firstPanel, lastPanel, false,
    );
    if (bias != 0) addBias(out, bias, count, outputs, firstPanel * 8, min(outputs, lastPanel * 8));
  }
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

/**
 * C [outputs, columns] += dyᵀ · x over `rows` rows in order, continuing what C holds. dy and x have row strides `lda` and `ldx` bytes
 * and point at the first of these columns; there are WIDEST of x's at most.
 */
export function gradientTile(dy: usize, lda: usize, outputs: i32, x: usize, ldx: usize, rows: i32, c: usize, ldc: usize, columns: i32): void {
  const gathered = scratch() + GATHERED;
  const packed = gathered + GROUP * 4 * BLOCK_K;
  // Rows of x that lie close together are used as they are; of others, or of less than a panel, a block is packed first.
  const direct = ldx <= NARROW && (columns & 7) == 0;
  for (let row0: i32 = 0; row0 < rows; row0 += BLOCK_K) {
    const depth = min(BLOCK_K, rows - row0);
    let block = x + <usize>row0 * ldx;
    let panelStride: usize = 32;
    let depthStride = ldx;
    if (!direct) {
      packPanels(block, ldx, depth, columns, packed);
      block = packed;
      panelStride = BLOCK_K * 32;
      depthStride = 32;
    }
    for (let first: i32 = 0; first < outputs; first += GROUP) {
      const last = min(outputs, first + GROUP);
      let from = dy + <usize>row0 * lda + (<usize>first << 2);
      let step = lda;
      if (lda >= WIDE) {
        gatherColumns(from, lda, depth, last - first, gathered);
        from = gathered;
        step = GROUP * 4;
      }
      for (let output = first; output < last; output += 6) {
        multiplyStrip(
          from + (<usize>(output - first) << 2), 4, step, min(6, last - output), block, panelStride, depthStride, depth,
          c + <usize>output * ldc, ldc, columns, 0, blocks(columns, 8), true,
        );
      }
    }
  }
}

/** Copies `columns` columns of x, row stride `ldx` bytes, to panels [columns / 8][BLOCK_K][8]; two rows at a time fill whole cache lines. */
function packPanels(x: usize, ldx: usize, rows: i32, columns: i32, target: usize): void {
  const whole = columns / 8;
  for (let row: i32 = 0; row < rows; row += 2) {
    let from = x + <usize>row * ldx;
    let to = target + <usize>row * 32;
    if (ASC_FEATURE_SIMD && row + 1 < rows) {
      for (let panel: i32 = 0; panel < whole; panel++) {
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
        v128.store(to, v128.load(from + ldx), 32);
        v128.store(to, v128.load(from + ldx, 16), 48);
        from += 32;
        to += BLOCK_K * 32;
      }
    } else {
      for (let panel: i32 = 0; panel < whole; panel++) {
        packColumns(from, ldx, min(2, rows - row), 8, to);
        from += 32;
        to += BLOCK_K * 32;
      }
    }
    if (whole * 8 < columns) packColumns(from, ldx, min(2, rows - row), columns - whole * 8, to);
  }
}

/** Copies `columns` columns of dy, row stride `lda` bytes, to rows of GROUP: strip by strip, every line of dy would be fetched anew. */
function gatherColumns(dy: usize, lda: usize, rows: i32, columns: i32, target: usize): void {
  const bytes = <usize>columns << 2;
  for (let row: i32 = 0; row < rows; row++) {
    let at: usize = 0;
    if (ASC_FEATURE_SIMD) for (; at + 16 <= bytes; at += 16) v128.store(target + at, v128.load(dy + at));
    for (; at < bytes; at += 4) store<f32>(target + at, load<f32>(dy + at));
    dy += lda;
    target += GROUP * 4;
  }
}

/** dW [N, K] += dyᵀ · x and dBias [N] += column sums of dy, rows in order. */
export function linearWeightGradient(dy: usize, x: usize, dw: usize, dBias: usize, rows: i32, outputs: i32, inputs: i32): void {
  const lda = <usize>outputs << 2;
  const ldx = <usize>inputs << 2;
  const width = threads() == 1 ? WIDEST : SHARED_WIDTH;
  const columnTasks = blocks(inputs, width);
  // Few large tasks: each passes over all rows, which every thread must fetch from where they were written.
  const share = threads() == 1 ? outputs : max(6, ((outputs * columnTasks) / (4 * threads()) / 6) * 6);
  const outputTasks = blocks(outputs, share);
  for (let task = firstTask(columnTasks * outputTasks); task >= 0; task = nextTask()) {
    const first = (task % outputTasks) * share;
    const count = min(share, outputs - first);
    const column = (task / outputTasks) * width;
    const from = dy + (<usize>first << 2);
    gradientTile(from, lda, count, x + (<usize>column << 2), ldx, rows, dw + <usize>first * ldx + (<usize>column << 2), ldx, min(width, inputs - column));
    if (dBias != 0 && column == 0) addColumnSums(from, lda, count, rows, dBias + (<usize>first << 2));
  }
}

/** sums [columns] += the rows of dy, in order. */
function addColumnSums(dy: usize, lda: usize, columns: i32, rows: i32, sums: usize): void {
  let column: i32 = 0;
  if (ASC_FEATURE_SIMD) {
    for (; column + 4 <= columns; column += 4) {
      let sum = v128.load(sums + (<usize>column << 2));
      let source = dy + (<usize>column << 2);
      for (let row: i32 = 0; row < rows; row++) {
        sum = f32x4.add(sum, v128.load(source));
        source += lda;
      }
      v128.store(sums + (<usize>column << 2), sum);
    }
  }
  for (; column < columns; column++) {
    let sum = load<f32>(sums + (<usize>column << 2));
    let source = dy + (<usize>column << 2);
    for (let row: i32 = 0; row < rows; row++) {
      sum += load<f32>(source);
      source += lda;
    }
    store<f32>(sums + (<usize>column << 2), sum);
  }
}
