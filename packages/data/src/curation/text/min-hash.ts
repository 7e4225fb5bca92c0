import { mix } from './hash.ts';

const EMPTY = 0xffffffff;

/**
 * MinHash by one permutation (Li, Owen and Zhang, 2012) with optimal densification (Shrivastava, 2017): every shingle is hashed once and falls into one of
 * `bins` ranges of the hash; a range keeps the least hash, an empty one borrows from a range chosen by its own number. For two sets the share of
 * equal entries estimates their Jaccard similarity as `bins` hash functions would, at the price of one.
 *
 * @param shingles hashes, well mixed; at least one.
 * @param into takes `bins` entries.
 */
export function minHash(shingles: Uint32Array, length: number, bins: number, into: Uint32Array): void {
  into.fill(EMPTY, 0, bins);
  for (let at = 0; at < length; at++) {
    const hash = shingles[at]!;
    const bin = ((hash >>> 16) * bins) >>> 16;
    if (hash < into[bin]!) into[bin] = hash;
  }
  for (let bin = 0; bin < bins; bin++) if (into[bin] === EMPTY) into[bin] = borrowed(into, bins, bin);
}

/** The entry that an empty bin takes over, marked so that borrowing bins do not lend to others. */
function borrowed(entries: Uint32Array, bins: number, bin: number): number {
  for (let attempt = 1; ; attempt++) {
    const lender = mix(Math.imul(bin + 1, 0x9e3779b1) ^ attempt) % bins;
    const value = entries[lender]!;
    // What a bin holds itself lies in its own range of the hash; what it borrowed lies in another's.
    if (value !== EMPTY && ((value >>> 16) * bins) >>> 16 === lender) return value;
  }
}
