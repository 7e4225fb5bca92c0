/** What readers and writers need of the host. `@or1/data/node` implements it for Bun and Node; a browser page can do so over `Blob`. */
export interface FileAccess {
  /** Size in bytes; throws where there is no such file. */
  size(path: string): Promise<number>;
  /** Bytes `start` (included) to `end` (excluded). */
  slice(path: string, start: number, end: number): Promise<ArrayBuffer>;
  /** The whole file from its start. */
  stream(path: string): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Writes a file as a whole: aside, synced, then renamed, so that readers see the old file or the new one and never a part. */
  write(path: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void>;
}
