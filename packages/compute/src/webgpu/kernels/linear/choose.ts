/** Which kernel a product takes: the highest rung of the ladder that the mode, the features and the shape allow, and its block sizes. */
import type { GpuRuntime } from '../../runtime/gpu-runtime.ts';
import { startsAt } from '../../runtime/memory.ts';
import type { Product, ProductOperand } from './product.ts';
import { type MatrixShape, type MatrixTile, matrixTileBytes } from './subgroup-matrix-product.ts';
import type { TileShape } from './tiled-product.ts';
import type { VectorProduct } from './vector-product.ts';

const SMALL: TileShape = { rows: 32, columns: 32, depth: 8, threadRows: 4, threadColumns: 4, group: 8 };
/** Where K is long and outputs are few, the wait for each tile counts more than the arithmetic: few deep tiles. */
const DEEP: TileShape = { ...SMALL, depth: 32 };
const MEDIUM_PLAIN: TileShape = { rows: 64, columns: 64, depth: 16, threadRows: 8, threadColumns: 4, group: 8 };
const LARGE: TileShape = { rows: 128, columns: 128, depth: 8, threadRows: 16, threadColumns: 8, group: 8 };

/** Outputs from which on large tiles leave no multiprocessor of a big GPU without work. */
const MANY_OUTPUTS = 2 ** 20;

/** From here on deep tiles are worth their size, which a software driver takes seconds to compile. */
const LONG_DEPTH = 512;
const FEW_OUTPUTS = 2 ** 14;

/** Workgroups that keep a big GPU busy: two on each of its 132 multiprocessors. */
const BUSY = 264;

/** Shares of the depth that keep the GPU busy; the exact mode has one. */
function sharesFor(blocks: number, depth: number, tileDepth: number): number {
  // A share adds a dispatch and a pass over the outputs: it must spare at least eight tiles of depth.
  const most = Math.max(1, Math.floor(depth / (8 * tileDepth)));
  return Math.max(1, Math.min(8, most, Math.floor(BUSY / blocks)));
}

export function plainShares(runtime: GpuRuntime, { rows, columns, depth }: Product, tile: TileShape): number {
  if (runtime.mode === 'exact') return 1;
  return sharesFor(Math.ceil(rows / tile.rows) * Math.ceil(columns / tile.columns), depth, tile.depth);
}

export function plainTile({ rows, columns, depth }: Product, vector: boolean): TileShape {
  if (rows >= 128 && columns >= 128 && rows * columns >= MANY_OUTPUTS) return LARGE;
  if (!vector || depth <= LONG_DEPTH || rows * columns < FEW_OUTPUTS) return SMALL;
  return rows > 32 && Math.ceil(rows / 64) * Math.ceil(columns / 64) >= BUSY / 2 ? MEDIUM_PLAIN : DEEP;
}

/** Whether all operands can be read and written in vectors of `width` elements along their contiguous dimension. */
export function fitsVectors({ a, b, out, outStride, rows, columns, depth }: Product, width: number): boolean {
  const fits = ({ buffer, stride, depthContiguous }: ProductOperand, extent: number) =>
    stride % width === 0 && startsAt(buffer, width) && (depthContiguous ? depth : extent) % width === 0;
  return fits(a, rows) && fits(b, columns) && outStride % 4 === 0 && columns % 4 === 0 && startsAt(out, 4);
}

/** The f16 matrices that the adapter multiplies with sums in f32, if they are of the shape that the kernels are cut for. */
export function matrixShape({ features }: GpuRuntime): MatrixShape | undefined {
  const found = features.subgroupMatrix.find(
    ({ componentType, resultComponentType, M, N, K }) =>
      componentType === 'f16' && resultComponentType === 'f32' && M === 16 && N === 16 && K === 16,
  );
  return found && { rows: found.M, columns: found.N, depth: found.K, subgroupSize: features.subgroupSize };
}

const TALL: MatrixTile = {
  rows: 128,
  columns: 128,
  depth: 64,
  subgroupRows: 32,
  subgroupColumns: 64,
  group: 8,
};
const MEDIUM: MatrixTile = { ...TALL, rows: 64, subgroupColumns: 32 };
const FLAT: MatrixTile = { ...TALL, rows: 16, subgroupRows: 16, subgroupColumns: 32 };

/** Block sizes of a product by subgroup matrices, and into how many shares its depth is cut to keep the GPU busy. */
export function matrixTile(runtime: GpuRuntime, product: Product, shape: MatrixShape): { tile: MatrixTile; shares: number } | undefined {
  const { rows, columns, depth } = product;
  const blocks = ({ rows: high, columns: wide }: MatrixTile) => Math.ceil(rows / high) * Math.ceil(columns / wide);
  const preferred = rows <= 16 ? FLAT : rows <= 64 || blocks(TALL) < BUSY / 2 ? MEDIUM : TALL;
  const tile = [preferred, MEDIUM, FLAT].find((each) => {
    const threads = (each.rows / each.subgroupRows) * (each.columns / each.subgroupColumns) * shape.subgroupSize;
    const { maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup } = runtime.limits;
    return matrixTileBytes(each, shape) <= maxComputeWorkgroupStorageSize && threads <= maxComputeInvocationsPerWorkgroup;
  });
  if (!tile) return undefined;
  return { tile, shares: sharesFor(blocks(tile), depth, tile.depth) };
}

/** Rows up to which a product is bound by reading W, and is done vector by vector. */
const FEW_ROWS = 8;

/** Options of the product for few rows, if this is one. */
export function vectorOptions(runtime: GpuRuntime, product: Product): VectorProduct | undefined {
  const { a, b, bias, rows, columns, depth, accumulate } = product;
  const step = b.storage === 'f16' ? 8 : 4;
  if (rows > FEW_ROWS || accumulate || !a.depthContiguous || !b.depthContiguous || a.storage !== 'f32') return undefined;
  if (a.stride !== depth || b.stride !== depth || depth % step !== 0 || !startsAt(a.buffer, 4) || !startsAt(b.buffer, step))
    return undefined;
  const { subgroups, subgroupSize } = runtime.features;
  // Few outputs: more lanes for each. Many rows: more outputs for each value of x that is read.
  const lanes = columns * 32 < 2 ** 16 ? 128 : 32;
  const rowsAtOnce = rows === 1 ? 1 : rows <= 2 ? 2 : rows <= 4 ? 4 : 8;
  return {
    rows: rowsAtOnce,
    outputs: rows > 2 && lanes === 32 ? 4 : 2,
    lanes,
    teams: 256 / lanes,
    storage: b.storage,
    subgroupSize: subgroups && lanes % subgroupSize === 0 ? subgroupSize : 0,
    bias: bias !== undefined,
  };
}
