import type { FileAccess } from '../file-access.ts';
import type { JsonValue } from '../ground-truth.ts';
import { type Published, type PublishOptions, publish, type TrailStep } from './publish.ts';
import { type ReadSources, readSources, type Source } from './read-sources.ts';
import type { CurationItem, Dropped, Stage } from './stage.ts';
import { type RunnerHost, runStage } from './stage-runner.ts';

export interface Pipeline {
  readonly sources: readonly Source[];
  /** In the order in which they run. */
  readonly stages: readonly Stage[];
  readonly publish: PublishOptions;
  readonly onError: 'stop' | 'skip';
}

export interface PipelineHost extends RunnerHost {
  readonly files: FileAccess;
  readonly onStageEnd?: (stage: StageSummary) => void;
}

/** What one stage did. */
export interface StageSummary {
  readonly name: string;
  readonly version: number;
  readonly options: JsonValue;
  /** Items that came in, and of these those it had a say about. */
  readonly in: number;
  readonly asked: number;
  readonly kept: number;
  /** Dropped, whatever the reason; of these, how many were not judged because something outside the record broke. */
  readonly dropped: number;
  readonly failed: number;
  readonly reasons: Readonly<Record<string, number>>;
  /** Dropped items by source. */
  readonly bySource: Readonly<Record<string, number>>;
  /** Outcomes that were on file from an earlier run. */
  readonly remembered: number;
  readonly wallMs: number;
}

/** An item that went, and why. */
export interface DroppedItem {
  readonly stage: string;
  readonly item: CurationItem;
  readonly outcome: Dropped;
}

export interface PipelineResult {
  readonly read: Omit<ReadSources, 'items'>;
  readonly readMs: number;
  readonly stages: readonly StageSummary[];
  readonly dropped: readonly DroppedItem[];
  readonly kept: readonly CurationItem[];
  readonly published: Published;
}

/** The name under which a weight below 1 leaves records out. */
export const MIX_STAGE = 'mix';

/** Reads the sources, runs the stages in order over what is left, and publishes the rest. */
export async function runPipeline(pipeline: Pipeline, host: PipelineHost): Promise<PipelineResult> {
  const start = host.now();
  const { hasher, signal } = host;
  // The items as they were read are not kept: the first stage replaces nearly all of them.
  const { items: all, ...read } = await readSources(host.files, pipeline.sources, { hasher, onError: pipeline.onError, signal });
  const readMs = host.now() - start;
  const stages: StageSummary[] = [];
  const dropped: DroppedItem[] = [];
  const notes: ReadonlyMap<string, JsonValue>[] = [];
  let items = all;
  for (const stage of pipeline.stages) {
    const result = await runStage(stage, items, host);
    const summary: StageSummary = {
      name: stage.name,
      version: stage.version,
      options: stage.options,
      in: items.length,
      asked: result.asked,
      kept: result.kept.length,
      dropped: result.dropped.length,
      failed: result.dropped.filter(({ outcome }) => outcome.verdict === 'failed').length,
      reasons: countBy(result.dropped, ({ outcome }) => outcome.reason),
      bySource: countBy(result.dropped, ({ item }) => item.source),
      remembered: result.remembered,
      wallMs: result.wallMs,
    };
    stages.push(summary);
    host.onStageEnd?.(summary);
    for (const { item, outcome } of result.dropped) dropped.push({ stage: stage.name, item, outcome });
    notes.push(result.notes);
    items = result.kept;
  }
  const licences = Object.fromEntries(pipeline.sources.map(({ name, licence }) => [name, licence]));
  const published = publish({ items, licences, trailOf: trails(pipeline.stages, notes), hasher }, pipeline.publish);
  for (const { item, weight } of published.left) {
    dropped.push({
      stage: MIX_STAGE,
      item,
      outcome: { verdict: 'drop', reason: 'mixing weight', detail: `its source has the weight ${weight}` },
    });
  }
  return { read, readMs, stages, dropped, kept: items, published };
}

function trails(stages: readonly Stage[], notes: readonly ReadonlyMap<string, JsonValue>[]): (item: CurationItem) => readonly TrailStep[] {
  // Most steps have no note; they are one object for all records.
  const plain = stages.map(({ name, version }): TrailStep => ({ stage: name, version, note: null }));
  return (item) =>
    stages.flatMap((stage, index) => {
      if (stage.applies?.(item) === false) return [];
      const note = notes[index]!.get(item.id);
      return [note === undefined ? plain[index]! : { ...plain[index]!, note: JSON.stringify(note) }];
    });
}

function countBy<Item>(items: readonly Item[], key: (item: Item) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) {
    const name = key(item);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
