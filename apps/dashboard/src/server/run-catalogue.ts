import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { InputError } from '@or1/trainer';
import { insideFolder } from '@or1/views/node';

/** A run folder that may be shown. */
export interface RunEntry {
  /** What addresses call it; says nothing of where it lies. */
  readonly id: string;
  readonly name: string;
  /** Without symbolic links. */
  readonly folder: string;
}

const EVENTS = 'events.jsonl';

async function folderAt(path: string): Promise<string> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw error;
  });
  if (!found?.isDirectory()) throw new InputError(`${path}: no such folder; give run folders, or folders that hold run folders`);
  return realpath(path);
}

/** The run folders among what the dashboard was given: a folder with an event log is one, of any other those right below it. */
export class RunCatalogue {
  readonly #roots: readonly string[];
  readonly #entries = new Map<string, RunEntry>();

  private constructor(roots: readonly string[]) {
    this.#roots = roots;
  }

  /** @throws InputError naming a path that is no folder. */
  static async open(paths: readonly string[]): Promise<RunCatalogue> {
    return new RunCatalogue(await Promise.all(paths.map(folderAt)));
  }

  #entry(folder: string): RunEntry {
    const known = [...this.#entries.values()].find((entry) => entry.folder === folder);
    if (known) return known;
    const name = basename(folder);
    const slug = name.replaceAll(/[^\w.-]+/g, '-');
    let id = slug;
    for (let number = 2; this.#entries.has(id); number += 1) id = `${slug}~${number}`;
    const entry = { id, name, folder };
    this.#entries.set(id, entry);
    return entry;
  }

  async #foldersOf(root: string): Promise<string[]> {
    if (await insideFolder(root, EVENTS)) return [root];
    const names = (await readdir(root)).sort();
    const found = await Promise.all(
      names.map(async (name) => ((await insideFolder(root, join(name, EVENTS))) ? insideFolder(root, name) : null)),
    );
    return found.filter((folder) => folder !== null);
  }

  /** All runs that are there now, by name; one that was started since is among them. */
  async list(): Promise<readonly RunEntry[]> {
    const folders = await Promise.all(this.#roots.map((root) => this.#foldersOf(root)));
    const entries = [...new Set(folders.flat())].map((folder) => this.#entry(folder));
    return entries.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  }

  /** The run that an address names; null where it names none that was given. */
  async find(id: string): Promise<RunEntry | null> {
    return (await this.list()).find((entry) => entry.id === id) ?? null;
  }
}
