import { ALONE, numberBuckets } from './buckets.ts';
import { ByteStore, grown } from './byte-store.ts';
import { BucketLists, CandidateCounts } from './candidates.ts';
import { CanonicalText } from './canonical-text.ts';
import { hashBytes, hashText, mix } from './hash.ts';
import { minHash } from './min-hash.ts';
import { OwnShingles } from './own-shingles.ts';
import { differenceOfProblems } from './same-problem.ts';

export interface SourcedText {
  readonly text: string;
  /** Texts of one source share their template. */
  readonly source: string;
  /** What is compared in its place, such as a programming task without its examples; the text where absent. */
  readonly statement?: string;
}

export interface DuplicateOptions {
  /** `source`: only texts of the same source are compared; `all`: every text with every other. */
  readonly within: 'source' | 'all';
  /** Least Jaccard similarity of character shingles for a near duplicate. */
  readonly similarity: number;
  /** Says of two texts, by their places, whether something else sets them apart that a near duplicate would share, such as their answers. */
  readonly setsApart?: (index: number, other: number, similarity: number) => boolean;
}

export interface Duplicate {
  /** The text that should go: its place among all texts that were added. */
  readonly index: number;
  /** The earlier text that stays. */
  readonly of: number;
  /** `exact`: the same characters. `restyled`: the same canonical form. `near`: edited. */
  readonly kind: 'exact' | 'restyled' | 'near';
  /** 1 but for near duplicates. */
  readonly similarity: number;
}

/** A band is this many MinHash entries, which must both agree for two texts to be compared … */
const BAND_ENTRIES = 2;
/** … in one band at least: pairs of similarity 0.3 are missed in 1 of 20 cases, of 0.4 in 1 of 260, of 0.5 in 1 of 10,000. */
const BANDS = 32;
const BINS = BAND_ENTRIES * BANDS;
/** Least share of the own shingles of the text that has fewer of them which a near duplicate must share. */
const OWN_OVERLAP = 0.7;
/** Entries between two yields of a search. */
const STEP = 4096;
/** Most texts that one text is compared with, those with most buckets in common first. */
const MOST_COMPARED = 48;

/**
 * Finds texts that state a problem again: the same characters, the same canonical form, or edited words around the same numbers.
 *
 * Every text is compared with earlier texts that stay, so a text that goes is like one that stays (never like one that went), and the
 * first of its kind stays. Texts are added in batches of any size; the result depends on their order alone. Memory is about the UTF-8 size of the
 * different texts plus 200 bytes for each.
 */
export class DuplicateFinder {
  readonly #options: DuplicateOptions;
  readonly #canonical = new CanonicalText();
  readonly #sources = new Map<string, number>();
  readonly #store = new ByteStore();
  readonly #copies: Duplicate[] = [];
  #count = 0;
  /** By entry, which is a canonical form that was seen first: its text, source, hash, numbers, and the characters as they were. */
  #text = new Uint32Array(1 << 10);
  #source = new Uint32Array(1 << 10);
  #hash = new Uint32Array(1 << 10);
  #numbers = new Uint32Array(1 << 10);
  #raw = new Uint32Array(1 << 10);
  #slots = new Uint32Array(1 << 12);

  constructor(options: Partial<DuplicateOptions> = {}) {
    const { within = 'all', similarity = 0.55, setsApart } = options;
    if (!(similarity > 0 && similarity <= 1)) throw new RangeError(`similarity ${similarity}: give a number above 0 and up to 1`);
    this.#options = { within, similarity, ...(setsApart === undefined ? {} : { setsApart }) };
  }

  add(rows: Iterable<SourcedText>): void {
    for (const row of rows) this.#add(row, this.#count++);
  }

  /** All duplicates among the texts added so far, by index. */
  find(): Duplicate[] {
    const search = this.search();
    for (;;) {
      const step = search.next();
      if (step.done) return step.value;
    }
  }

  /** The same in short steps, for callers with something else to do; a step yields the share of the work that is done. */
  *search(): Generator<number, Duplicate[]> {
    const near = yield* this.#near();
    const matches = new Map(near.map((duplicate) => [duplicate.index, duplicate]));
    // A copy of a text that goes is like what that text is like.
    const copies = this.#copies.map((copy) => {
      const match = matches.get(copy.of);
      return match === undefined ? copy : { ...match, index: copy.index };
    });
    return [...copies, ...near].sort((one, other) => one.index - other.index);
  }

  #add(row: SourcedText, index: number): void {
    const source = this.#sources.get(row.source) ?? this.#sources.size;
    this.#sources.set(row.source, source);
    const canonical = this.#canonical;
    canonical.write(row.statement ?? row.text);
    const { bytes, length } = canonical;
    const hash = hashBytes(bytes, 0, length, this.#options.within === 'source' ? source + 1 : 0);
    const raw = hashText(row.text, 1);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot]! - 1;
      const isComparable = this.#options.within === 'all' || this.#source[entry] === source;
      if (this.#hash[entry] !== hash || !isComparable || !this.#store.equals(entry, bytes, length)) continue;
      const kind = this.#raw[entry] === raw ? 'exact' : 'restyled';
      this.#copies.push({ index, of: this.#text[entry]!, kind, similarity: 1 });
      return;
    }
    const entry = this.#store.push(bytes, length);
    if (entry === this.#text.length) this.#grow();
    this.#text[entry] = index;
    this.#source[entry] = source;
    this.#hash[entry] = hash;
    this.#numbers[entry] = numbersHash(bytes, length);
    this.#raw[entry] = raw;
    this.#slots[slot] = entry + 1;
    if ((entry + 1) * 2 > this.#slots.length) this.#rehash();
  }

  #grow(): void {
    this.#text = grown(this.#text);
    this.#source = grown(this.#source);
    this.#hash = grown(this.#hash);
    this.#numbers = grown(this.#numbers);
    this.#raw = grown(this.#raw);
  }

  #rehash(): void {
    const slots = new Uint32Array(this.#slots.length * 2);
    for (let entry = 0; entry < this.#store.size; entry++) {
      let slot = this.#hash[entry]! & (slots.length - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
      slots[slot] = entry + 1;
    }
    this.#slots = slots;
  }

  *#near(): Generator<number, Duplicate[]> {
    const shingles = new OwnShingles(this.#store, this.#source, this.#sources.size);
    const { bands, bucketCount } = yield* this.#fillBuckets(shingles);
    const buckets = new BucketLists(bucketCount);
    const candidates = new CandidateCounts(this.#store.size);
    const found: Duplicate[] = [];
    for (let entry = 0; entry < this.#store.size; entry++) {
      if (entry % STEP === 0) yield 0.5 + entry / (2 * this.#store.size);
      candidates.clear();
      for (const band of bands) if (band[entry] !== ALONE) buckets.each(band[entry]!, (earlier) => candidates.count(earlier));
      const match = this.#match(entry, candidates.mostShared(MOST_COMPARED), shingles);
      if (match) found.push({ index: this.#text[entry]!, of: this.#text[match.entry]!, kind: 'near', similarity: match.similarity });
      else for (const band of bands) if (band[entry] !== ALONE) buckets.push(band[entry]!, entry);
    }
    return found;
  }

  /** Bands of bucket numbers by entry. */
  *#fillBuckets(shingles: OwnShingles): Generator<number, { readonly bands: readonly Uint32Array[]; readonly bucketCount: number }> {
    const entries = this.#store.size;
    const signature = new Uint32Array(BINS);
    const bands = Array.from({ length: BANDS }, () => new Uint32Array(entries));
    for (let entry = 0; entry < entries; entry++) {
      if (entry % STEP === 0) yield entry / (2 * entries);
      const length = shingles.read(entry);
      minHash(shingles.hashes, length, BINS, signature);
      const scope = this.#options.within === 'source' ? this.#source[entry]! + 1 : 0;
      const seed = mix(this.#numbers[entry]! ^ Math.imul(scope, 0x9e3779b1));
      for (let band = 0; band < BANDS; band++) {
        let key = seed;
        for (let at = band * BAND_ENTRIES; at < (band + 1) * BAND_ENTRIES; at++) key = mix(key ^ signature[at]!);
        bands[band]![entry] = key;
      }
    }
    let bucketCount = 0;
    for (const band of bands) bucketCount = numberBuckets(band, bucketCount, band);
    return { bands, bucketCount };
  }

  #match(entry: number, earlier: readonly number[], shingles: OwnShingles): { entry: number; similarity: number } | null {
    if (earlier.length === 0) return null;
    const { similarity: least, within, setsApart } = this.#options;
    let text: string | null = null;
    shingles.remember(entry);
    for (const other of earlier) {
      // Keys of other sources differ, but for chance.
      if (within === 'source' && this.#source[other] !== this.#source[entry]) continue;
      const similarity = shingles.similarityTo(other, OWN_OVERLAP);
      if (similarity < least) continue;
      text ??= this.#store.text(entry);
      if (differenceOfProblems(this.#store.text(other), text) !== null) continue;
      if (!setsApart?.(this.#text[entry]!, this.#text[other]!, similarity)) return { entry: other, similarity };
    }
    return null;
  }
}

/** All duplicates among `rows`, by index. */
export function findDuplicates(rows: Iterable<SourcedText>, options: Partial<DuplicateOptions> = {}): Duplicate[] {
  const finder = new DuplicateFinder(options);
  finder.add(rows);
  return finder.find();
}

/** Hash of the numbers of a canonical text in their order. */
function numbersHash(bytes: Uint8Array, length: number): number {
  let hash = 0;
  let inNumber = false;
  for (let at = 0; at < length; at++) {
    const code = bytes[at]!;
    if (code === 0x20) {
      if (inNumber) hash = mix(hash);
      inNumber = false;
    } else if (inNumber || ((at === 0 || bytes[at - 1] === 0x20) && code >= 0x30 && code <= 0x39)) {
      inNumber = true;
      hash = Math.imul(hash ^ code, 0x01000193) >>> 0;
    }
  }
  return mix(hash);
}
