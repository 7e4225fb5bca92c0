/**
 * Counter-based random numbers for data: Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror and Shaw, SC 2011). A number is a pure
 * function of its key and counter, so the order of work does not matter and nothing needs saving.
 */

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24];
const PARITY = 0x1bd11bda;

export type Key = readonly [number, number];

/** Two u32 words for a key and a counter of two u32 words each. */
export function threefry(key: Key, counter: Key): [number, number] {
  const schedule = [key[0], key[1], PARITY ^ key[0] ^ key[1]];
  let x = (counter[0] + key[0]) | 0;
  let y = (counter[1] + key[1]) | 0;
  for (let round = 0; round < 20; round++) {
    const rotation = ROTATIONS[round & 7]!;
    x = (x + y) | 0;
    y = ((y << rotation) | (y >>> (32 - rotation))) ^ x;
    if ((round & 3) === 3) {
      const injection = (round + 1) >> 2;
      x = (x + schedule[injection % 3]!) | 0;
      y = (y + schedule[(injection + 1) % 3]! + injection) | 0;
    }
  }
  return [x >>> 0, y >>> 0];
}

/** Folds a seed (53 bits at most) and any number of u32 parts into a key; different parts give unrelated keys. */
export function deriveKey(seed: number, ...parts: readonly number[]): Key {
  let key: Key = [seed >>> 0, Math.floor(seed / 0x1_0000_0000) >>> 0];
  parts.forEach((part, index) => {
    key = threefry(key, [part >>> 0, (index + 1) | 0x8000_0000]);
  });
  return key;
}

/** Numbers drawn one after the other from one key. */
export class RandomStream {
  readonly #key: Key;
  #counter = 0;
  #spare: number | null = null;

  constructor(key: Key) {
    this.#key = key;
  }

  /** A uniform u32. */
  word(): number {
    if (this.#spare !== null) {
      const word = this.#spare;
      this.#spare = null;
      return word;
    }
    const [first, second] = threefry(this.#key, [this.#counter++, 0]);
    this.#spare = second;
    return first;
  }

  /** A uniform number in [0, 1) with 32 bits. */
  uniform(): number {
    return this.word() / 0x1_0000_0000;
  }

  /** A uniform integer in [low, high], both included; exact (no modulo bias). */
  integer(low: number, high: number): number {
    const range = high - low + 1;
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % range);
    let word = this.word();
    while (word >= limit) word = this.word();
    return low + (word % range);
  }

  /** A uniform element of a non-empty list. */
  pick<T>(items: readonly T[]): T {
    return items[this.integer(0, items.length - 1)]!;
  }
}
