import { mix } from './hash.ts';

/** Bytes a shingle. */
export const SHINGLE_BYTES = 5;

const BASE = 0x2c1b3c6d;
/** BASE to the power of the shingle's length, for taking the byte that leaves out of the rolling hash. */
const LEAVING = Array.from({ length: SHINGLE_BYTES }).reduce<number>((power) => Math.imul(power, BASE), 1);

/**
 * Hashes of all overlapping shingles of `bytes[start, end)`, in order and with repetitions; one hash of the whole where it is shorter than
 * a shingle. `into` must hold `max(1, end - start)` numbers. Returns how many there are.
 */
export function shingleHashes(bytes: Uint8Array, start: number, end: number, into: Uint32Array): number {
  let rolling = 0;
  const full = Math.min(end, start + SHINGLE_BYTES);
  for (let at = start; at < full; at++) rolling = (Math.imul(rolling, BASE) + bytes[at]! + 1) | 0;
  into[0] = mix(rolling);
  let count = 1;
  for (let at = full; at < end; at++) {
    rolling = (Math.imul(rolling, BASE) + bytes[at]! + 1 - Math.imul(LEAVING, bytes[at - SHINGLE_BYTES]! + 1)) | 0;
    into[count++] = mix(rolling);
  }
  return count;
}

/** A set of u32 that is emptied without being cleared. */
export class HashSet {
  #keys = new Uint32Array(1 << 12);
  #stamps = new Uint32Array(1 << 12);
  #stamp = 0;

  /** Empties the set and makes room for `most` members. */
  clear(most: number): void {
    if (most * 2 > this.#keys.length) {
      const slots = 2 ** Math.ceil(Math.log2(most * 2));
      this.#keys = new Uint32Array(slots);
      this.#stamps = new Uint32Array(slots);
      this.#stamp = 0;
    }
    if (++this.#stamp === 0xffffffff) {
      this.#stamps.fill(0);
      this.#stamp = 1;
    }
  }

  /** Adds a key; false where it was a member already. */
  add(key: number): boolean {
    const slot = this.#slot(key);
    if (this.#stamps[slot] === this.#stamp) return false;
    this.#keys[slot] = key;
    this.#stamps[slot] = this.#stamp;
    return true;
  }

  has(key: number): boolean {
    return this.#stamps[this.#slot(key)] === this.#stamp;
  }

  #slot(key: number): number {
    const mask = this.#keys.length - 1;
    let slot = key & mask;
    while (this.#stamps[slot] === this.#stamp && this.#keys[slot] !== key) slot = (slot + 1) & mask;
    return slot;
  }
}
