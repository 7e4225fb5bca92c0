import { DataError } from './data-error.ts';
import type { FileAccess } from './file-access.ts';
import { jsonRows, type SourceRow } from './json-rows.ts';
import { parquetRows } from './parquet-rows.ts';
import type { OnRowError } from './row-error.ts';
import { fileKind, textChunks } from './text-stream.ts';

/**
 * The rows of a file in order: Parquet, JSONL or a JSON array, the latter two plain or compressed with gzip or zstd; told apart by
 * content. @throws DataError naming file and line (or row) for what cannot be read, unless `onError` takes it: then a row is passed over,
 * and a file that breaks off ends there.
 */
export async function* readRows(files: FileAccess, path: string, onError?: OnRowError): AsyncGenerator<SourceRow> {
  try {
    const kind = await fileKind(files, path);
    if (kind === 'parquet') yield* parquetRows(files, path);
    else yield* jsonRows(textChunks(files, path, kind), path, onError);
  } catch (error) {
    if (onError === undefined || !(error instanceof DataError)) throw error;
    onError(error);
  }
}
