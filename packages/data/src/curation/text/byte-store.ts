const CHUNK = 1 << 20;

/** Byte strings one after the other, by index, in pieces of 1 MiB that are never moved. */
export class ByteStore {
  readonly #chunks: Uint8Array[] = [];
  #used = CHUNK;
  #chunkOf = new Uint32Array(1 << 10);
  #starts = new Uint32Array(1 << 10);
  #ends = new Uint32Array(1 << 10);
  size = 0;

  /** Keeps a copy of `bytes[0, length)` and returns its index. */
  push(bytes: Uint8Array, length: number): number {
    if (this.#used + length > CHUNK) {
      this.#chunks.push(new Uint8Array(Math.max(CHUNK, length)));
      this.#used = 0;
    }
    if (this.size === this.#starts.length) {
      this.#chunkOf = grown(this.#chunkOf);
      this.#starts = grown(this.#starts);
      this.#ends = grown(this.#ends);
    }
    const chunk = this.#chunks.length - 1;
    this.#chunks[chunk]!.set(bytes.subarray(0, length), this.#used);
    const index = this.size++;
    this.#chunkOf[index] = chunk;
    this.#starts[index] = this.#used;
    this.#used += length;
    this.#ends[index] = this.#used;
    return index;
  }

  /** The piece that holds entry `index`, from `start(index)` to `end(index)`. */
  chunk(index: number): Uint8Array {
    return this.#chunks[this.#chunkOf[index]!]!;
  }

  start(index: number): number {
    return this.#starts[index]!;
  }

  end(index: number): number {
    return this.#ends[index]!;
  }

  /** Whether entry `index` holds exactly `bytes[0, length)`. */
  equals(index: number, bytes: Uint8Array, length: number): boolean {
    const start = this.start(index);
    if (this.end(index) - start !== length) return false;
    const chunk = this.chunk(index);
    for (let at = 0; at < length; at++) if (chunk[start + at] !== bytes[at]) return false;
    return true;
  }

  /** Entry `index` as text. */
  text(index: number): string {
    return decoder.decode(this.chunk(index).subarray(this.start(index), this.end(index)));
  }
}

const decoder = new TextDecoder();

/** A copy with twice the room. */
export function grown(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
}
