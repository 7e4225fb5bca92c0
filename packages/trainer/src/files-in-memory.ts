/** What `files.ts` offers, where there is no file system: one disk in the memory of a page or worker, gone with it. */
import { memoryFiles, type WritableModelFiles } from '@or1/model';
import { InputError } from './errors.ts';
import type * as host from './files.ts';

/** Content by path. A folder is what paths have in common; it needs no entry of its own. */
export const disk = new Map<string, Uint8Array<ArrayBuffer>>();

const encoder = new TextEncoder();

async function bytesOf(content: string | Uint8Array | AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  if (typeof content === 'string') return encoder.encode(content);
  if (content instanceof Uint8Array) return Uint8Array.from(content);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of content) chunks.push(Uint8Array.from(chunk));
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

function pathsBelow(folder: string): string[] {
  return [...disk.keys()].filter((path) => path.startsWith(`${folder}/`)).sort();
}

export const explainWrites: typeof host.explainWrites = (_path, work) => work();

export const makeFolder: typeof host.makeFolder = async () => undefined;

export const syncPath: typeof host.syncPath = async () => undefined;

export const writeFileAside: typeof host.writeFileAside = async (path, content) => {
  disk.set(path, await bytesOf(content));
};

export const moveFolder: typeof host.moveFolder = async (from, to) => {
  for (const path of pathsBelow(from)) {
    disk.set(`${to}${path.slice(from.length)}`, disk.get(path)!);
    disk.delete(path);
  }
};

export const removeAll: typeof host.removeAll = async (path) => {
  for (const below of [path, ...pathsBelow(path)]) disk.delete(below);
};

export const readBytes: typeof host.readBytes = async (path) => {
  const content = disk.get(path);
  if (content === undefined) throw new InputError(`${path}: no such file`);
  return Uint8Array.from(content);
};

export const readText: typeof host.readText = async (path) => new TextDecoder().decode(await readBytes(path));

export const fileSize: typeof host.fileSize = async (path) => disk.get(path)?.length ?? null;

export const isFolder: typeof host.isFolder = async (path) => pathsBelow(path).length > 0;

export const listFolder: typeof host.listFolder = async (path) => [
  ...new Set(pathsBelow(path).map((below) => below.slice(path.length + 1).split('/')[0]!)),
];

export const listFilesBelow: typeof host.listFilesBelow = async (path) => pathsBelow(path).map((below) => below.slice(path.length + 1));

/** The files at the top of a folder, as a model's folder. */
export const modelFilesAt: typeof host.modelFilesAt = (folder) => {
  const held = async (): Promise<WritableModelFiles> => {
    const names = (await listFilesBelow(folder)).filter((name) => !name.includes('/'));
    return memoryFiles(new Map(names.map((name) => [name, disk.get(`${folder}/${name}`)!])), folder);
  };
  return {
    location: folder,
    exists: async (name) => (await held()).exists(name),
    size: async (name) => (await held()).size(name),
    read: async (name, range) => (await held()).read(name, range),
    list: async () => (await held()).list(),
    write: (name, content) => writeFileAside(`${folder}/${name}`, content),
  };
};

/** See `AppendFile` in files.ts. */
export class AppendFile {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  static async open(path: string): Promise<AppendFile> {
    return new AppendFile(path);
  }

  async append(text: string): Promise<void> {
    disk.set(this.#path, await bytesOf(`${disk.has(this.#path) ? await readText(this.#path) : ''}${text}`));
  }

  async sync(): Promise<void> {}

  async close(): Promise<void> {}
}
