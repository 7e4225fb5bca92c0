/** What the server knows of runs, as the page asks for it. */
import { type RunEvent, summarizeRun } from '@or1/trainer';
import { SAMPLE_CAPS, type SampleCaps, type SolveRates } from '@or1/views';
import { type ReadSamples, readSamples, readSolveRates } from '@or1/views/node';
import { LiveLog, type LogState } from './live-log.ts';
import type { RunCatalogue, RunEntry } from './run-catalogue.ts';

/** A line of the list of runs. */
export interface RunLine {
  readonly id: string;
  readonly name: string;
  readonly kind: 'train' | 'sft' | null;
  readonly preset: string;
  readonly steps: number;
  readonly totalSteps: number;
  readonly base: number | null;
  readonly final: number | null;
  readonly entropy: number | null;
  readonly startedMs: number | null;
  readonly finished: boolean;
  readonly notice: string | null;
}

export type RunSamples = ReadSamples;

export interface RunProblems {
  readonly tables: readonly SolveRates[];
  readonly notes: readonly string[];
}

/** A served page asks for one step at a time, so it may hold more of it than a report. */
const PAGE_CAPS: SampleCaps = {
  ...SAMPLE_CAPS,
  heldOutProblems: 2000,
  rolloutGroups: 2000,
  samplesPerGroup: 64,
  responseCharacters: 40_000,
  tokenFigures: 4000,
};

/** The last held-out score at temperature 1 after the first; null while there is none. */
function lastScore(events: readonly RunEvent[]): number | null {
  const scores = events.flatMap((event) =>
    event.event === 'evaluation-end' ? event.results.filter(({ temperature }) => temperature === 1).map(({ avg }) => avg) : [],
  );
  return scores.length > 1 ? scores.at(-1)! : null;
}

export class RunAnswers {
  readonly #catalogue: RunCatalogue;
  readonly #logs = new Map<string, LiveLog>();

  constructor(catalogue: RunCatalogue) {
    this.#catalogue = catalogue;
  }

  find(id: string): Promise<RunEntry | null> {
    return this.#catalogue.find(id);
  }

  /** The log of a run as it is now. */
  log({ id, folder }: RunEntry): Promise<LogState> {
    const log = this.#logs.get(id) ?? new LiveLog(folder);
    this.#logs.set(id, log);
    return log.refresh();
  }

  async list(): Promise<RunLine[]> {
    const entries = await this.#catalogue.list();
    return Promise.all(
      entries.map(async (entry) => {
        const { events, notice } = await this.log(entry);
        const start = events.find((event) => event.event === 'run-start');
        const summary = summarizeRun(events, entry.name);
        return {
          id: entry.id,
          name: entry.name,
          kind: start?.kind ?? null,
          preset: summary.preset,
          steps: summary.steps,
          totalSteps: start?.total_steps ?? 0,
          base: summary.base?.avg ?? null,
          final: lastScore(events),
          entropy: summary.entropy?.last ?? null,
          startedMs: start?.clock.time_ms ?? null,
          finished: summary.finished,
          notice,
        };
      }),
    );
  }

  /** JSON of `{ generation, notice, events }`, written out of the log's own lines. */
  async eventsText(entry: RunEntry): Promise<string> {
    const { generation, notice, lines } = await this.log(entry);
    return `{"generation":${generation},"notice":${JSON.stringify(notice)},"events":[${lines.join(',')}]}`;
  }

  /** Held-out samples of both ends of a run and the rollouts of one step; of the last where none is named. */
  async samples(entry: RunEntry, step: number | null): Promise<RunSamples> {
    const { events } = await this.log(entry);
    const last = events.findLast((event) => event.event === 'step-end')?.step;
    const wanted = step ?? last;
    return readSamples(entry.folder, events, { rolloutSteps: wanted === undefined ? [] : [wanted], caps: PAGE_CAPS });
  }

  /** A selection of samples over the whole run, small enough for a page that carries it. */
  async sampleSelection(entry: RunEntry): Promise<RunSamples> {
    return readSamples(entry.folder, (await this.log(entry)).events);
  }

  async problems(entry: RunEntry): Promise<RunProblems> {
    return readSolveRates(entry.folder, (await this.log(entry)).events);
  }
}
