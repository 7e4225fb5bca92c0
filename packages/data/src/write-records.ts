import type { FileAccess } from './file-access.ts';
import type { Row } from './json-rows.ts';
import { parquetBytes } from './parquet-bytes.ts';
import type { ProblemRecord } from './record.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Writes rows as JSONL: one object a line, UTF-8; compressed where the name ends in `.gz` or `.zst`. */
export async function writeJsonl(files: FileAccess, path: string, rows: Iterable<Row | ProblemRecord>): Promise<void> {
  const compression = path.endsWith('.gz') ? 'gzip' : path.endsWith('.zst') ? 'zstd' : null;
  await files.write(path, compression === null ? lines(rows) : compressed(lines(rows), compression, path));
}

/** Writes rows as Parquet (Snappy); the column types are found from the rows. @throws where a column mixes types. */
export async function writeParquet(files: FileAccess, path: string, rows: readonly (Row | ProblemRecord)[]): Promise<void> {
  await files.write(path, [parquetBytes(rows as readonly Row[], path)]);
}

/** The endings that `writeRecords` knows. */
export const RECORD_ENDINGS = ['.jsonl', '.jsonl.gz', '.jsonl.zst', '.parquet'] as const;

/** Writes problem records in the format that the name ends in: one of `RECORD_ENDINGS`. */
export async function writeRecords(files: FileAccess, path: string, records: readonly ProblemRecord[]): Promise<void> {
  if (!RECORD_ENDINGS.some((ending) => path.endsWith(ending)))
    throw new Error(`${path}: cannot tell the format from the name; end it in ${RECORD_ENDINGS.join(', ')}`);
  await (path.endsWith('.parquet') ? writeParquet(files, path, records) : writeJsonl(files, path, records));
}

/** Lines in pieces of about this size, so that neither the file nor the compressor is called for every row. */
const PIECE_CHARACTERS = 1 << 18;

function* lines(rows: Iterable<Row | ProblemRecord>): Generator<Bytes> {
  const encoder = new TextEncoder();
  let piece = '';
  for (const row of rows) {
    piece += `${JSON.stringify(row)}\n`;
    if (piece.length < PIECE_CHARACTERS) continue;
    yield encoder.encode(piece);
    piece = '';
  }
  if (piece !== '') yield encoder.encode(piece);
}

async function* compressed(pieces: Iterable<Bytes>, format: 'gzip' | 'zstd', path: string): AsyncGenerator<Bytes> {
  let compressor: CompressionStream;
  try {
    compressor = new CompressionStream(format as CompressionFormat);
  } catch (cause) {
    throw new Error(`${path}: this runtime cannot write ${format}; write .jsonl.gz or .jsonl`, { cause });
  }
  const iterator = pieces[Symbol.iterator]();
  const source = new ReadableStream<Bytes>({
    pull(controller) {
      const { done, value } = iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
  yield* source.pipeThrough(compressor) as unknown as AsyncIterable<Bytes>;
}
