/**
 * Keys and values of one layer on the GPU: one buffer, all keys and then all values, each [slots, heads, headWidth] in f32 or f16. Kernels
 * that take keys in blocks may read past the last slot of a segment, so there are more slots than positions.
 */
import type { Arena, KeyValueCache } from '../../../device.ts';
import { bytesFor, type GpuBuffer, gpuBuffer } from '../../runtime/memory.ts';
import type { CacheStorage } from './plain-shape.ts';

/** Slots after the last position that blocks of keys may reach. */
const SPARE_SLOTS = 64;

/** Elements of the keys, and so the element at which the values start; whole vectors in every type. */
function keyElements(positions: number, heads: number, headWidth: number): number {
  return Math.ceil(((positions + SPARE_SLOTS) * heads * headWidth) / 64) * 64;
}

const bufferType = (storage: CacheStorage) => (storage === 'f16' ? 'u16' : 'f32');

export class WebgpuCache implements KeyValueCache {
  constructor(
    readonly positions: number,
    readonly heads: number,
    readonly headWidth: number,
    readonly storage: CacheStorage,
    readonly buffer: GpuBuffer,
  ) {}

  /** Element of `buffer` at which the values start; key or value (slot, head) starts (slot * heads + head) * headWidth further on. */
  get valuesStart(): number {
    return keyElements(this.positions, this.heads, this.headWidth);
  }
}

export function cacheBytes(positions: number, heads: number, headWidth: number, storage: CacheStorage): number {
  return bytesFor(bufferType(storage), 2 * keyElements(positions, heads, headWidth));
}

export function createCache(arena: Arena, positions: number, heads: number, headWidth: number, storage: CacheStorage): WebgpuCache {
  const buffer = arena.allocate(bufferType(storage), 2 * keyElements(positions, heads, headWidth), 'key-value cache');
  return new WebgpuCache(positions, heads, headWidth, storage, gpuBuffer(buffer));
}

/** The cache behind the contract's interface. Throws on caches of other devices. */
export function webgpuCache(cache: KeyValueCache): WebgpuCache {
  if (!(cache instanceof WebgpuCache)) throw new TypeError('a cache of another device was given to the webgpu device');
  return cache;
}
