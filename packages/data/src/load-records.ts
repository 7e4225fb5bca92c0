import type { MappingChoice } from './choose-mapping.ts';
import type { FileAccess } from './file-access.ts';
import { openMapped } from './map-rows.ts';
import type { SourcedRecord } from './prompt-source.ts';

export type LoadOptions = MappingChoice;

export interface LoadedRecords {
  readonly records: readonly SourcedRecord[];
  /** Name of the mapping that each file was read with. */
  readonly mappings: Readonly<Record<string, string>>;
  /** Rows read, kept or not. */
  readonly rows: number;
  /** Rows left out, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
}

/**
 * Reads problem records from files. A file listed twice gives its records twice, under the same ids.
 * @throws DataError for a file that cannot be read, a row without the layout of its file, or columns that no known mapping fits.
 */
export async function loadRecords(files: FileAccess, paths: readonly string[], options: LoadOptions = {}): Promise<LoadedRecords> {
  const records: SourcedRecord[] = [];
  const mappings: Record<string, string> = {};
  const dropped: Record<string, number> = {};
  let rows = 0;
  for (const path of paths) {
    const opened = (await openMapped(files, path, options))!; // Null only where errors are taken.
    mappings[path] = opened.mapping.name;
    for await (const { record, reason, index } of opened.rows) {
      rows++;
      const refused = record === undefined ? reason : (options.refuse?.(record) ?? null);
      if (record !== undefined && refused === null) records.push({ id: `${path}#${index}`, record });
      else dropped[refused!] = (dropped[refused!] ?? 0) + 1;
    }
  }
  return { records, mappings, rows, dropped };
}
