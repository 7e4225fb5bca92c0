/**
 * The only module of this package that touches the file system. Files are written aside, synced and renamed. Others import it as
 * `#files`; in a browser that name stands for files-in-memory.ts.
 */
import { constants, type Stats } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { directoryFiles } from '@or1/model/node';
import { InputError } from './errors.ts';

/** The files at the top of a folder, as a model's folder. */
export { directoryFiles as modelFilesAt };

function code(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

/** The host's code, of the error itself or of what caused it: other packages wrap theirs. */
function hostCode(error: unknown): string | undefined {
  return code(error) ?? (error instanceof Error && error.cause !== undefined ? hostCode(error.cause) : undefined);
}

/** Turns the host's error about writing `path` into one line that says how to mend it. */
function writeError(error: unknown, path: string): unknown {
  const found = hostCode(error);
  switch (found) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new Error(`${path}: the disk is full; free some space and go on with --resume`, { cause: error });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new InputError(`${path}: cannot be written (${found}); make it writable or choose another folder with --out`, {
        cause: error,
      });
    case 'ENOTDIR':
    case 'EEXIST':
      return new InputError(`${path}: a file stands where a folder is needed; choose another folder with --out`, { cause: error });
    default:
      return error;
  }
}

/** Does work that writes to `path`; a full disk or a place that cannot be written becomes one line that says so. */
export async function explainWrites<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw writeError(error, path);
  }
}

export async function makeFolder(path: string): Promise<void> {
  await explainWrites(path, () => mkdir(path, { recursive: true }));
}

/** Makes a folder that must not exist yet; false when something stands there already. */
export async function makeNewFolder(path: string): Promise<boolean> {
  await makeFolder(dirname(resolve(path)));
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if (code(error) === 'EEXIST') return false;
    throw writeError(error, path);
  }
}

/** Brings a file's content, or a folder's new names and renames, to the disk. */
export async function syncPath(path: string): Promise<void> {
  await explainWrites(path, async () => {
    const handle = await open(path, constants.O_RDONLY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
}

async function writeSynced(path: string, chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
  const handle = await open(path, 'w');
  try {
    for await (const chunk of chunks) await handle.writeFile(chunk);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Replaces `path` as a whole: readers see the old file or the new one. */
export async function writeFileAside(path: string, content: string | Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
  await explainWrites(path, async () => {
    const aside = `${path}.writing`;
    const chunks = typeof content === 'string' ? [new TextEncoder().encode(content)] : content instanceof Uint8Array ? [content] : content;
    await writeSynced(aside, chunks);
    await rename(aside, path);
    await syncPath(dirname(resolve(path)));
  });
}

export async function moveFolder(from: string, to: string): Promise<void> {
  await explainWrites(to, async () => {
    await rename(from, to);
    await syncPath(dirname(resolve(to)));
  });
}

/** Removes a file or a folder with all it holds; nothing there is fine. */
export async function removeAll(path: string): Promise<void> {
  await explainWrites(path, () => rm(path, { recursive: true, force: true }));
}

/** Creates `path` with `content` if nothing stands there; false otherwise. */
export async function createExclusively(path: string, content: string): Promise<boolean> {
  try {
    const handle = await open(path, 'wx');
    await handle.writeFile(content);
    await handle.close();
    return true;
  } catch (error) {
    if (code(error) === 'EEXIST') return false;
    throw writeError(error, path);
  }
}

export async function readText(path: string): Promise<string> {
  return new TextDecoder().decode(await readBytes(path));
}

/** @throws InputError when there is no such file. */
export async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if (code(error) === 'ENOENT' || code(error) === 'ENOTDIR') throw new InputError(`${path}: no such file`, { cause: error });
    throw error;
  }
}

async function statOrNull(path: string): Promise<Stats | null> {
  try {
    return await stat(path);
  } catch (error) {
    if (code(error) === 'ENOENT' || code(error) === 'ENOTDIR') return null;
    throw error;
  }
}

/** Bytes of a file, or null when there is none. */
export async function fileSize(path: string): Promise<number | null> {
  const found = await statOrNull(path);
  return found?.isFile() ? found.size : null;
}

/** @throws InputError naming the first path that is no file. */
export async function requireFiles(paths: readonly string[]): Promise<void> {
  for (const path of paths) if ((await fileSize(path)) === null) throw new InputError(`${path}: no such file`);
}

export async function isFolder(path: string): Promise<boolean> {
  return (await statOrNull(path))?.isDirectory() ?? false;
}

/** Names in a folder, sorted; none where there is no folder. */
export async function listFolder(path: string): Promise<readonly string[]> {
  return (await isFolder(path)) ? (await readdir(path)).sort() : [];
}

/** Paths of all files below a folder, relative to it, sorted. */
export async function listFilesBelow(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort();
}

/** A text file that only grows. Lines reach the operating system at once and the disk at `sync`. */
export class AppendFile {
  readonly #path: string;
  readonly #handle: FileHandle;

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  static async open(path: string): Promise<AppendFile> {
    return new AppendFile(path, await explainWrites(path, () => open(path, 'a')));
  }

  async append(text: string): Promise<void> {
    await explainWrites(this.#path, () => this.#handle.appendFile(text));
  }

  async sync(): Promise<void> {
    await explainWrites(this.#path, () => this.#handle.sync());
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}
