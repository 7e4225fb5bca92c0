import type { PipelineResult, StageSummary } from './pipeline.ts';
import type { Source } from './read-sources.ts';

/** What a report shows of a run: `curation-report.json` as it stands. */
export interface CurationReport {
  readonly version: 1;
  readonly title: string;
  /** Rows read, and records written. */
  readonly in: number;
  readonly out: number;
  readonly heldOut: number;
  readonly wall_s: number;
  readonly read_s: number;
  readonly files: { readonly training: string; readonly heldOut: string | null; readonly dropped: string };
  readonly sources: readonly SourceReport[];
  readonly stages: readonly (Omit<StageSummary, 'wallMs'> & { readonly wall_s: number })[];
  /** Rows that hold no problem or could not be read, at most `LISTED` of them in `listed`. */
  readonly left: {
    readonly count: number;
    readonly reasons: Readonly<Record<string, number>>;
    readonly listed: readonly { place: string; reason: string; detail?: string }[];
  };
  readonly samples: readonly SampleGroup[];
  readonly pairs: readonly PairReport[];
  readonly difficulty: readonly DifficultyHistogram[];
}

export interface SourceReport {
  readonly name: string;
  readonly licence: string;
  readonly files: readonly string[];
  readonly rows: number;
  /** Problems at the end of the stages, and records written of them (a weight may make these more or fewer). */
  readonly kept: number;
  readonly written: number;
  /** Dropped, by `stage: reason`. */
  readonly dropped: Readonly<Record<string, number>>;
}

export interface SampleGroup {
  readonly stage: string;
  readonly reason: string;
  readonly count: number;
  readonly samples: readonly { readonly id: string; readonly text: string; readonly detail: string | null }[];
}

export interface PairReport {
  readonly stage: string;
  readonly reason: string;
  readonly similarity: number;
  readonly dropped: { readonly id: string; readonly text: string };
  readonly stays: { readonly id: string; readonly text: string };
}

export interface DifficultyHistogram {
  readonly model: string;
  readonly source: string;
  /** Problems with 0 to 16 wrong answers of 16, those included that went for it; higher is harder. */
  readonly counts: readonly number[];
}

const SAMPLES = 6;
const PAIRS = 24;
const LISTED = 200;
const TEXT_CHARACTERS = 1500;

export interface ReportInput {
  readonly title: string;
  readonly sources: readonly Source[];
  readonly result: PipelineResult;
  readonly wallMs: number;
  readonly files: CurationReport['files'];
}

/** Puts the report of a run together; which samples are shown depends on the items alone. */
export function curationReport({ title, sources, result, wallMs, files }: ReportInput): CurationReport {
  const { read, stages, published } = result;
  const rows = Object.values(read.rows).reduce((sum, count) => sum + count, 0);
  return {
    version: 1,
    title,
    in: rows,
    out: published.training.length,
    heldOut: published.heldOut.length,
    wall_s: wallMs / 1000,
    read_s: result.readMs / 1000,
    files,
    sources: sources.map((source) => sourceReport(source, result)),
    stages: stages.map(({ wallMs: stageMs, ...summary }) => ({ ...summary, wall_s: stageMs / 1000 })),
    left: {
      count: read.left.length,
      reasons: count(read.left.map(({ reason }) => reason)),
      listed: read.left
        .slice(0, LISTED)
        .map(({ place, reason, detail }) => ({ place, reason, ...(detail === undefined ? {} : { detail }) })),
    },
    samples: sampleGroups(result),
    pairs: pairReports(result),
    difficulty: histograms(result),
  };
}

function sourceReport({ name, licence, files }: Source, { read, dropped, kept, published }: PipelineResult): SourceReport {
  const ofSource = read.left.filter(({ source }) => source === name).map(({ reason }) => `read: ${reason}`);
  const gone = dropped.filter(({ item }) => item.source === name).map(({ stage, outcome }) => `${stage}: ${outcome.reason}`);
  const written = [...published.training, ...published.heldOut].filter(
    ({ extra_info }) => (extra_info.provenance as { source: string }).source === name,
  ).length;
  const stayed = kept.filter(({ source }) => source === name).length;
  return { name, licence, files, rows: read.rows[name] ?? 0, kept: stayed, written, dropped: count([...ofSource, ...gone]) };
}

function sampleGroups({ dropped }: PipelineResult): SampleGroup[] {
  const groups = Map.groupBy(dropped, ({ stage, outcome }) => JSON.stringify([stage, outcome.reason]));
  return [...groups].map(([key, members]) => {
    const [stage, reason] = JSON.parse(key) as [string, string];
    const shown = members.toSorted((a, b) => (a.item.hash < b.item.hash ? -1 : 1)).slice(0, SAMPLES);
    const samples = shown.map(({ item, outcome }) => ({ id: item.id, text: cut(item.text), detail: outcome.detail ?? null }));
    return { stage, reason, count: members.length, samples };
  });
}

function pairReports({ dropped, kept }: PipelineResult): PairReport[] {
  const pairs = dropped.filter(({ outcome }) => outcome.like !== undefined);
  // From each stage the least alike, which are the ones worth a look, and a few by hash.
  const chosen = [...Map.groupBy(pairs, ({ stage }) => stage).values()].flatMap((members) => {
    const least = members.toSorted((a, b) => a.outcome.like!.similarity - b.outcome.like!.similarity || (a.item.id < b.item.id ? -1 : 1));
    const rest = least.slice(PAIRS / 2).toSorted((a, b) => (a.item.hash < b.item.hash ? -1 : 1));
    return [...least.slice(0, PAIRS / 2), ...rest.slice(0, PAIRS / 2)];
  });
  const wanted = new Set(chosen.map(({ outcome }) => outcome.like!.id));
  const texts = new Map<string, string>();
  for (const { id, text } of kept) if (wanted.has(id)) texts.set(id, text);
  for (const { item } of dropped) if (wanted.has(item.id)) texts.set(item.id, item.text);
  return chosen.map(({ stage, item, outcome }) => {
    const { id, similarity, text } = outcome.like!;
    const stays = { id, text: cut(text ?? texts.get(id) ?? '') };
    return { stage, reason: outcome.reason, similarity, dropped: { id: item.id, text: cut(item.text) }, stays };
  });
}

function histograms({ kept, dropped }: PipelineResult): DifficultyHistogram[] {
  const judged = dropped.flatMap(({ item: { source }, outcome: { record } }) => (record === undefined ? [] : [{ source, record }]));
  const found = new Map<string, DifficultyHistogram & { counts: number[] }>();
  for (const { source, record } of [...kept, ...judged]) {
    for (const [model, difficulty] of Object.entries(record.extra_info.model_difficulty ?? {})) {
      if (difficulty === null || !Number.isInteger(difficulty) || difficulty < 0 || difficulty > 16) continue;
      const key = JSON.stringify([model, source]);
      const histogram = found.get(key) ?? { model, source, counts: new Array<number>(17).fill(0) };
      histogram.counts[difficulty]!++;
      found.set(key, histogram);
    }
  }
  return [...found.values()];
}

function cut(text: string): string {
  return text.length <= TEXT_CHARACTERS ? text : `${text.slice(0, TEXT_CHARACTERS)} … (${text.length} characters)`;
}

function count(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
