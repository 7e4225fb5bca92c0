import type { JsonValue } from '../ground-truth.ts';
import type { ProblemRecord } from '../record.ts';

/**
 * What a curation stage is. A stage says of every record whether it stays, and if not, why. It is pure: the same items, options and
 * inputs give the same outcomes, on any machine, at any batch size, however often. That is what makes outcomes worth keeping on disk: the
 * runner stores them by content hash and asks a stage only about what it has not been asked before.
 *
 * A stage file exports the zod schema of its options (a strict object, every key with a default where the paper or we have one) and one
 * function that makes the stage from checked options and whatever it needs of the outside (a verifier, a sandbox, evaluation texts).
 */
export interface Stage {
  /** Kebab-case, unique among stages, e.g. `near-duplicates`. A pipeline may hold a stage twice with different options. */
  readonly name: string;
  /** Raise it when the outcomes of the same options change; kept outcomes of other versions are not used. */
  readonly version: number;
  /**
   * `record`: an outcome depends on its item alone; the runner calls `judge` with batches of any size and keeps outcomes by record.
   * `set`: outcomes depend on the other items and their order; `judge` is called once, with every item, and its outcomes are kept for
   * exactly that list.
   */
  readonly scope: 'record' | 'set';
  /** The checked options, defaults filled in. */
  readonly options: JsonValue;
  /** Whatever else decides outcomes, by name and content hash: evaluation files, a model, a prompt's version. */
  readonly inputs: readonly string[];
  /** Judging an item takes less than reading back what was said of it: its outcomes are not kept between runs. For `record` stages. */
  readonly isCheap?: boolean;
  /** Items of a call, for `record` stages whose items take long: less is lost when a run ends. 1024 where absent. */
  readonly batchSize?: number;
  /** Items it has no say about (a code stage and a math record) stay and are never shown to `judge`. All items, where absent. */
  readonly applies?: (item: CurationItem) => boolean;
  /** One outcome for each item, in their order. A throw ends the run: what concerns one record only is the outcome `failed`. */
  judge(items: readonly CurationItem[], context: StageContext): readonly Outcome[] | Promise<readonly Outcome[]>;
}

/** A problem on its way through the pipeline. Never changed in place. */
export interface CurationItem {
  /** Stable and unique in a run: `source#row`. Items come in the order of the configuration's sources, then rows. */
  readonly id: string;
  /** Name of the configured source; `record.data_source` may be finer. */
  readonly source: string;
  /** Hash of the record and its solutions as they are now. */
  readonly hash: string;
  readonly record: ProblemRecord;
  /** `promptText(record)`: the text of the problem. */
  readonly text: string;
  /** Solutions given beside the problem, best first: worked answers for math, programs for code. Often empty. */
  readonly solutions: readonly string[];
}

/** What a stage says of one item. */
export type Outcome = Kept | Dropped;

export interface Kept {
  readonly verdict: 'keep';
  /** The record that goes on in its place, where the stage changes it. */
  readonly record?: ProblemRecord;
  /** The solutions that go on, where the stage changes them. */
  readonly solutions?: readonly string[];
  /** Goes into the record's trail: figures such as `{ "solved": 5, "of": 16 }`. */
  readonly note?: JsonValue;
}

export interface Dropped {
  /** `failed`: not judged, because something outside the record broke; dropped, listed apart, and asked again by the next run. */
  readonly verdict: 'drop' | 'failed';
  /** A short phrase that many records share, e.g. `near duplicate`: counts are by reason. */
  readonly reason: string;
  /** What a reader needs to check this one decision: the URL found, the answers compared. */
  readonly detail?: string;
  /** The text it is like, for duplicates and contaminated rows. */
  readonly like?: Likeness;
  /** The record with what was found out about it before it went, such as its difficulty. */
  readonly record?: ProblemRecord;
}

export interface Likeness {
  /** An item's id, or `file#row` of an evaluation set. */
  readonly id: string;
  /** 0 to 1, in the stage's own measure; 1 for equal. */
  readonly similarity: number;
  /** The other text where it is not an item of this run. */
  readonly text?: string;
}

export interface StageContext {
  readonly signal: AbortSignal;
  /** Tells how far a long call is; `done` counts items of this call. */
  readonly progress: (done: number) => void;
}

/** The outcome of most items; one object, so that a million of them cost nothing. */
export const KEEP: Kept = Object.freeze({ verdict: 'keep' });
