import type { RunSummary } from '@or1/trainer/core';

/**
 * What pages know of a run, independent of how events and run folders store it; `run-of-events.ts` and `node/` alone know those.
 *
 * Units: lengths in tokens, entropies in nats a token, shares 0..1, times in seconds, memory in bytes.
 */
export interface RunData {
  readonly run: RunFacts;
  /** The figures that the command prints as well. */
  readonly summary: RunSummary;
  readonly stages: readonly StageStart[];
  readonly steps: readonly StepRecord[];
  readonly evaluations: readonly Evaluation[];
  /** Held-out samples and training rollouts, in the order in which the page shows them. */
  readonly samples: readonly RunSample[];
  /** What was left out of `samples` and why, as sentences for the page; empty when nothing was. */
  readonly sampleNotes: readonly string[];
  readonly configuration: Readonly<Record<string, unknown>>;
}

export interface RunFacts {
  readonly name: string;
  readonly kind: 'train' | 'sft';
  readonly preset: string;
  readonly totalSteps: number;
  readonly parameters: number;
  /** What computed, with its threads. */
  readonly device: string;
  /** Unix time in milliseconds of the first event. */
  readonly startedMs: number;
  readonly evaluationSeconds: number;
  readonly checkpointSeconds: number;
  readonly unverifiableRecords: number;
}

export interface StageStart {
  /** Steps done when the stage began. */
  readonly step: number;
  /** From 0. */
  readonly stage: number;
  readonly contextLength: number;
  readonly promptsPerStep: number;
  readonly samplesPerPrompt: number;
  readonly temperature: number;
  readonly filteredPrompts: number;
}

export interface StepRecord {
  /** From 1. */
  readonly step: number;
  /** By the names of the trainer's metric table; `source/<family>/<metric>` for what is kept by family. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Seconds of one step by what it did, in the order in which the page stacks them. */
  readonly phases: Readonly<Record<string, number>>;
  readonly generateTokensPerSecond: number | null;
  readonly trainTokensPerSecond: number;
}

export interface Score {
  readonly average: number;
  readonly pass: number;
  readonly majority: number;
  /** Samples a problem. */
  readonly samples: number;
  readonly problems: number;
  readonly low: number;
  readonly high: number;
  readonly meanLength: number;
  readonly truncatedShare: number;
}

export interface Evaluation {
  readonly step: number;
  readonly label: 'base' | 'interval' | 'final';
  readonly contextLength: number;
  readonly temperature: number;
  readonly entropy: number;
  readonly score: Score;
  readonly bySource: Readonly<Record<string, Score>>;
}

export type SampleMoment = 'base' | 'final' | 'rollout';

export interface RunSample {
  readonly moment: SampleMoment;
  /** Steps that the policy had been trained for when it wrote the response. */
  readonly step: number;
  readonly temperature: number;
  /** Identifies the problem within its moment's set: base and final samples of one problem share it. */
  readonly problem: string;
  readonly family: string;
  /** Number of the sample among those of its problem. */
  readonly sample: number;
  readonly prompt: string;
  readonly response: string;
  readonly verdict: 'correct' | 'incorrect' | 'unverifiable' | 'infrastructure-error';
  readonly reward: number | null;
  readonly extracted: string | null;
  readonly evidence: string;
  readonly finish: 'stop' | 'length';
  /** Response length. */
  readonly length: number;
  /** What the sampler knew of each token; null where it was not stored. */
  readonly tokens: SampleTokens | null;
}

export interface SampleTokens {
  /** Text of each token; together they spell the response, the stop token's text last where there is one. */
  readonly pieces: readonly string[];
  readonly logProbabilities: readonly number[];
  readonly entropies: readonly number[] | null;
}
