import { CanonicalText } from './canonical-text.ts';
import { codeStatement } from './code-statement.ts';
import { hashBytes, mix } from './hash.ts';
import { numbersOf, sameNumbers } from './same-problem.ts';
import { HashSet, shingleHashes } from './shingles.ts';
import { TemplateShingles } from './template-shingles.ts';

export interface EvaluationText {
  readonly id: string;
  /** The evaluation set; texts of one set share their template. */
  readonly set: string;
  readonly text: string;
}

export interface ContaminationOptions {
  /** Words, numbers and signs in an n-gram. The report gives no size; 8 to 13 are usual. */
  readonly ngram: number;
  /** Share of an evaluation text's n-grams that a row must hold to be contaminated. */
  readonly ngramShare: number;
  /** Share of an evaluation text's character shingles, without template text, that a row must hold to be a paraphrase of it. */
  readonly paraphraseShare: number;
}

export interface Contamination {
  readonly id: string;
  readonly rule: 'n-gram' | 'paraphrase';
  /** The share that was found, by the rule's own measure. */
  readonly similarity: number;
}

export const contaminationDefaults: ContaminationOptions = { ngram: 10, ngramShare: 0.5, paraphraseShare: 0.6 };

/** Tokens of the short n-grams by which evaluation texts are looked up. */
const KEY_TOKENS = 3;
/** Keys that a row must share before it is compared: so many, and this share of the evaluation text's. */
const LEAST_KEYS = 2;
const KEY_SHARE = 0.12;
/** Texts of fewer shingles say so little that chance could hold much of them: they must be held almost whole, with no other number beside. */
const FEW_SHINGLES = 80;
const SHARE_OF_FEW = 0.8;
/** Instructions and the wording of a set's examples: what a quarter of its texts have in common. */
const TEMPLATE = { share: 0.25, leastRows: 12 };
const FILTER_BITS = 1 << 22;

interface View {
  readonly id: string;
  readonly numbers: readonly string[];
  readonly keys: ReadonlySet<number>;
  readonly ngrams: ReadonlySet<number>;
  readonly shingles: Uint32Array;
}

/** What a row is compared by, beside its shingles. */
interface Row {
  readonly numbers: readonly string[];
  readonly ngrams: ReadonlySet<number>;
}

/**
 * Tells whether a text holds a problem of the evaluation sets, word for word or lightly paraphrased, alone or inside something longer. A text with other
 * numbers is another problem, however alike the words (AIME problems of different years share whole sentences).
 *
 * Two rules, over canonical forms: a row holds half of the evaluation text's n-grams, or 60 % of its character shingles. In both the numbers must agree:
 * those of one text are those of the other, in order, with some left out. A programming task is looked for as a whole and by its
 * statement alone. The outcome depends on the row alone.
 */
export class EvaluationIndex {
  readonly #options: ContaminationOptions;
  readonly #canonical = new CanonicalText();
  readonly #views: View[] = [];
  readonly #byKey = new Map<number, number[]>();
  readonly #filter = new Uint32Array(FILTER_BITS / 32);
  /** Shingles of the row at hand. */
  readonly #held = new HashSet();
  #tokens = new Uint32Array(1 << 12);
  #shingles = new Uint32Array(1 << 14);

  constructor(evaluations: readonly EvaluationText[], options: Partial<ContaminationOptions> = {}) {
    this.#options = { ...contaminationDefaults, ...options };
    const sets = new Map<string, EvaluationText[]>();
    for (const evaluation of evaluations) sets.set(evaluation.set, [...(sets.get(evaluation.set) ?? []), evaluation]);
    for (const texts of sets.values()) this.#addSet(texts.flatMap(viewsOf));
    this.#views.forEach(({ keys }, view) => {
      for (const key of keys) {
        this.#byKey.set(key, [...(this.#byKey.get(key) ?? []), view]);
        this.#filter[(key & (FILTER_BITS - 1)) >>> 5]! |= 1 << (key & 31);
      }
    });
  }

  /** The evaluation text that `text` holds most of, or null. */
  find(text: string): Contamination | null {
    this.#canonical.write(text);
    const tokens = this.#readTokens();
    const shared = this.#sharedKeys(tokens);
    if (shared === null) return null;
    let worst: Contamination | null = null;
    let row: Row | null = null;
    for (const [index, count] of shared) {
      const view = this.#views[index]!;
      if (count < LEAST_KEYS || count < KEY_SHARE * view.keys.size) continue;
      row ??= this.#readRow(tokens);
      const found = this.#compare(view, row);
      if (found && (worst === null || found.similarity > worst.similarity)) worst = found;
    }
    return worst;
  }

  #addSet(texts: readonly EvaluationText[]): void {
    const template = new TemplateShingles(TEMPLATE);
    const keyCounts = new Map<number, number>();
    for (const { text } of texts) {
      this.#canonical.write(text);
      template.count(this.#shingles, this.#readShingles());
      for (const key of new Set(ngramHashes(this.#tokens, this.#readTokens(), KEY_TOKENS)))
        keyCounts.set(key, (keyCounts.get(key) ?? 0) + 1);
    }
    template.close();
    const isCommon = (key: number) => texts.length >= TEMPLATE.leastRows && keyCounts.get(key)! > TEMPLATE.share * texts.length;
    for (const { id, text } of texts) {
      this.#canonical.write(text);
      const all = this.#shingles.subarray(0, this.#readShingles());
      const own = new Set([...all].filter((shingle) => !template.has(shingle)));
      const tokens = this.#readTokens();
      const keys = new Set(ngramHashes(this.#tokens, tokens, KEY_TOKENS));
      const ownKeys = new Set([...keys].filter((key) => !isCommon(key)));
      this.#views.push({
        id,
        numbers: numbersOf(this.#canonical.toString().split(' ')),
        keys: ownKeys.size > 0 ? ownKeys : keys,
        ngrams: new Set(ngramHashes(this.#tokens, tokens, this.#options.ngram)),
        shingles: Uint32Array.from(own.size > 0 ? own : new Set(all)),
      });
    }
  }

  /** Hashes of the tokens of the canonical text; returns how many. */
  #readTokens(): number {
    const { bytes, length } = this.#canonical;
    if (length > this.#tokens.length) this.#tokens = new Uint32Array(length * 2);
    let count = 0;
    let start = 0;
    for (let at = 0; at <= length; at++) {
      if (at < length && bytes[at] !== 0x20) continue;
      if (at > start) this.#tokens[count++] = hashBytes(bytes, start, at, 0);
      start = at + 1;
    }
    return count;
  }

  #readShingles(): number {
    const { bytes, length } = this.#canonical;
    if (length > this.#shingles.length) this.#shingles = new Uint32Array(length * 2);
    return shingleHashes(bytes, 0, length, this.#shingles);
  }

  /** How many different keys of each view the tokens hold; null where there is none. */
  #sharedKeys(tokens: number): Map<number, number> | null {
    let shared: Map<number, number> | null = null;
    let seen: Set<number> | null = null;
    const last = Math.max(1, tokens - KEY_TOKENS + 1);
    for (let start = 0; start < last; start++) {
      const key = ngramHash(this.#tokens, start, Math.min(tokens, start + KEY_TOKENS));
      if ((this.#filter[(key & (FILTER_BITS - 1)) >>> 5]! & (1 << (key & 31))) === 0 || seen?.has(key)) continue;
      seen = (seen ?? new Set()).add(key);
      for (const view of this.#byKey.get(key) ?? []) {
        shared ??= new Map();
        shared.set(view, (shared.get(view) ?? 0) + 1);
      }
    }
    return shared;
  }

  #readRow(tokens: number): Row {
    const count = this.#readShingles();
    this.#held.clear(count);
    for (let at = 0; at < count; at++) this.#held.add(this.#shingles[at]!);
    return {
      numbers: numbersOf(this.#canonical.toString().split(' ')),
      ngrams: new Set(ngramHashes(this.#tokens, tokens, this.#options.ngram)),
    };
  }

  #compare({ id, numbers, ngrams, shingles }: View, row: Row): Contamination | null {
    const isShort = shingles.length < FEW_SHINGLES;
    if (isShort ? !sameNumbers(numbers, row.numbers) : !numbersAgree(numbers, row.numbers)) return null;
    let held = 0;
    for (const shingle of shingles) if (this.#held.has(shingle)) held++;
    const heldShingles = held / shingles.length;
    if (heldShingles >= (isShort ? SHARE_OF_FEW : this.#options.paraphraseShare))
      return { id, rule: 'paraphrase', similarity: heldShingles };
    const heldNgrams = ngrams.size === 0 ? 0 : [...ngrams].filter((ngram) => row.ngrams.has(ngram)).length / ngrams.size;
    return heldNgrams >= this.#options.ngramShare ? { id, rule: 'n-gram', similarity: heldNgrams } : null;
  }
}

function ngramHash(tokens: Uint32Array, start: number, end: number): number {
  let hash = end - start;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ tokens[at]!, 0x9e3779b1) ^ (hash >>> 15);
  return mix(hash);
}

/** Hashes of the overlapping n-grams of tokens; one of all tokens where they are fewer. */
function ngramHashes(tokens: Uint32Array, count: number, size: number): number[] {
  const last = Math.max(1, count - size + 1);
  return Array.from({ length: last }, (_, start) => ngramHash(tokens, start, Math.min(count, start + size)));
}

/** The text, and for a programming task its statement too, which other collections give with other examples. */
function viewsOf(evaluation: EvaluationText): EvaluationText[] {
  const statement = codeStatement(evaluation.text);
  return statement === evaluation.text ? [evaluation] : [evaluation, { ...evaluation, text: statement }];
}

/** Whether the numbers of one text are those of the other, in order, with at most half of the evaluation text's left out. */
export function numbersAgree(evaluation: readonly string[], row: readonly string[]): boolean {
  if (isSubsequence(evaluation, row)) return true;
  return row.length * 2 >= evaluation.length && isSubsequence(row, evaluation);
}

function isSubsequence(part: readonly string[], whole: readonly string[]): boolean {
  let found = 0;
  for (const item of whole) if (found < part.length && item === part[found]) found++;
  return found === part.length;
}
