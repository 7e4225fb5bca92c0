import type { ProblemRecord } from './record.ts';

/** A record with a name that stays the same whenever the same files are loaded; solve statistics are kept under it. */
export interface SourcedRecord {
  readonly id: string;
  readonly record: ProblemRecord;
}

/** What a source needs to know to order its problems. */
export interface StageKey {
  readonly seed: number;
  /** Stage number from 0; a stage has an order of its own. */
  readonly stage: number;
  /** Ids that are left out of this stage, e.g. prompts solved at every try in the stage before. */
  readonly excluded: ReadonlySet<string>;
}

/** The problems of one stage in the order in which they are dealt: a pure function of the position, so jumping ahead costs nothing. */
export interface Deck {
  /** Problems that come before one repeats; `null` where problems are generated without end. */
  readonly size: number | null;
  at(position: number): SourcedRecord;
}

/** Where prompts come from: the records of files, or problems made on the fly. The trainer cannot tell them apart. */
export interface PromptSource {
  readonly name: string;
  deck(key: StageKey): Deck;
}
