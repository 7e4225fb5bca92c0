/** A run folder as one file: a zip archive of what a run folder holds, so that it can be unpacked and resumed anywhere. */
import { InputError } from '@or1/trainer/core';
import { unzipSync, zipSync } from 'fflate';

export type FilesByPath = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** Weights hardly shrink, and the visitor waits. */
const LEVEL = 1;

/** Packs files, by their path within the run folder. Equal files give equal bytes. */
export function packRun(files: FilesByPath): Uint8Array<ArrayBuffer> {
  const entries = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  // The oldest time that a zip archive can state.
  return Uint8Array.from(zipSync(Object.fromEntries(entries), { level: LEVEL, mtime: '1980-01-01T00:00:00' }));
}

function isPlain(path: string): boolean {
  return !path.startsWith('/') && !path.includes('\\') && path.split('/').every((part) => part !== '..' && part !== '.' && part !== '');
}

/**
 * Unpacks a run: an archive of `packRun`, or one of a run folder that was zipped with or without its own name above.
 *
 * @throws InputError where it is no archive, holds no run, or names paths that lead out of it.
 */
export function unpackRun(archive: Uint8Array): FilesByPath {
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(archive);
  } catch (error) {
    throw new InputError(`this file is no zip archive, or a damaged one: ${(error as Error).message}`, { cause: error });
  }
  const files = Object.entries(entries).filter(([path]) => !path.endsWith('/'));
  const outside = files.find(([path]) => !isPlain(path));
  if (outside !== undefined) throw new InputError(`this archive names the path ${outside[0]}, which leads out of a run folder`);
  const configurations = files.map(([path]) => path).filter((path) => path === 'config.json' || path.endsWith('/config.json'));
  const [top] = configurations.filter((path) => !path.includes('checkpoints/'));
  if (top === undefined) throw new InputError('this archive holds no run: there is no config.json in it');
  const above = top.slice(0, -'config.json'.length);
  return new Map(
    files.filter(([path]) => path.startsWith(above)).map(([path, content]) => [path.slice(above.length), Uint8Array.from(content)]),
  );
}
