/** Where the page's data come from: a server, or the page itself when it was exported. */
import type { RunEvent } from '@or1/trainer/core';
import type { Baseline, KeptResults, LabExperiment } from '../server/kept-results.ts';
import type { RunLine, RunProblems, RunSamples } from '../server/run-answers.ts';

/** What is known of a run's log; a new object whenever it grows. */
export interface Feed {
  readonly events: readonly RunEvent[];
  readonly notice: string | null;
}

export type Feeds = ReadonlyMap<string, Feed>;

export interface Source {
  /** Whether runs can grow, and be exported. */
  readonly live: boolean;
  runs(): Promise<readonly RunLine[]>;
  /** Tells of the runs' logs now and whenever one grows, until the returned function is called. */
  follow(ids: readonly string[], onFeeds: (feeds: Feeds) => void, onError: (error: Error) => void): () => void;
  samples(id: string, step: number | null): Promise<RunSamples>;
  problems(id: string): Promise<RunProblems>;
  lab(): Promise<KeptResults<LabExperiment>>;
  benchmarks(): Promise<KeptResults<Baseline>>;
}

/** A run as an exported page carries it. */
export interface EmbeddedRun extends Feed {
  readonly id: string;
  readonly samples: RunSamples;
  readonly problems: RunProblems;
}

export interface EmbeddedDashboard {
  readonly lines: readonly RunLine[];
  readonly runs: readonly EmbeddedRun[];
  readonly lab: KeptResults<LabExperiment>;
  readonly benchmarks: KeptResults<Baseline>;
}

export function embeddedSource({ lines, runs, lab, benchmarks }: EmbeddedDashboard): Source {
  const find = async (id: string): Promise<EmbeddedRun> => {
    const run = runs.find((one) => one.id === id);
    if (run === undefined) throw new Error(`this page does not hold the run ${id}`);
    return run;
  };
  return {
    live: false,
    runs: async () => lines,
    follow: (ids, onFeeds, onError) => {
      Promise.all(ids.map(async (id) => [id, await find(id)] as const)).then((found) => onFeeds(new Map(found)), onError);
      return () => undefined;
    },
    samples: async (id) => (await find(id)).samples,
    problems: async (id) => (await find(id)).problems,
    lab: async () => lab,
    benchmarks: async () => benchmarks,
  };
}
