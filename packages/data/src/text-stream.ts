import { Decompress } from 'fzstd';
import { DataError } from './data-error.ts';
import type { FileAccess } from './file-access.ts';

export type FileKind = 'parquet' | 'gzip' | 'zstd' | 'text';

/** Tells a file by its first bytes, not by its name. */
export async function fileKind(files: FileAccess, path: string): Promise<FileKind> {
  const size = await files.size(path);
  if (size === 0) throw new DataError(path, 'the file is empty', 'give a JSONL, JSON or Parquet file with at least one row');
  const head = new Uint8Array(await files.slice(path, 0, Math.min(4, size)));
  const starts = (...bytes: number[]) => bytes.every((byte, index) => head[index] === byte);
  if (starts(0x50, 0x41, 0x52, 0x31)) return 'parquet';
  if (starts(0x1f, 0x8b)) return 'gzip';
  if (starts(0x28, 0xb5, 0x2f, 0xfd)) return 'zstd';
  return 'text';
}

/** The text of a file, decompressed, in pieces of any size. UTF-8 only; a byte order mark is dropped. */
export async function* textChunks(files: FileAccess, path: string, kind: Exclude<FileKind, 'parquet'>): AsyncGenerator<string> {
  const raw = files.stream(path);
  const bytes = kind === 'gzip' ? raw.pipeThrough(new DecompressionStream('gzip')) : kind === 'zstd' ? raw.pipeThrough(zstdStream()) : raw;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const reader = bytes.getReader();
  try {
    for (;;) {
      const { done, value } = await readBytes(reader, path, kind);
      let text: string;
      try {
        text = done ? decoder.decode() : decoder.decode(value, { stream: true });
      } catch (cause) {
        throw new DataError(path, 'the text is not UTF-8', 'convert the file to UTF-8', { cause });
      }
      if (text !== '') yield text;
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => undefined); // The reader may stand on a broken stream, whose error is thrown already.
  }
}

async function readBytes(reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>, path: string, kind: FileKind) {
  try {
    return await reader.read();
  } catch (cause) {
    if (kind === 'text') throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DataError(path, `the ${kind} stream is broken (${reason})`, 'the file is cut short or damaged; fetch or write it again', {
      cause,
    });
  }
}

function zstdStream(): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let out: TransformStreamDefaultController<Uint8Array<ArrayBuffer>>;
  // fzstd reuses its window, so a piece must be copied before the next one is made.
  const stream = new Decompress((piece) => {
    if (piece.length > 0) out.enqueue(piece.slice());
  });
  return new TransformStream({
    start(controller) {
      out = controller;
    },
    transform(piece) {
      stream.push(piece);
    },
    flush() {
      stream.push(new Uint8Array(0), true);
    },
  });
}
