/** What an experiment of the entropy lab is: a claim, its arms, and the test that decides, all fixed before anything runs. */

/** Dotted keys of the run configuration and their values, as `--set` takes them. */
export type Settings = Readonly<Record<string, string | number | boolean>>;

export interface Arm {
  /** Short: stands in legends. */
  readonly name: string;
  /** What it changes against the lab's base settings. Arms of different experiments with equal settings are one arm, run once. */
  readonly settings: Settings;
}

/** A number made of one run of an arm. Shares are of 1, entropies nats a token. */
export type Measure =
  /** Mean accuracy of the last quarter's rollouts, whose problems are fresh. */
  | 'end-accuracy'
  /** The same of the second quarter. */
  | 'early-accuracy'
  /** Best mean of any eighth of the run less the mean of the last eighth: how far it fell back. */
  | 'fall'
  /** Mean entropy of the last quarter's rollouts. */
  | 'end-entropy'
  /** Mean entropy of the second quarter's. */
  | 'early-entropy'
  /** Mean entropy of the first eighth's. */
  | 'first-entropy'
  /** Largest mean entropy of any eighth. */
  | 'peak-entropy'
  /** Mean entropy of the last quarter less that of the first eighth. */
  | 'entropy-change'
  /** How far the last quarter's entropy lies from the controller's target of 0.1. */
  | 'target-distance'
  /** Held-out accuracy at the end, at temperature 1 and 0.6. */
  | 'final-1'
  | 'final-0.6'
  /** Mean accuracy of the last quarter among responses that ended by themselves. */
  | 'end-accuracy-not-truncated'
  | 'end-truncated'
  | 'end-length'
  /** Tokens sampled in the whole run, in millions. */
  | 'generated';

/** `left` less `right` in `measure` is more than `margin`. */
export interface Test {
  readonly measure: Measure;
  readonly left: string;
  readonly right: string;
  readonly margin: number;
  /** Differences smaller than this count as none, where the claim is that there is none. */
  readonly equivalence?: number;
  /** The test in words. */
  readonly says: string;
}

export interface Experiment {
  readonly name: string;
  /** Where it comes from: the report's ablation or section, or "beyond the report". */
  readonly source: string;
  /** The finding, in one sentence. */
  readonly claim: string;
  /** What the report's settings became here, and why. */
  readonly scaling: string;
  /** What an earlier probe at this scale saw: written down before these runs. */
  readonly prediction: string;
  readonly arms: readonly Arm[];
  /** Arms that `--quick` runs; an experiment without them is not part of it. */
  readonly quick?: readonly string[];
  /** All must hold for `reproduced`. */
  readonly tests: readonly Test[];
}
