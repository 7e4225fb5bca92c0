import type { Arena, DeviceBuffer, ElementType } from '../device.ts';

const PAGE = 65536;
const ALIGNMENT = 64;
const BYTES: Record<ElementType, number> = { f32: 4, u32: 4, u16: 2 };

export function alignedBytes(type: ElementType, length: number): number {
  return Math.ceil((BYTES[type] * length) / ALIGNMENT) * ALIGNMENT;
}

/** A typed range of the module's linear memory. */
export class LinearBuffer implements DeviceBuffer {
  constructor(
    readonly address: number,
    readonly type: ElementType,
    readonly length: number,
    readonly arena: LinearArena,
  ) {}

  slice(start: number, length: number): LinearBuffer {
    if (start < 0 || length < 0 || start + length > this.length) {
      throw new RangeError(
        `slice ${start}…${start + length} lies outside a buffer of ${this.length} elements in arena "${this.arena.name}"`,
      );
    }
    return new LinearBuffer(this.address + start * BYTES[this.type], this.type, length, this.arena);
  }
}

export class LinearArena implements Arena {
  used = 0;
  released = false;

  constructor(
    private readonly memory: LinearMemory,
    readonly name: string,
    readonly bytes: number,
    readonly address: number,
  ) {}

  allocate(type: ElementType, length: number, label: string): LinearBuffer {
    if (this.released) throw new Error(`arena "${this.name}" was released; "${label}" cannot be allocated from it`);
    const bytes = alignedBytes(type, length);
    if (this.used + bytes > this.bytes) {
      throw new RangeError(`arena "${this.name}" holds ${this.bytes} bytes, ${this.used} used; "${label}" needs ${bytes} more`);
    }
    const buffer = new LinearBuffer(this.address + this.used, type, length, this);
    this.used += bytes;
    return buffer;
  }

  release(): void {
    if (this.released) return;
    this.released = true;
    this.memory.free(this.address, this.bytes);
  }
}

/** Hands out ranges of one WebAssembly memory, first fit; freed ranges are merged and zeroed again before reuse. */
export class LinearMemory {
  readonly arenas = new Set<LinearArena>();
  private free_: { address: number; bytes: number }[] = [];
  private end: number;

  constructor(readonly memory: WebAssembly.Memory) {
    // Address 0 stays unused: kernels read it as "absent".
    this.end = memory.buffer.byteLength;
  }

  createArena(name: string, bytes: number): LinearArena {
    const size = Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    const arena = new LinearArena(this, name, size, this.reserve(size, name));
    this.arenas.add(arena);
    return arena;
  }

  /** A zeroed range of at least `bytes`. */
  reserve(bytes: number, label: string): number {
    const size = Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    const found = this.free_.findIndex((range) => range.bytes >= size);
    if (found >= 0) {
      const range = this.free_[found]!;
      const address = range.address;
      range.address += size;
      range.bytes -= size;
      if (range.bytes === 0) this.free_.splice(found, 1);
      new Uint8Array(this.memory.buffer, address, size).fill(0);
      return address;
    }
    const address = this.end;
    const missing = address + size - this.memory.buffer.byteLength;
    if (missing > 0) {
      try {
        this.memory.grow(Math.ceil(missing / PAGE));
      } catch (cause) {
        const megabytes = (count: number): string => `${Math.ceil(count / 2 ** 20)} MiB`;
        throw new RangeError(
          `"${label}" needs ${megabytes(size)} beside the ${megabytes(address)} in use, more than a WebAssembly memory of 4 GiB or this machine allows; use a smaller batch, context length or model`,
          { cause },
        );
      }
    }
    this.end = address + size;
    return address;
  }

  free(address: number, bytes: number): void {
    for (const arena of this.arenas) if (arena.address === address) this.arenas.delete(arena);
    this.free_.push({ address, bytes });
    this.free_.sort((a, b) => a.address - b.address);
    const merged: { address: number; bytes: number }[] = [];
    for (const range of this.free_) {
      const last = merged.at(-1);
      if (last && last.address + last.bytes === range.address) last.bytes += range.bytes;
      else merged.push({ ...range });
    }
    this.free_ = merged;
  }
}
