/** How the operands of a dispatch are bound: which range of which buffer, and where in it the operand's first element lies. */
import type { DeviceBuffer } from '../../device.ts';
import { type BoundRange, type GpuBuffer, gpuBuffer, overlap, WINDOW_ALIGNMENT } from './memory.ts';
import type { CompiledKernel } from './pipelines.ts';

export interface BoundOperands {
  readonly ranges: readonly BoundRange[];
  /** First element of each operand within its range, in steps of the binding's element. */
  readonly offsets: readonly number[];
}

/** An operand that runs in a copy of itself. */
export interface StagedOperand {
  readonly original: GpuBuffer;
  readonly copy: GpuBuffer;
  readonly written: boolean;
}

/** Buffers of the device, checked to be alive. */
export function liveOperands({ source }: CompiledKernel, operands: readonly DeviceBuffer[]): GpuBuffer[] {
  if (operands.length !== source.bindings.length) {
    throw new Error(`kernel "${source.key}" takes ${source.bindings.length} operands, not ${operands.length}`);
  }
  return operands.map((operand) => {
    const buffer = gpuBuffer(operand);
    const { allocation } = buffer;
    if (allocation.released) {
      throw new Error(`"${allocation.label}" of arena "${allocation.owner}" was used by "${source.key}" after the arena was released`);
    }
    return buffer;
  });
}

/**
 * WebGPU refuses a buffer that one dispatch both writes and binds a second time. Where operands are different parts of one allocation and
 * one of them is written, the shorter one is replaced by a copy.
 */
export function separate(
  { source }: CompiledKernel,
  operands: GpuBuffer[],
  copyOf: (index: number, original: GpuBuffer) => GpuBuffer,
): StagedOperand[] {
  const staged: StagedOperand[] = [];
  for (let j = 1; j < operands.length; j++) {
    for (let i = 0; i < j; i++) {
      const [first, second] = [operands[i]!, operands[j]!];
      if (first.allocation !== second.allocation) continue;
      const [a, b] = [source.bindings[i]!, source.bindings[j]!];
      if (a.access === 'read' && b.access === 'read') continue;
      if (overlap(first, second)) throw new Error(`kernel "${source.key}": ${a.name} and ${b.name} share memory`);
      const index = first.byteLength < second.byteLength ? i : j;
      const original = operands[index]!;
      const copy = copyOf(index, original);
      operands[index] = copy;
      staged.push({ original, copy, written: source.bindings[index]!.access === 'read_write' });
    }
  }
  return staged;
}

export function bindOperands({ source, steps }: CompiledKernel, operands: readonly GpuBuffer[], limit: number): BoundOperands {
  const ranges: BoundRange[] = [];
  const offsets: number[] = [];
  for (let index = 0; index < operands.length; index++) {
    const { allocation, byteStart, byteLength } = operands[index]!;
    const base = allocation.bytes <= limit ? 0 : byteStart - (byteStart % WINDOW_ALIGNMENT);
    if (byteStart - base + byteLength > limit) {
      throw new RangeError(
        `kernel "${source.key}": ${source.bindings[index]!.name} spans ${byteLength} bytes, but this adapter binds at most ${limit}`,
      );
    }
    const offset = (byteStart - base) / steps[index]!;
    if (!Number.isInteger(offset)) {
      const { name, element } = source.bindings[index]!;
      throw new Error(`kernel "${source.key}": ${name} does not start on a whole ${element}`);
    }
    ranges.push(allocation.window(base, limit));
    offsets.push(offset);
  }
  return { ranges, offsets };
}
