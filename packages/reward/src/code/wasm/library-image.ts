/** The interpreter's standard library as one block of shared memory, read-only by construction, that every worker maps. */
import { type ArchiveFile, readTarGzip, readZip } from './archives.ts';

export interface LibraryImage {
  readonly data: SharedArrayBuffer;
  /** Absolute path, offset and length of each file in `data`. */
  readonly files: readonly (readonly [path: string, offset: number, length: number])[];
}

/** Python's home inside. Not /usr/local: the module carries its own packed copy there, which is slower to start from. */
export const PYTHON_HOME = '/python';
const PUBLISHED_HOME = 'usr/local/';

/** Left out: nothing a program of a coding problem needs, and each is a large share of the image. */
const LEFT_OUT = /\/(test|idlelib|tkinter|lib2to3|ensurepip|pydoc_data|distutils|turtledemo)\//;

/**
 * Unpacks CPython's library. The zip of compiled modules inside the tar is unpacked too: reading plain files is several times faster
 * than importing through `zipimport`, at every start of an interpreter.
 */
export async function buildLibraryImage(archive: Uint8Array<ArrayBuffer>): Promise<LibraryImage> {
  const files: ArchiveFile[] = [];
  for (const file of await readTarGzip(archive)) {
    const path = `${PYTHON_HOME}/${file.path.replace(PUBLISHED_HOME, '')}`;
    if (!path.endsWith('.zip')) files.push({ path, bytes: file.bytes });
    else
      for (const entry of await readZip(file.bytes))
        files.push({ path: `${PYTHON_HOME}/lib/python3.11/${entry.path}`, bytes: entry.bytes });
  }
  const kept = files.filter(({ path }) => !LEFT_OUT.test(path));
  const data = new SharedArrayBuffer(kept.reduce((sum, { bytes }) => sum + bytes.length, 0));
  const target = new Uint8Array(data);
  let offset = 0;
  const index = kept.map(({ path, bytes }) => {
    target.set(bytes, offset);
    offset += bytes.length;
    return [path, offset - bytes.length, bytes.length] as const;
  });
  return { data, files: index };
}
