import { grown } from './byte-store.ts';

/** A bucket keeps its first texts; what falls into a fuller one is found through its other buckets. */
const BUCKET_ROOM = 48;

/** The first entries of every bucket. */
export class BucketLists {
  readonly #heads: Uint32Array;
  readonly #sizes: Uint8Array;
  #next = new Uint32Array(1 << 12);
  #entries = new Uint32Array(1 << 12);
  #used = 1;

  constructor(buckets: number) {
    this.#heads = new Uint32Array(buckets);
    this.#sizes = new Uint8Array(buckets);
  }

  push(bucket: number, entry: number): void {
    if (this.#sizes[bucket]! >= BUCKET_ROOM) return;
    if (this.#used === this.#entries.length) {
      this.#next = grown(this.#next);
      this.#entries = grown(this.#entries);
    }
    this.#sizes[bucket]!++;
    this.#entries[this.#used] = entry;
    this.#next[this.#used] = this.#heads[bucket]!;
    this.#heads[bucket] = this.#used++;
  }

  each(bucket: number, take: (entry: number) => void): void {
    for (let node = this.#heads[bucket]!; node !== 0; node = this.#next[node]!) take(this.#entries[node]!);
  }
}

/** How many buckets each earlier entry shares with the one at hand. */
export class CandidateCounts {
  readonly #counts: Uint8Array;
  readonly #entries: number[] = [];

  constructor(entries: number) {
    this.#counts = new Uint8Array(entries);
  }

  clear(): void {
    for (const entry of this.#entries) this.#counts[entry] = 0;
    this.#entries.length = 0;
  }

  count(entry: number): void {
    if (this.#counts[entry]!++ === 0) this.#entries.push(entry);
  }

  /** Those with most buckets in common first, earlier ones first among equals. */
  mostShared(most: number): readonly number[] {
    this.#entries.sort((one, other) => this.#counts[other]! - this.#counts[one]! || one - other);
    return this.#entries.length > most ? this.#entries.slice(0, most) : this.#entries;
  }
}
