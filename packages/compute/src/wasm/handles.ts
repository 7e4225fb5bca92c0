import type { AttentionRows, DeviceBuffer, KeyValueCache, Matrix } from '../device.ts';
import type { LinearBuffer } from './memory.ts';

/** A weight matrix with its panels, and those of its transpose where it is trainable. */
export class PackedMatrix implements Matrix {
  constructor(
    readonly values: LinearBuffer,
    readonly outputs: number,
    readonly inputs: number,
    readonly forward: LinearBuffer,
    readonly backward: LinearBuffer | null,
  ) {}
}

/** Keys, then values, each [G][positions][E]. */
export class PooledCache implements KeyValueCache {
  constructor(
    readonly buffer: LinearBuffer,
    readonly positions: number,
    readonly heads: number,
    readonly headWidth: number,
  ) {}
}

/** The address of a buffer; 0, which the kernels read as absent, where there is none. */
export const at = (buffer: DeviceBuffer | undefined): number => (buffer as LinearBuffer | undefined)?.address ?? 0;

/** Elements of panels [columns / 8][depth][8]. */
export function panelElements(columns: number, depth: number): number {
  return Math.ceil(columns / 8) * 8 * depth;
}

/** Panels of the transpose. */
export function trainable(matrix: PackedMatrix): LinearBuffer {
  if (!matrix.backward) throw new Error('this matrix was registered as not trainable; it has no gradient');
  return matrix.backward;
}

export function contextAddresses(context: AttentionRows): number[] {
  return [at(context.prefixStart), at(context.prefixLength), at(context.ownStart), at(context.ownLength)];
}
