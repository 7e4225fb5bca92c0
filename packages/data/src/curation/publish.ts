import * as z from 'zod';
import type { JsonValue } from '../ground-truth.ts';
import type { ExtraInfo, ProblemRecord } from '../record.ts';
import { type Hasher, problemHash } from './items.ts';
import type { CurationItem } from './stage.ts';

export const publishOptions = z.strictObject({
  /** Seeds the split and the shuffle; the same problem falls on the same side whatever else is in the set. */
  seed: z.int().min(0).default(1),
  /**
   * How often a record stands in the training file, by source name or, for sources not named, by ability: 2 is twice, 0.5 every second one, by
   * hash. The release takes its code file twice: `{ code: 2, math: 1 }`.
   */
  weights: z.record(z.string(), z.number().min(0).max(100)).default({}),
  /** Share of problems that go to the held-out file. */
  heldOut: z.number().min(0).max(0.5).default(0),
  /** False keeps the order of the sources. */
  shuffle: z.boolean().default(true),
});

export type PublishOptions = z.infer<typeof publishOptions>;

/** A stage that a record passed, and what it noted, as JSON. */
export interface TrailStep {
  readonly stage: string;
  readonly version: number;
  readonly note: string | null;
}

/** Where a record comes from and what it went through: `extra_info.provenance`. */
export interface Provenance {
  /** The item's id, `source#row`. */
  readonly id: string;
  readonly source: string;
  readonly licence: string;
  /** SHA-256 of the conversation, the ability and the ground truth, as JSON. */
  readonly hash: string;
  readonly trail: readonly TrailStep[];
}

export interface Published {
  readonly training: readonly ProblemRecord[];
  readonly heldOut: readonly ProblemRecord[];
  /** Items that a weight below 1 left out. */
  readonly left: readonly { readonly item: CurationItem; readonly weight: number }[];
}

export interface PublishInput {
  readonly items: readonly CurationItem[];
  readonly licences: Readonly<Record<string, string>>;
  readonly trailOf: (item: CurationItem) => readonly TrailStep[];
  readonly hasher: Hasher;
}

/** Splits, weighs and shuffles items, each by its hash, and gives every record its provenance. */
export function publish({ items, licences, trailOf, hasher }: PublishInput, options: PublishOptions): Published {
  const training: { readonly key: string; readonly record: ProblemRecord }[] = [];
  const heldOut: { readonly key: string; readonly record: ProblemRecord }[] = [];
  const left: { item: CurationItem; weight: number }[] = [];
  for (const item of items) {
    const hash = problemHash(hasher, item.record);
    const draw = (purpose: string) => hasher(`${purpose} ${options.seed} ${hash} ${item.id}`);
    // The problem alone decides its side: a copy of it in another source must not stand on the other one.
    const isHeldOut = options.heldOut > 0 && unit(hasher(`split ${options.seed} ${hash}`)) < options.heldOut;
    const weight = options.weights[item.source] ?? options.weights[item.record.ability] ?? 1;
    const copies = isHeldOut ? 1 : Math.floor(weight) + (unit(draw('weight')) < weight % 1 ? 1 : 0);
    if (copies === 0) {
      left.push({ item, weight });
      continue;
    }
    const provenance: Provenance = { id: item.id, source: item.source, licence: licences[item.source]!, hash, trail: trailOf(item) };
    const record: ProblemRecord = { ...item.record, extra_info: publicInfo(item.record.extra_info, provenance) };
    for (let copy = 0; copy < copies; copy++) (isHeldOut ? heldOut : training).push({ key: draw(`shuffle ${copy}`), record });
  }
  if (options.shuffle) for (const list of [training, heldOut]) list.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return { training: training.map(({ record }) => record), heldOut: heldOut.map(({ record }) => record), left };
}

/** A number in [0, 1) from the first 52 bits of a hash. */
function unit(hash: string): number {
  return Number.parseInt(hash.slice(0, 13), 16) / 2 ** 52;
}

/**
 * `extra_info` with the same columns for every source, so that a table can hold all of them: what a source said beyond the schema is one JSON
 * text, `fields`.
 */
function publicInfo({ index, model_difficulty, provenance: _, fields, ...rest }: ExtraInfo, provenance: Provenance): ExtraInfo {
  const more = { ...(typeof fields === 'string' ? (JSON.parse(fields) as Record<string, JsonValue>) : {}), ...rest };
  if (typeof index === 'string') more.index = index;
  return {
    ...(typeof index === 'number' ? { index } : {}),
    ...(model_difficulty === undefined ? {} : { model_difficulty }),
    ...(Object.keys(more).length === 0 ? {} : { fields: JSON.stringify(more) }),
    provenance,
  };
}
