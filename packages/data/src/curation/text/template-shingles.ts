import { HashSet } from './shingles.ts';

/**
 * Shingles that many rows of one source share: instructions, the wording of a generated family, the commonest words of the language. They
 * say nothing of what a problem asks and are left out of every comparison. Without this, two puzzles written into the same long template
 * look alike, and the same problem wrapped in the instructions of two collections does not.
 */
const SLOTS = 1 << 18;

export interface TemplateOptions {
  /** A shingle is template text when more than this share of the rows have it … */
  readonly share: number;
  /** … of a source with at least this many rows, so that the copies that are looked for do not make a template. */
  readonly leastRows: number;
}

/** Counts, of one source, the rows that have each shingle. */
export class TemplateShingles {
  readonly #options: TemplateOptions;
  readonly #counts = new Uint32Array(SLOTS);
  readonly #seen = new HashSet();
  #rows = 0;
  #limit = Number.POSITIVE_INFINITY;

  constructor(options: TemplateOptions = { share: 0.1, leastRows: 200 }) {
    this.#options = options;
  }

  /** Counts one row. */
  count(shingles: Uint32Array, length: number): void {
    this.#rows++;
    this.#seen.clear(length);
    for (let at = 0; at < length; at++) {
      const slot = shingles[at]! & (SLOTS - 1);
      if (this.#seen.add(slot)) this.#counts[slot]!++;
    }
  }

  /** Ends the counting. */
  close(): void {
    const { share, leastRows } = this.#options;
    if (this.#rows >= leastRows) this.#limit = this.#rows * share;
  }

  has(shingle: number): boolean {
    return this.#counts[shingle & (SLOTS - 1)]! > this.#limit;
  }
}
