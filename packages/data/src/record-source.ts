import { permute } from './permutation.ts';
import type { Deck, PromptSource, SourcedRecord, StageKey } from './prompt-source.ts';
import { deriveKey } from './random.ts';

/**
 * Deals the records of files: a fresh shuffle every epoch, keyed by (seed, stage, epoch), no record twice within an epoch (a record
 * listed twice is two records). A step that spans the end of an epoch may hold a record of both.
 */
export function recordSource(name: string, records: readonly SourcedRecord[]): PromptSource {
  if (records.length === 0)
    throw new Error(`prompt source ${name}: no records; check the data files and the reasons for which rows were dropped`);
  return {
    name,
    deck({ seed, stage, excluded }: StageKey): Deck {
      const kept = excluded.size === 0 ? records : records.filter((record) => !excluded.has(record.id));
      const size = kept.length;
      if (size === 0)
        throw new Error(`prompt source ${name}: stage ${stage} excludes all ${records.length} records; nothing is left to train on`);
      return {
        size,
        at(position) {
          const epoch = Math.floor(position / size);
          return kept[permute(size, deriveKey(seed, stage, epoch), position % size)]!;
        },
      };
    },
  };
}
