/** Copies between host arrays and device buffers. */
import type { DeviceBuffer, ElementType, HostArray } from '../../device.ts';
import { copyHalves } from '../kernels/halves.ts';
import type { GpuRuntime } from './gpu-runtime.ts';
import { type GpuBuffer, gpuBuffer } from './memory.ts';

/** Larger transfers go in parts: the driver holds a copy of each part. */
const PART_BYTES = 64 * 2 ** 20;

type Exchanged = Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;

function checkHostArray(type: ElementType, array: HostArray): void {
  const fits =
    type === 'f32'
      ? array instanceof Float32Array || array instanceof Float64Array
      : type === 'u32'
        ? array instanceof Uint32Array
        : array instanceof Uint16Array;
  if (!fits) throw new TypeError(`a ${array.constructor.name} cannot hold ${type} elements`);
}

export function writeBuffer(runtime: GpuRuntime, target: DeviceBuffer, source: HostArray, offset: number): void {
  const buffer = gpuBuffer(target);
  runtime.checkAlive(buffer, 'write');
  checkHostArray(buffer.type, source);
  if (!Number.isSafeInteger(offset) || offset < 0 || offset + source.length > buffer.length) {
    throw new RangeError(`${source.length} elements at ${offset} do not fit a buffer of ${buffer.length}`);
  }
  if (source.length === 0) return;
  const values = source instanceof Float64Array ? Float32Array.from(source) : source;
  const place = buffer.slice(offset, values.length);
  if (place.byteStart % 4 === 0 && place.byteLength % 4 === 0) {
    upload(runtime, place, values);
    return;
  }
  const even = new Uint16Array(Math.ceil(values.length / 2) * 2);
  even.set(values);
  const staged = runtime.scratch('uneven halves', 'u16', even.length);
  upload(runtime, staged, even);
  copyHalves(runtime, place, staged.slice(0, values.length));
}

function upload(runtime: GpuRuntime, place: GpuBuffer, values: Float32Array | Uint32Array | Uint16Array): void {
  // The queue's own writes come after what is recorded only if that was submitted.
  runtime.submit();
  for (let start = 0; start < values.byteLength; start += PART_BYTES) {
    const bytes = Math.min(PART_BYTES, values.byteLength - start);
    runtime.device.queue.writeBuffer(
      place.allocation.gpu,
      place.byteStart + start,
      values.buffer as ArrayBuffer,
      values.byteOffset + start,
      bytes,
    );
  }
}

function viewOf(type: ElementType, bytes: ArrayBuffer, start: number, length: number): Exchanged {
  if (type === 'f32') return new Float32Array(bytes, start, length);
  return type === 'u32' ? new Uint32Array(bytes, start, length) : new Uint16Array(bytes, start, length);
}

/** Buffers that the host can map, kept for the next read; sizes are powers of two. */
export class ReadbackPool {
  private readonly free = new Map<number, GPUBuffer[]>();

  constructor(private readonly device: GPUDevice) {}

  take(bytes: number): GPUBuffer {
    const size = 2 ** Math.ceil(Math.log2(Math.max(256, bytes)));
    return (
      this.free.get(size)?.pop() ??
      this.device.createBuffer({ label: 'read-back', size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST })
    );
  }

  giveBack(buffer: GPUBuffer): void {
    const known = this.free.get(buffer.size);
    if (known) known.push(buffer);
    else this.free.set(buffer.size, [buffer]);
  }

  destroy(): void {
    for (const buffer of [...this.free.values()].flat()) buffer.destroy();
    this.free.clear();
  }
}

export async function readBuffer(runtime: GpuRuntime, source: DeviceBuffer, target: HostArray): Promise<void> {
  const buffer = gpuBuffer(source);
  runtime.checkAlive(buffer, 'read');
  checkHostArray(buffer.type, target);
  if (buffer.length !== target.length) {
    throw new RangeError(`a buffer of ${buffer.length} elements cannot be read into ${target.length}`);
  }
  const perPart = PART_BYTES / 4;
  const parts: Promise<void>[] = [];
  for (let start = 0; start < buffer.length; start += perPart) {
    const part = buffer.slice(start, Math.min(perPart, buffer.length - start));
    parts.push(download(runtime, part, target, start));
  }
  await Promise.all(parts);
  await runtime.settle();
}

async function download(runtime: GpuRuntime, part: GpuBuffer, target: HostArray, at: number): Promise<void> {
  const start = part.byteStart - (part.byteStart % 4);
  const bytes = Math.ceil((part.byteStart + part.byteLength - start) / 4) * 4;
  const mapped = runtime.readback.take(bytes);
  runtime.copyToMapped(part.allocation, start, mapped, bytes);
  runtime.submit();
  await runtime.map(mapped, bytes);
  target.set(viewOf(part.type, mapped.getMappedRange(0, bytes), part.byteStart - start, part.length), at);
  mapped.unmap();
  runtime.readback.giveBack(mapped);
}
