import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelInputError } from '../folder-error.ts';
import type { ByteRange, WritableModelFiles } from '../folder-types.ts';

/** One write call takes no more; systems bound it at 2 GiB. */
const WRITE_BYTES = 1 << 28;

/** A model folder in a directory, for Bun and Node. `write` makes the directory if need be. */
export function directoryFiles(directory: string): WritableModelFiles {
  return {
    location: directory,
    list: () => listFiles(directory),
    exists: async (name) => (await fileSize(join(directory, name))) !== null,
    size: async (name) => {
      const size = await fileSize(join(directory, name));
      if (size === null) throw new ModelInputError(`${directory} has no file ${name}`);
      return size;
    },
    read: (name, range) => readBytes(join(directory, name), range),
    write: async (name, content) => {
      try {
        await writeAtomically(directory, name, content);
      } catch (cause) {
        if (!isSystemError(cause)) throw cause;
        throw new ModelInputError(
          `${join(directory, name)} cannot be written (${cause.message}); free space there or choose another folder`,
          { cause },
        );
      }
    },
  };
}

async function listFiles(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

async function fileSize(path: string): Promise<number | null> {
  try {
    const status = await stat(path);
    return status.isFile() ? status.size : null;
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

async function readBytes(path: string, range: ByteRange | undefined): Promise<Uint8Array<ArrayBuffer>> {
  const file = await open(path, 'r').catch((cause: Error) => {
    throw new ModelInputError(`${path} cannot be opened: ${cause.message}`, { cause });
  });
  try {
    const { start, end } = range ?? { start: 0, end: (await file.stat()).size };
    const bytes = new Uint8Array(end - start);
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, start + filled);
      if (bytesRead === 0) throw new ModelInputError(`${path} ends after ${start + filled} bytes; bytes to ${end} were asked for`);
      filled += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

async function writeAtomically(directory: string, name: string, content: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
  await mkdir(directory, { recursive: true });
  const aside = join(directory, `.${name}.${randomUUID()}.tmp`);
  try {
    const file = await open(aside, 'wx');
    try {
      if (content instanceof Uint8Array) await writeAll(file, content);
      else for await (const chunk of content) await writeAll(file, chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(aside, join(directory, name));
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
  // The rename itself must reach the disk; systems that cannot open a directory have no such step.
  const folder = await open(directory, 'r').catch(() => null);
  if (folder === null) return;
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let start = 0; start < bytes.length; start += WRITE_BYTES) {
    let rest = bytes.subarray(start, start + WRITE_BYTES);
    while (rest.length > 0) rest = rest.subarray((await file.write(rest)).bytesWritten);
  }
}

/** Of the operating system, such as a full disk or a folder that may not be written; the source's own errors are no such thing. */
function isSystemError(error: unknown): error is Error & { readonly code: string; readonly syscall: string } {
  return error instanceof Error && 'code' in error && 'syscall' in error;
}

function isAbsent(error: unknown): boolean {
  return isSystemError(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
