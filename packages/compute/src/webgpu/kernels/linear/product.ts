/** One product of two operands, by the kernel that suits its shape, the device's mode and its features. */
import type { GpuRuntime } from '../../runtime/gpu-runtime.ts';
import { type GpuBuffer, startsAt } from '../../runtime/memory.ts';
import { type TileShape, tiledProduct } from './tiled-product.ts';

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
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly accumulate: boolean;
}

const SMALL: TileShape = { rows: 32, columns: 32, depth: 8, threadRows: 4, threadColumns: 4, group: 8 };
const LARGE: TileShape = { rows: 128, columns: 128, depth: 16, threadRows: 8, threadColumns: 8, group: 8 };

/** Outputs from which on large tiles leave no multiprocessor of a big GPU without work. */
const MANY_OUTPUTS = 2 ** 20;

function tileFor({ rows, columns }: Product): TileShape {
  return rows >= 128 && columns >= 128 && rows * columns >= MANY_OUTPUTS ? LARGE : SMALL;
}

export function multiply(runtime: GpuRuntime, product: Product): void {
  const { a, b, out, outStride, bias, rows, columns, depth, accumulate } = product;
  const tile = tileFor(product);
  const vector = [a.stride, b.stride, outStride].every((stride) => stride % 4 === 0) && columns % 4 === 0 && depthFits(product);
  const aligned = vector && [a.buffer, b.buffer, out].every((buffer) => startsAt(buffer, 4));
  const kernel = tiledProduct({
    tile,
    a: { depthContiguous: a.depthContiguous, vector: aligned, storage: a.storage },
    b: { depthContiguous: b.depthContiguous, vector: aligned, storage: b.storage },
    vectorOut: aligned,
    bias: bias !== undefined,
    accumulate,
  });
  runtime.dispatch(
    kernel,
    [a.buffer, b.buffer, ...(bias ? [bias] : []), out],
    [rows, columns, depth, depth, a.stride, b.stride, outStride],
    [Math.ceil(columns / tile.columns), Math.ceil(rows / tile.rows), 1],
  );
}

/** Whether vectors of four end where the operands end. */
function depthFits({ a, b, rows, depth }: Product): boolean {
  const depthEnds = depth % 4 === 0 || !(a.depthContiguous || b.depthContiguous);
  return depthEnds && (a.depthContiguous || rows % 4 === 0);
}
