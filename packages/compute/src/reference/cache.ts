import type { Arena, DeviceBuffer, KeyValueCache } from '../device.ts';
import { bytesFor, floats } from './memory.ts';

/** Keys and values [positions, G, E] of one layer, token by token. */
export class ReferenceCache implements KeyValueCache {
  constructor(
    readonly positions: number,
    readonly heads: number,
    readonly headWidth: number,
    private readonly keyBuffer: DeviceBuffer,
    private readonly valueBuffer: DeviceBuffer,
  ) {}

  get keys(): Float64Array {
    return floats(this.keyBuffer, 'cache: keys', 0);
  }

  get values(): Float64Array {
    return floats(this.valueBuffer, 'cache: values', 0);
  }
}

export function cacheBytes(positions: number, heads: number, headWidth: number): number {
  return 2 * bytesFor('f32', positions * heads * headWidth);
}

export function createCache(arena: Arena, positions: number, heads: number, headWidth: number): ReferenceCache {
  const length = positions * heads * headWidth;
  const keys = arena.allocate('f32', length, 'keys');
  const values = arena.allocate('f32', length, 'values');
  return new ReferenceCache(positions, heads, headWidth, keys, values);
}

export function referenceCache(cache: KeyValueCache, what: string): ReferenceCache {
  if (!(cache instanceof ReferenceCache)) throw new TypeError(`${what}: cache was not made by the reference device`);
  return cache;
}
