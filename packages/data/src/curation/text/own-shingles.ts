import type { ByteStore } from './byte-store.ts';
import { HashSet, shingleHashes } from './shingles.ts';
import { TemplateShingles } from './template-shingles.ts';

/** Texts with fewer shingles outside of the template are compared as a whole. */
const LEAST_OWN_SHINGLES = 12;

/** The different shingles of stored texts that are not template text of their source; all of them where hardly any would be left. */
export class OwnShingles {
  hashes = new Uint32Array(1 << 14);
  readonly #store: ByteStore;
  readonly #source: Uint32Array;
  readonly #templates: TemplateShingles[];
  readonly #seen = new HashSet();
  readonly #remembered = new HashSet();
  #rememberedCount = 0;
  readonly #rememberedWhole = new HashSet();
  #rememberedWholeCount = 0;

  constructor(store: ByteStore, source: Uint32Array, sources: number) {
    this.#store = store;
    this.#source = source;
    this.#templates = Array.from({ length: sources }, () => new TemplateShingles());
    for (let entry = 0; entry < store.size; entry++) this.#templates[source[entry]!]!.count(this.hashes, this.#all(entry));
    for (const template of this.#templates) template.close();
  }

  #all(entry: number): number {
    const [start, end] = [this.#store.start(entry), this.#store.end(entry)];
    if (end - start > this.hashes.length) this.hashes = new Uint32Array((end - start) * 2);
    return shingleHashes(this.#store.chunk(entry), start, end, this.hashes);
  }

  /** Leaves the shingles in `hashes` and returns how many they are. */
  read(entry: number): number {
    const all = this.#all(entry);
    const { hashes } = this;
    const template = this.#templates[this.#source[entry]!]!;
    const seen = this.#seen;
    seen.clear(all);
    let own = 0;
    for (let at = 0; at < all; at++) if (!template.has(hashes[at]!) && seen.add(hashes[at]!)) hashes[own++] = hashes[at]!;
    return own >= LEAST_OWN_SHINGLES || own === all ? own : this.#whole(entry);
  }

  /** Leaves the different shingles of the whole text in `hashes` and returns how many they are. */
  #whole(entry: number): number {
    const all = this.#all(entry);
    const { hashes } = this;
    this.#seen.clear(all);
    let different = 0;
    for (let at = 0; at < all; at++) if (this.#seen.add(hashes[at]!)) hashes[different++] = hashes[at]!;
    return different;
  }

  /** Makes an entry the one that others are compared with. */
  remember(entry: number): void {
    this.#rememberedCount = this.#keep(this.read(entry), this.#remembered);
    this.#rememberedWholeCount = this.#keep(this.#whole(entry), this.#rememberedWhole);
  }

  #keep(count: number, set: HashSet): number {
    set.clear(count);
    for (let at = 0; at < count; at++) set.add(this.hashes[at]!);
    return count;
  }

  /**
   * Jaccard similarity of the remembered entry and another, of their own shingles or of the whole texts, whichever is larger: a copy may have been
   * wrapped in another template, or edited inside its template. 0 where they share less than `leastOverlap` of the own shingles of the one
   * that has fewer: what they have in common is then the template.
   */
  similarityTo(entry: number, leastOverlap: number): number {
    const own = this.read(entry);
    const sharedOwn = this.#shared(own, this.#remembered);
    if (sharedOwn < leastOverlap * Math.min(own, this.#rememberedCount)) return 0;
    const ofOwn = sharedOwn / (own + this.#rememberedCount - sharedOwn);
    const whole = this.#whole(entry);
    const sharedWhole = this.#shared(whole, this.#rememberedWhole);
    return Math.max(ofOwn, sharedWhole / (whole + this.#rememberedWholeCount - sharedWhole));
  }

  #shared(count: number, others: HashSet): number {
    let shared = 0;
    for (let at = 0; at < count; at++) if (others.has(this.hashes[at]!)) shared++;
    return shared;
  }
}
