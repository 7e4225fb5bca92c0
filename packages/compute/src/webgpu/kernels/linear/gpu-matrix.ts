import type { Arena, DeviceBuffer, Matrix } from '../../../device.ts';
import type { GpuRuntime } from '../../runtime/gpu-runtime.ts';
import { bytesFor, type GpuBuffer, gpuBuffer } from '../../runtime/memory.ts';
import { cast } from '../cast.ts';

/** A weight matrix [outputs, inputs] and, where matrices are kept in f16, its copy, which both directions of a product read. */
export class GpuMatrix implements Matrix {
  constructor(
    readonly values: GpuBuffer,
    readonly outputs: number,
    readonly inputs: number,
    readonly trainable: boolean,
    readonly half: GpuBuffer | undefined,
  ) {}

  /** What products read. */
  get operand(): GpuBuffer {
    return this.half ?? this.values;
  }

  get storage(): 'f32' | 'f16' {
    return this.half ? 'f16' : 'f32';
  }
}

export function matrixBytes(runtime: GpuRuntime, outputs: number, inputs: number): number {
  return runtime.storage === 'f16' ? bytesFor('u16', outputs * inputs) : 0;
}

export function createMatrix(
  runtime: GpuRuntime,
  arena: Arena,
  values: DeviceBuffer,
  outputs: number,
  inputs: number,
  trainable: boolean,
): GpuMatrix {
  const half = runtime.storage === 'f16' ? gpuBuffer(arena.allocate('u16', outputs * inputs, 'matrix in f16')) : undefined;
  return new GpuMatrix(gpuBuffer(values), outputs, inputs, trainable, half);
}

export function refreshMatrices(runtime: GpuRuntime, matrices: readonly Matrix[]): void {
  for (const matrix of matrices) {
    const { half, values } = gpuMatrix(matrix, 'refreshMatrices');
    if (half) cast(runtime, half, values, 'f16');
  }
}

/** The matrix behind the contract's interface. Throws on matrices of other devices. */
export function gpuMatrix(matrix: Matrix, what: string): GpuMatrix {
  if (!(matrix instanceof GpuMatrix)) throw new TypeError(`${what}: the matrix was not made by the webgpu device`);
  return matrix;
}

/** The same for kernels that multiply the other way round, which only trainable matrices promise. */
export function trainableMatrix(matrix: Matrix, what: string): GpuMatrix {
  const known = gpuMatrix(matrix, what);
  if (!known.trainable) throw new Error(`${what}: the matrix was registered with trainable = false`);
  return known;
}
