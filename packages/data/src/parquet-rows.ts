import { type FileMetaData, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { DataError } from './data-error.ts';
import type { FileAccess } from './file-access.ts';
import type { Row, SourceRow } from './json-rows.ts';

/** Rows of a Parquet file, one row group in memory at a time. 64-bit integers become numbers, or decimal strings beyond 2^53. */
export async function* parquetRows(files: FileAccess, path: string): AsyncGenerator<SourceRow> {
  const byteLength = await files.size(path);
  const file = { byteLength, slice: (start: number, end = byteLength) => files.slice(path, start, end) };
  const guard = async <T>(place: string, work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new DataError(place, `not a readable Parquet file (${reason})`, 'the file is cut short or damaged; fetch or write it again', {
        cause,
      });
    }
  };
  const metadata: FileMetaData = await guard(path, parquetMetadataAsync(file));
  let index = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = index + Number(group.num_rows);
    const place = `${path} rows ${index} to ${rowEnd - 1}`;
    const rows = await guard(place, parquetReadObjects({ file, metadata, compressors, rowStart: index, rowEnd }));
    for (const row of rows) {
      yield { row: plainJson(row) as Row, index, place: `${path} row ${index}` };
      index++;
    }
  }
}

function plainJson(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (typeof value !== 'object' || value === null) return value ?? null;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plainJson);
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<unknown>, plainJson);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainJson(item)]));
}
