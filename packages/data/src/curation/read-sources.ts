import type { ColumnMapping } from '../column-mapping.ts';
import type { DataError } from '../data-error.ts';
import type { FileAccess } from '../file-access.ts';
import { openMapped } from '../map-rows.ts';
import { type Hasher, makeItem } from './items.ts';
import type { CurationItem } from './stage.ts';

/** Files of one origin, under one licence. */
export interface Source {
  readonly name: string;
  readonly files: readonly string[];
  /** A mapping, the name of a known one, or `auto`. */
  readonly mapping: ColumnMapping | string;
  /** As its publisher states it. */
  readonly licence: string;
  /** Replaces the records' own `data_source`. */
  readonly dataSource?: string;
}

export interface ReadOptions {
  readonly hasher: Hasher;
  /** `stop`: the first row that cannot be read ends the run. `skip`: it is listed and the next row is read. */
  readonly onError: 'stop' | 'skip';
  readonly signal?: AbortSignal;
}

export interface ReadSources {
  readonly items: readonly CurationItem[];
  /** Rows that hold no problem, or that could not be read: every one of them. */
  readonly left: readonly LeftRow[];
  /** Rows seen, by source, and the mapping that each file was read with. */
  readonly rows: Readonly<Record<string, number>>;
  readonly mappings: Readonly<Record<string, string>>;
}

export interface LeftRow {
  readonly source: string;
  /** `file:line` or `file row n`. */
  readonly place: string;
  /** `empty answer`, `empty prompt`, or `unreadable row`. */
  readonly reason: string;
  /** For an unreadable row: what is wrong with it. */
  readonly detail?: string;
}

/**
 * Reads every row of every source. An item's id is `source#row`; in a source of several files, rows are counted through.
 * @throws DataError for what cannot be read (with `skip`: only for a file that no mapping fits).
 */
export async function readSources(files: FileAccess, sources: readonly Source[], options: ReadOptions): Promise<ReadSources> {
  const items: CurationItem[] = [];
  const left: LeftRow[] = [];
  const rows: Record<string, number> = {};
  const mappings: Record<string, string> = {};
  for (const source of sources) {
    let before = 0;
    for (const path of source.files) {
      let unreadable = 0;
      const onError = (error: DataError): void => {
        unreadable++;
        left.push({ source: source.name, place: error.place, reason: 'unreadable row', detail: error.message });
      };
      const opened = await openMapped(files, path, { mapping: source.mapping, ...(options.onError === 'skip' ? { onError } : {}) });
      let count = 0;
      if (opened !== null) {
        mappings[path] = opened.mapping.name;
        for await (const row of opened.rows) {
          if (++count % 4096 === 0) options.signal?.throwIfAborted();
          if (row.record === undefined) {
            left.push({ source: source.name, place: row.place, reason: row.reason });
            continue;
          }
          const { record } = row;
          const named = source.dataSource === undefined ? record : { ...record, data_source: source.dataSource };
          const id = `${source.name}#${before + row.index}`;
          items.push(makeItem(options.hasher, { id, source: source.name, record: named, solutions: row.solutions }));
        }
      }
      before += count + unreadable;
    }
    rows[source.name] = before;
  }
  return { items, left, rows, mappings };
}
