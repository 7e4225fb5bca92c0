/** One product of two operands, by the kernel that suits its shape, the device's mode and its features. */
import type { GpuRuntime } from '../../runtime/gpu-runtime.ts';
import type { GpuBuffer } from '../../runtime/memory.ts';
import { spread } from '../../runtime/workgroups.ts';
import { fitsVectors, matrixShape, matrixTile, plainShares, plainTile, vectorOptions } from './choose.ts';
import { subgroupMatrixProduct } from './subgroup-matrix-product.ts';
import { SUM_THREADS, sumShares } from './sum-shares.ts';
import { tiledProduct } from './tiled-product.ts';
import { vectorProduct } from './vector-product.ts';

export interface ProductOperand {
  readonly buffer: GpuBuffer;
  /** Whether consecutive k are neighbours in memory. */
  readonly depthContiguous: boolean;
  /** Elements from one row (or, where k are no neighbours, from one k) to the next. */
  readonly stride: number;
  readonly storage: 'f32' | 'f16';
}

/** out [rows, columns] = A [rows, depth] · B [depth, columns] + bias, or added to what `out` holds. */
export interface Product {
  readonly a: ProductOperand;
  readonly b: ProductOperand;
  readonly out: GpuBuffer;
  readonly outStride: number;
  readonly bias?: GpuBuffer | undefined;
  /** Factor for A and its inverse, by which a gradient keeps its small numbers in f16 (see `gradientScale`). */
  readonly scale?: GpuBuffer | undefined;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly accumulate: boolean;
}

/** Whether products of this device may multiply in f16, so that gradients need a scale. */
export function multipliesInHalf(runtime: GpuRuntime): boolean {
  return runtime.mode === 'fast' && runtime.storage === 'f16' && matrixShape(runtime) !== undefined;
}

export function multiply(runtime: GpuRuntime, product: Product): void {
  if (runtime.mode === 'fast' && multiplyVectors(runtime, product)) return;
  if (multipliesInHalf(runtime) && multiplyMatrices(runtime, product)) return;
  multiplyTiles(runtime, product);
}

function multiplyVectors(runtime: GpuRuntime, product: Product): boolean {
  const options = vectorOptions(runtime, product);
  if (!options) return false;
  const { a, b, bias, out, outStride, rows, columns, depth } = product;
  const [wide] = spread(Math.ceil(columns / (options.outputs * options.teams)));
  if (wide * options.outputs * options.teams < columns) return false;
  const operands = [a.buffer, b.buffer, ...(bias ? [bias] : []), out];
  runtime.dispatch(vectorProduct(options), operands, [rows, columns, depth, outStride], [wide, Math.ceil(rows / options.rows), 1]);
  return true;
}

function multiplyMatrices(runtime: GpuRuntime, product: Product): boolean {
  const shape = matrixShape(runtime);
  const chosen = shape && fitsVectors(product, 8) ? matrixTile(runtime, product, shape) : undefined;
  if (!shape || !chosen) return false;
  const { a, b, scale, rows, columns, depth } = product;
  const { tile, shares } = chosen;
  const grid = [Math.ceil(columns / tile.columns), Math.ceil(rows / tile.rows)] as const;
  inShares(runtime, product, tile.depth, shares, (out, outStride, share, count, bias, accumulate) => {
    const kernel = subgroupMatrixProduct({
      tile,
      shape,
      a: { depthContiguous: a.depthContiguous, storage: a.storage },
      b: { depthContiguous: b.depthContiguous, storage: b.storage },
      scaled: scale !== undefined,
      tail: depth % tile.depth !== 0,
      bias: bias.length > 0,
      accumulate,
    });
    const operands = [a.buffer, b.buffer, ...(scale ? [scale] : []), ...bias, out];
    runtime.dispatch(kernel, operands, [rows, columns, depth, share, a.stride, b.stride, outStride], [...grid, count]);
  });
  return true;
}

function multiplyTiles(runtime: GpuRuntime, product: Product): void {
  const { a, b, rows, columns, depth } = product;
  const vector = fitsVectors(product, 4);
  const tile = plainTile(product, vector);
  const grid = [Math.ceil(columns / tile.columns), Math.ceil(rows / tile.rows)] as const;
  inShares(runtime, product, tile.depth, plainShares(runtime, product, tile), (out, outStride, share, count, bias, accumulate) => {
    const kernel = tiledProduct({
      tile,
      a: { depthContiguous: a.depthContiguous, vector, storage: a.storage },
      b: { depthContiguous: b.depthContiguous, vector, storage: b.storage },
      vectorOut: vector,
      tail: depth % tile.depth !== 0,
      bias: bias.length > 0,
      accumulate,
    });
    runtime.dispatch(
      kernel,
      [a.buffer, b.buffer, ...bias, out],
      [rows, columns, depth, share, a.stride, b.stride, outStride],
      [...grid, count],
    );
  });
}

/** Runs a product whole, or in shares of its depth that are then added in their order. */
function inShares(
  runtime: GpuRuntime,
  { out, outStride, bias, rows, columns, depth, accumulate }: Product,
  tileDepth: number,
  shares: number,
  run: (out: GpuBuffer, outStride: number, share: number, count: number, bias: readonly GpuBuffer[], accumulate: boolean) => void,
): void {
  const biases = bias ? [bias] : [];
  if (shares === 1) {
    run(out, outStride, depth, 1, biases, accumulate);
    return;
  }
  const share = Math.ceil(depth / shares / tileDepth) * tileDepth;
  const count = Math.ceil(depth / share);
  const partial = runtime.scratch('shares of a product', 'f32', count * rows * columns);
  run(partial, columns, share, count, [], false);
  const grid = spread(Math.ceil((rows * columns) / SUM_THREADS));
  runtime.dispatch(sumShares([bias !== undefined, accumulate]), [partial, ...biases, out], [rows, columns, count, outStride], grid);
}
