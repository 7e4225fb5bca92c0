import type { FileAccess } from './file-access.ts';
import type { Row } from './json-rows.ts';
import { parquetBytes } from './parquet-bytes.ts';
import type { ProblemRecord } from './record.ts';

/** Writes rows as JSONL: one object a line, UTF-8. */
export async function writeJsonl(files: FileAccess, path: string, rows: Iterable<Row | ProblemRecord>): Promise<void> {
  const encoder = new TextEncoder();
  const lines = function* () {
    for (const row of rows) yield encoder.encode(`${JSON.stringify(row)}\n`);
  };
  await files.write(path, lines());
}

/** Writes rows as Parquet (Snappy); the column types are found from the rows. @throws where a column mixes types. */
export async function writeParquet(files: FileAccess, path: string, rows: readonly (Row | ProblemRecord)[]): Promise<void> {
  await files.write(path, [parquetBytes(rows as readonly Row[], path)]);
}

/** Writes problem records in the format that the name ends in: `.jsonl` or `.parquet`. */
export async function writeRecords(files: FileAccess, path: string, records: readonly ProblemRecord[]): Promise<void> {
  if (path.endsWith('.jsonl')) await writeJsonl(files, path, records);
  else if (path.endsWith('.parquet')) await writeParquet(files, path, records);
  else throw new Error(`${path}: cannot tell the format from the name; end it in .jsonl or .parquet`);
}
