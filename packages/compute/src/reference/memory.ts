/**
 * Memory of the reference device. Every buffer is a host array of its own (f64 where the contract says f32); the arena only keeps the
 * books, in the bytes that an f32 device would spend, so that a plan made for a real device is checked here too.
 */
import type { Arena, DeviceBuffer, ElementType, HostArray } from '../device.ts';

type Storage = Float64Array | Uint32Array | Uint16Array;

const ALIGNMENT = 64;
const ELEMENT_BYTES: Record<ElementType, number> = { f32: 4, u32: 4, u16: 2 };

/** Bytes of `length` elements, rounded up to whole 64-byte lines. */
export function bytesFor(type: ElementType, length: number): number {
  if (!Number.isSafeInteger(length) || length < 0) throw new RangeError(`a buffer needs a whole, non-negative length, not ${length}`);
  return Math.ceil((length * ELEMENT_BYTES[type]) / ALIGNMENT) * ALIGNMENT;
}

function createStorage(type: ElementType, length: number): Storage {
  if (type === 'f32') return new Float64Array(length);
  return type === 'u32' ? new Uint32Array(length) : new Uint16Array(length);
}

export class ReferenceArena implements Arena {
  used = 0;
  released = false;

  constructor(
    readonly name: string,
    readonly bytes: number,
    private readonly forget: (arena: ReferenceArena) => void,
  ) {
    if (!Number.isSafeInteger(bytes) || bytes < 0) throw new RangeError(`arena "${name}" needs a whole number of bytes, not ${bytes}`);
  }

  allocate(type: ElementType, length: number, label: string): ReferenceBuffer {
    const size = bytesFor(type, length);
    this.claim(size, label);
    return new ReferenceBuffer(this, label, type, createStorage(type, length));
  }

  /** Books `size` bytes for `label`. */
  private claim(size: number, label: string): void {
    if (this.released) throw new Error(`arena "${this.name}" was released; "${label}" cannot be allocated from it`);
    if (this.used + size > this.bytes) {
      throw new RangeError(`arena "${this.name}" has ${this.bytes - this.used} of ${this.bytes} bytes left; "${label}" needs ${size}`);
    }
    this.used += size;
  }

  release(): void {
    if (this.released) return;
    this.released = true;
    this.used = 0;
    this.forget(this);
  }
}

export class ReferenceBuffer implements DeviceBuffer {
  constructor(
    readonly arena: ReferenceArena,
    readonly label: string,
    readonly type: ElementType,
    readonly storage: Storage,
  ) {}

  get length(): number {
    return this.storage.length;
  }

  slice(start: number, length: number): ReferenceBuffer {
    const inside =
      Number.isSafeInteger(start) && Number.isSafeInteger(length) && start >= 0 && length >= 0 && start + length <= this.length;
    if (!inside) throw new RangeError(`slice of ${length} from ${start} lies outside "${this.label}" of ${this.length} elements`);
    return new ReferenceBuffer(this.arena, this.label, this.type, this.storage.subarray(start, start + length));
  }
}

/** The storage behind a buffer of this device, checked to be alive. `what` names the argument in errors, as in `linear: out`. */
export function storageOf(buffer: DeviceBuffer, what: string): Storage {
  if (!(buffer instanceof ReferenceBuffer)) throw new TypeError(`${what} is not a buffer of the reference device`);
  if (buffer.arena.released) throw new Error(`${what} ("${buffer.label}") belongs to arena "${buffer.arena.name}", which was released`);
  return buffer.storage;
}

function checkLength(storage: Storage, what: string, needed: number): void {
  if (storage.length < needed) throw new RangeError(`${what} has ${storage.length} elements but needs ${needed}`);
}

/** The values of an f32 buffer with at least `needed` elements. */
export function floats(buffer: DeviceBuffer, what: string, needed: number): Float64Array {
  const storage = storageOf(buffer, what);
  if (!(storage instanceof Float64Array)) throw new TypeError(`${what} must be an f32 buffer, not ${buffer.type}`);
  checkLength(storage, what, needed);
  return storage;
}

/** The values of a u32 buffer with at least `needed` elements. */
export function words(buffer: DeviceBuffer, what: string, needed: number): Uint32Array {
  const storage = storageOf(buffer, what);
  if (!(storage instanceof Uint32Array)) throw new TypeError(`${what} must be a u32 buffer, not ${buffer.type}`);
  checkLength(storage, what, needed);
  return storage;
}

/** Throws where a kernel reads one of the buffers after it has begun to write the other. */
export function checkDisjoint(a: DeviceBuffer, b: DeviceBuffer, what: string): void {
  const first = storageOf(a, what);
  const second = storageOf(b, what);
  const apart =
    first.buffer !== second.buffer ||
    first.byteOffset + first.byteLength <= second.byteOffset ||
    second.byteOffset + second.byteLength <= first.byteOffset;
  if (!apart) throw new RangeError(`${what} share memory`);
}

/** Throws unless the host array is of the kind that a buffer of `type` exchanges with the host. */
function checkHostArray(type: ElementType, array: HostArray, what: string): void {
  const fits =
    type === 'f32'
      ? array instanceof Float32Array || array instanceof Float64Array
      : type === 'u32'
        ? array instanceof Uint32Array
        : array instanceof Uint16Array;
  if (!fits) throw new TypeError(`${what}: a ${array.constructor.name} cannot hold ${type} elements`);
}

export function write(target: DeviceBuffer, source: HostArray, offset = 0): void {
  const storage = storageOf(target, 'write: target');
  checkHostArray(target.type, source, 'write');
  if (!Number.isSafeInteger(offset) || offset < 0 || offset + source.length > storage.length) {
    throw new RangeError(`write: ${source.length} elements at ${offset} do not fit in a buffer of ${storage.length}`);
  }
  storage.set(source, offset);
}

export async function read(source: DeviceBuffer, target: HostArray): Promise<void> {
  const storage = storageOf(source, 'read: source');
  checkHostArray(source.type, target, 'read');
  if (target.length !== storage.length) {
    throw new RangeError(`read: the buffer has ${storage.length} elements and the target ${target.length}; they must be equal`);
  }
  target.set(storage);
}
