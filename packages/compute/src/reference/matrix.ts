import type { DeviceBuffer, Matrix } from '../device.ts';
import { floats } from './memory.ts';

/** A weight matrix of the reference device: nothing but its values, so it needs no refreshing. */
export class ReferenceMatrix implements Matrix {
  constructor(
    readonly values: DeviceBuffer,
    readonly outputs: number,
    readonly inputs: number,
    readonly trainable: boolean,
  ) {
    floats(values, 'createMatrix: values', outputs * inputs);
  }
}

/** The values [N, K] of a matrix of this device. */
export function matrixValues(matrix: Matrix, what: string): Float64Array {
  return floats(matrix.values, `${what}: matrix`, matrix.outputs * matrix.inputs);
}

/** The same for kernels that multiply by the matrix the other way round, which only trainable matrices promise. */
export function trainableMatrixValues(matrix: Matrix, what: string): Float64Array {
  if (!(matrix instanceof ReferenceMatrix)) throw new TypeError(`${what}: matrix was not made by the reference device`);
  if (!matrix.trainable) throw new Error(`${what}: the matrix was registered with trainable = false`);
  return matrixValues(matrix, what);
}
