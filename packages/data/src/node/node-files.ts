import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import type { FileAccess } from '../file-access.ts';

/** Files of the host, for Bun and Node. */
export const nodeFiles: FileAccess = {
  async size(path) {
    const status = await stat(path);
    if (!status.isFile()) throw new Error(`${path} is not a file; give the path of a JSONL, JSON or Parquet file`);
    return status.size;
  },

  async slice(path, start, end) {
    const handle = await open(path, 'r');
    try {
      const bytes = new Uint8Array(end - start);
      let filled = 0;
      while (filled < bytes.length) {
        const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
        if (bytesRead === 0)
          throw new Error(`${path}: ends at byte ${start + filled}, before byte ${end}; the file changed while it was read`);
        filled += bytesRead;
      }
      return bytes.buffer;
    } finally {
      await handle.close();
    }
  },

  stream(path) {
    return Readable.toWeb(createReadStream(path, { highWaterMark: 1 << 18 })) as unknown as ReadableStream<Uint8Array<ArrayBuffer>>;
  },

  async write(path, chunks) {
    await mkdir(dirname(path), { recursive: true });
    const aside = `${path}.${crypto.randomUUID().slice(0, 8)}.part`;
    try {
      const handle = await open(aside, 'wx');
      try {
        for await (const chunk of chunks) await handle.writeFile(chunk);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(aside, path);
    } catch (error) {
      await rm(aside, { force: true });
      throw error;
    }
    // The rename itself lives in the directory, which must reach the disk too.
    const directory = await open(dirname(path), 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  },
};
