/** The file system that an interpreter sees: the shared read-only library, and a private `/tmp` that ends with it. */
import type { LibraryImage } from './library-image.ts';
import type { StreamDescriptor } from './wasi-files.ts';

export interface FileNode {
  readonly kind: 'file';
  readonly writable: boolean;
  data: Uint8Array;
  size: number;
  readonly inode: number;
}

export interface DirectoryNode {
  readonly kind: 'directory';
  readonly writable: boolean;
  readonly children: Map<string, Node>;
  readonly inode: number;
}

/** A file that is a stream of the host's. */
export interface StreamNode {
  readonly kind: 'stream';
  readonly writable: false;
  readonly inode: number;
  readonly stream: StreamDescriptor;
}

export type Node = FileNode | DirectoryNode | StreamNode;

/** Most files and directories that one program may make. */
const MOST_NODES = 4096;

export class MemoryFileSystem {
  readonly root: DirectoryNode;
  #bytes = 0;
  #nodes = 0;
  #nextInode = 1;

  #room = 0;

  constructor(image: LibraryImage) {
    this.root = this.#directory(false);
    for (const [path, offset, length] of image.files) this.addLibraryFile(path, new Uint8Array(image.data, offset, length));
  }

  has(path: string): boolean {
    return this.find(this.root, path) !== undefined;
  }

  /** Adds a read-only file, and the folders on its way. */
  addLibraryFile(path: string, data: Uint8Array): void {
    const names = path.split('/').filter(Boolean);
    const name = names.pop()!;
    let directory = this.root;
    for (const part of names) {
      const next = directory.children.get(part);
      if (next?.kind === 'directory') directory = next;
      else {
        const made = this.#directory(false);
        directory.children.set(part, made);
        directory = made;
      }
    }
    directory.children.set(name, { kind: 'file', writable: false, data, size: data.length, inode: this.#nextInode++ });
  }

  /** A new empty `/tmp` with so much room, and streams in `/channel` by name. */
  renew(temporaryBytes: number, streams: Readonly<Record<string, StreamDescriptor>>): void {
    const channel = this.#directory(false);
    for (const [name, stream] of Object.entries(streams)) {
      channel.children.set(name, { kind: 'stream', writable: false, stream, inode: this.#nextInode++ });
    }
    this.root.children.set('channel', channel);
    this.#room = temporaryBytes;
    this.#bytes = 0;
    this.#nodes = 0;
    this.root.children.set('tmp', this.#directory(true));
  }

  /** The node at a path relative to `from`, or undefined. `..` steps up as far as the root. */
  find(from: DirectoryNode, path: string): Node | undefined {
    return this.#walk(from, path.split('/'));
  }

  /** The directory that holds the path's last name, and that name. */
  parent(from: DirectoryNode, path: string): { directory: DirectoryNode; name: string } | undefined {
    const names = path.split('/').filter((name) => name !== '' && name !== '.');
    const name = names.pop();
    if (name === undefined || name === '..') return undefined;
    const directory = this.#walk(from, names);
    return directory?.kind === 'directory' ? { directory, name } : undefined;
  }

  /** Adds an empty file or directory; undefined when the program has too many. */
  create(directory: DirectoryNode, name: string, kind: 'file' | 'directory'): FileNode | DirectoryNode | undefined {
    if (this.#nodes >= MOST_NODES) return undefined;
    this.#nodes += 1;
    const node: FileNode | DirectoryNode =
      kind === 'directory' ? this.#directory(true) : { kind, writable: true, data: new Uint8Array(0), size: 0, inode: this.#nextInode++ };
    directory.children.set(name, node);
    return node;
  }

  /** Takes a name away. Its room is not given back: an open descriptor may still hold the bytes. */
  remove(directory: DirectoryNode, name: string): void {
    directory.children.delete(name);
  }

  /** Sets a file's size, with zeros for what is new; false when `/tmp` is full. */
  resize(file: FileNode, size: number): boolean {
    if (this.#bytes + size - file.size > this.#room) return false;
    if (size > file.data.length) {
      const larger = new Uint8Array(Math.min(Math.max(size, file.data.length * 2, 256), this.#room));
      larger.set(file.data.subarray(0, file.size));
      file.data = larger;
    } else if (size < file.size) file.data.fill(0, size, file.size);
    this.#bytes += size - file.size;
    file.size = size;
    return true;
  }

  #walk(from: DirectoryNode, names: readonly string[]): Node | undefined {
    const trail: DirectoryNode[] = [from];
    let node: Node = from;
    for (const name of names) {
      if (name === '' || name === '.') continue;
      if (node.kind !== 'directory') return undefined;
      if (name === '..') {
        if (trail.length > 1) trail.pop();
        node = trail[trail.length - 1]!;
        continue;
      }
      const next: Node | undefined = node.children.get(name);
      if (!next) return undefined;
      node = next;
      if (node.kind === 'directory') trail.push(node);
    }
    return node;
  }

  #directory(writable: boolean): DirectoryNode {
    return { kind: 'directory', writable, children: new Map(), inode: this.#nextInode++ };
  }
}
