/**
 * Device memory. An arena keeps the books; every allocation is a GPUBuffer of its own, because a buffer must not be bound for reading and
 * for writing in one dispatch. WebGPU hands buffers out filled with zeros.
 */
import type { Arena, DeviceBuffer, ElementType } from '../../device.ts';

const ALIGNMENT = 64;
/** Where a binding may start within a buffer: the largest alignment that WebGPU lets an adapter ask for. */
export const WINDOW_ALIGNMENT = 256;
const ELEMENT_BYTES: Readonly<Record<ElementType, number>> = { f32: 4, u32: 4, u16: 2 };

export function bytesFor(type: ElementType, length: number): number {
  if (!Number.isSafeInteger(length) || length < 0) throw new RangeError(`a buffer needs a whole, non-negative length, not ${length}`);
  return Math.ceil((length * ELEMENT_BYTES[type]) / ALIGNMENT) * ALIGNMENT;
}

/** A range of a GPUBuffer as it is bound; `id` stands for it in the cache of bind groups. */
export interface BoundRange {
  readonly id: number;
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly size: number;
}

let nextRangeId = 0;

/** One GPUBuffer and the ranges of it that were bound so far. */
export class Allocation {
  private readonly windows = new Map<number, BoundRange>();
  released = false;

  constructor(
    readonly gpu: GPUBuffer,
    readonly bytes: number,
    readonly label: string,
    readonly owner: string,
  ) {}

  /** The range from byte `offset`, at most `limit` bytes long; one runtime always gives one limit. */
  window(offset: number, limit: number): BoundRange {
    let range = this.windows.get(offset);
    if (!range) {
      range = { id: nextRangeId++, buffer: this.gpu, offset, size: Math.min(limit, this.bytes - offset) };
      this.windows.set(offset, range);
    }
    return range;
  }

  release(): void {
    this.released = true;
    this.gpu.destroy();
  }
}

/** `length` values from element `start` of an allocation. */
export class GpuBuffer implements DeviceBuffer {
  constructor(
    readonly allocation: Allocation,
    readonly type: ElementType,
    readonly start: number,
    readonly length: number,
  ) {}

  get byteStart(): number {
    return this.start * ELEMENT_BYTES[this.type];
  }

  get byteLength(): number {
    return this.length * ELEMENT_BYTES[this.type];
  }

  slice(start: number, length: number): GpuBuffer {
    const inside =
      Number.isSafeInteger(start) && Number.isSafeInteger(length) && start >= 0 && length >= 0 && start + length <= this.length;
    if (!inside) {
      throw new RangeError(`slice of ${length} from ${start} lies outside "${this.allocation.label}" of ${this.length} elements`);
    }
    return new GpuBuffer(this.allocation, this.type, this.start + start, length);
  }
}

/** The buffer behind the contract's interface. Throws on buffers of other devices. */
export function gpuBuffer(buffer: DeviceBuffer): GpuBuffer {
  if (!(buffer instanceof GpuBuffer)) throw new TypeError('a buffer of another device was given to the webgpu device');
  return buffer;
}

/** Whether a buffer's first element lies on a multiple of `elements`, so that it can be bound as vectors. */
export function startsAt(buffer: DeviceBuffer, elements: number): boolean {
  return gpuBuffer(buffer).start % elements === 0;
}

/** Whether two buffers have elements in common. */
export function overlap(a: GpuBuffer, b: GpuBuffer): boolean {
  return a.allocation === b.allocation && a.byteStart < b.byteStart + b.byteLength && b.byteStart < a.byteStart + a.byteLength;
}

export interface ArenaHost {
  createAllocation(bytes: number, label: string, owner: string): Allocation;
  releaseArena(arena: GpuArena, allocations: readonly Allocation[]): void;
}

export class GpuArena implements Arena {
  used = 0;
  private released = false;
  private readonly allocations: Allocation[] = [];

  constructor(
    private readonly host: ArenaHost,
    readonly name: string,
    readonly bytes: number,
  ) {
    if (!Number.isSafeInteger(bytes) || bytes < 0) throw new RangeError(`arena "${name}" needs a whole number of bytes, not ${bytes}`);
  }

  allocate(type: ElementType, length: number, label: string): GpuBuffer {
    if (this.released) throw new Error(`arena "${this.name}" was released; "${label}" cannot be allocated from it`);
    const bytes = bytesFor(type, length);
    if (this.used + bytes > this.bytes) {
      throw new RangeError(`arena "${this.name}" holds ${this.bytes} bytes, ${this.used} used; "${label}" needs ${bytes} more`);
    }
    const allocation = this.host.createAllocation(bytes, label, this.name);
    this.allocations.push(allocation);
    this.used += bytes;
    return new GpuBuffer(allocation, type, 0, length);
  }

  release(): void {
    if (this.released) return;
    this.released = true;
    this.used = 0;
    this.host.releaseArena(this, this.allocations);
  }
}
