/** The file part of the system calls: descriptors over streams and over the in-memory file system. */
import type { DirectoryNode, FileNode, MemoryFileSystem, Node } from './memory-file-system.ts';

export const ERROR = {
  success: 0,
  badDescriptor: 8,
  exists: 20,
  invalid: 28,
  isDirectory: 31,
  tooManyOpen: 33,
  noEntry: 44,
  noSpace: 51,
  notSupported: 58,
  notDirectory: 54,
  notEmpty: 55,
  readOnly: 69,
  illegalSeek: 70,
} as const;

/** One end of a byte stream; a stream without `read` is empty, one without `write` refuses. */
export interface StreamDescriptor {
  readonly kind: 'stream';
  /** Fills `target` as far as it can and returns the count; 0 is the end. */
  readonly read?: (target: Uint8Array) => number;
  readonly write?: (bytes: Uint8Array) => void;
}

interface OpenFile {
  readonly kind: 'file';
  readonly node: FileNode;
  position: number;
  readonly append: boolean;
}

interface OpenDirectory {
  readonly kind: 'directory';
  readonly node: DirectoryNode;
}

type Descriptor = StreamDescriptor | OpenFile | OpenDirectory;

const MOST_DESCRIPTORS = 256;
const FILE_TYPE = { stream: 2, directory: 3, file: 4 } as const;
const OPEN = { create: 1, directory: 2, exclusive: 4, truncate: 8 } as const;
const APPEND = 1;
const ROOT_DESCRIPTOR = 3;
const ALL_RIGHTS = 0x1fffffffn;

export class OpenFiles {
  readonly #descriptors = new Map<number, Descriptor>();
  /** Streams belong to the host: closing them inside does not take them away. */
  readonly #pinned: ReadonlySet<number>;

  constructor(
    readonly fileSystem: MemoryFileSystem,
    streams: ReadonlyMap<number, StreamDescriptor>,
  ) {
    for (const [number, stream] of streams) this.#descriptors.set(number, stream);
    this.#descriptors.set(ROOT_DESCRIPTOR, { kind: 'directory', node: fileSystem.root });
    this.#pinned = new Set(this.#descriptors.keys());
  }

  /** The system calls, over views of the module's memory (fetched anew each time, since the memory grows). */
  calls(bytes: () => Uint8Array, view: () => DataView, checkpoint: () => void) {
    const path = (pointer: number, length: number): string => new TextDecoder().decode(bytes().slice(pointer, pointer + length));
    const buffers = function* (vectors: number, count: number): Generator<[start: number, length: number]> {
      for (let index = 0; index < count; index++) {
        yield [view().getUint32(vectors + 8 * index, true), view().getUint32(vectors + 8 * index + 4, true)];
      }
    };
    const directory = (number: number): DirectoryNode | undefined => {
      const open = this.#descriptors.get(number);
      return open?.kind === 'directory' ? open.node : undefined;
    };
    const file = (number: number): OpenFile | undefined => {
      const open = this.#descriptors.get(number);
      return open?.kind === 'file' ? open : undefined;
    };
    /** 64 bytes: device, inode, type, links, size, three times. */
    const writeStatus = (at: number, type: number, inode: number, size: number): number => {
      bytes().fill(0, at, at + 64);
      view().setBigUint64(at + 8, BigInt(inode), true);
      view().setUint8(at + 16, type);
      view().setBigUint64(at + 24, 1n, true);
      view().setBigUint64(at + 32, BigInt(size), true);
      return ERROR.success;
    };
    const writeNodeStatus = (at: number, node: Node): number =>
      node.kind === 'file' ? writeStatus(at, FILE_TYPE.file, node.inode, node.size) : writeStatus(at, FILE_TYPE[node.kind], node.inode, 0);
    const readAt = (open: OpenFile, position: number, vectors: number, count: number): number => {
      let total = 0;
      for (const [start, length] of buffers(vectors, count)) {
        const chunk = open.node.data.subarray(
          Math.min(position + total, open.node.size),
          Math.min(position + total + length, open.node.size),
        );
        bytes().set(chunk, start);
        total += chunk.length;
      }
      return total;
    };
    const writeAt = (open: OpenFile, position: number, vectors: number, count: number): number => {
      let total = 0;
      for (const [start, length] of buffers(vectors, count)) {
        const end = position + total + length;
        if (end > open.node.size && !this.fileSystem.resize(open.node, end)) return -1;
        open.node.data.set(bytes().subarray(start, start + length), position + total);
        total += length;
      }
      return total;
    };

    return {
      fd_advise: () => ERROR.success,
      fd_allocate: () => ERROR.notSupported,
      fd_datasync: () => ERROR.success,
      fd_sync: () => ERROR.success,
      fd_fdstat_set_flags: () => ERROR.success,
      fd_filestat_set_times: () => ERROR.success,
      path_filestat_set_times: () => ERROR.success,
      path_link: () => ERROR.notSupported,
      path_symlink: () => ERROR.notSupported,
      path_readlink: () => ERROR.invalid,

      fd_close: (number: number) => {
        if (!this.#descriptors.has(number)) return ERROR.badDescriptor;
        if (!this.#pinned.has(number)) this.#descriptors.delete(number);
        return ERROR.success;
      },
      fd_fdstat_get: (number: number, result: number) => {
        const open = this.#descriptors.get(number);
        if (!open) return ERROR.badDescriptor;
        bytes().fill(0, result, result + 24);
        view().setUint8(result, FILE_TYPE[open.kind]);
        if (open.kind === 'file' && open.append) view().setUint16(result + 2, APPEND, true);
        view().setBigUint64(result + 8, ALL_RIGHTS, true);
        view().setBigUint64(result + 16, ALL_RIGHTS, true);
        return ERROR.success;
      },
      fd_filestat_get: (number: number, result: number) => {
        const open = this.#descriptors.get(number);
        if (!open) return ERROR.badDescriptor;
        return open.kind === 'stream' ? writeStatus(result, FILE_TYPE.stream, 0, 0) : writeNodeStatus(result, open.node);
      },
      fd_filestat_set_size: (number: number, size: bigint) => {
        const open = file(number);
        if (!open) return ERROR.badDescriptor;
        if (!open.node.writable) return ERROR.readOnly;
        return this.fileSystem.resize(open.node, Number(size)) ? ERROR.success : ERROR.noSpace;
      },
      fd_prestat_get: (number: number, result: number) => {
        if (number !== ROOT_DESCRIPTOR) return ERROR.badDescriptor;
        view().setUint32(result, 0, true);
        view().setUint32(result + 4, 1, true);
        return ERROR.success;
      },
      fd_prestat_dir_name: (number: number, pointer: number, length: number) => {
        if (number !== ROOT_DESCRIPTOR || length < 1) return ERROR.badDescriptor;
        bytes()[pointer] = 0x2f;
        return ERROR.success;
      },
      fd_read: (number: number, vectors: number, count: number, result: number) => {
        checkpoint();
        const open = this.#descriptors.get(number);
        if (!open) return ERROR.badDescriptor;
        if (open.kind === 'directory') return ERROR.isDirectory;
        let total = 0;
        if (open.kind === 'file') {
          total = readAt(open, open.position, vectors, count);
          open.position += total;
        } else {
          for (const [start, length] of buffers(vectors, count)) {
            if (length === 0) continue;
            const read = open.read?.(bytes().subarray(start, start + length)) ?? 0;
            total += read;
            if (read < length) break;
          }
        }
        view().setUint32(result, total, true);
        return ERROR.success;
      },
      fd_pread: (number: number, vectors: number, count: number, offset: bigint, result: number) => {
        const open = file(number);
        if (!open) return this.#descriptors.has(number) ? ERROR.illegalSeek : ERROR.badDescriptor;
        view().setUint32(result, readAt(open, Number(offset), vectors, count), true);
        return ERROR.success;
      },
      fd_write: (number: number, vectors: number, count: number, result: number) => {
        checkpoint();
        const open = this.#descriptors.get(number);
        if (!open || open.kind === 'directory' || (open.kind === 'stream' && !open.write)) return ERROR.badDescriptor;
        let total = 0;
        if (open.kind === 'stream') {
          for (const [start, length] of buffers(vectors, count)) {
            open.write!(bytes().slice(start, start + length));
            total += length;
          }
        } else {
          if (!open.node.writable) return ERROR.readOnly;
          const position = open.append ? open.node.size : open.position;
          total = writeAt(open, position, vectors, count);
          if (total < 0) return ERROR.noSpace;
          open.position = position + total;
        }
        view().setUint32(result, total, true);
        return ERROR.success;
      },
      fd_pwrite: (number: number, vectors: number, count: number, offset: bigint, result: number) => {
        const open = file(number);
        if (!open) return ERROR.badDescriptor;
        if (!open.node.writable) return ERROR.readOnly;
        const total = writeAt(open, Number(offset), vectors, count);
        if (total < 0) return ERROR.noSpace;
        view().setUint32(result, total, true);
        return ERROR.success;
      },
      fd_seek: (number: number, offset: bigint, whence: number, result: number) => {
        const open = file(number);
        if (!open) return this.#descriptors.has(number) ? ERROR.illegalSeek : ERROR.badDescriptor;
        const base = whence === 0 ? 0 : whence === 1 ? open.position : open.node.size;
        const position = base + Number(offset);
        if (whence > 2 || position < 0 || !Number.isSafeInteger(position)) return ERROR.invalid;
        open.position = position;
        view().setBigUint64(result, BigInt(position), true);
        return ERROR.success;
      },
      fd_tell: (number: number, result: number) => {
        const open = file(number);
        if (!open) return this.#descriptors.has(number) ? ERROR.illegalSeek : ERROR.badDescriptor;
        view().setBigUint64(result, BigInt(open.position), true);
        return ERROR.success;
      },
      /** An entry is 24 bytes (next cookie, inode, length of the name, type) and the name; the last may be cut off. */
      fd_readdir: (number: number, buffer: number, room: number, cookie: bigint, result: number) => {
        const node = directory(number);
        if (!node) return ERROR.badDescriptor;
        let used = 0;
        let index = 0;
        for (const [name, child] of node.children) {
          index += 1;
          if (index <= Number(cookie)) continue;
          const encoded = new TextEncoder().encode(name);
          const entry = new Uint8Array(24 + encoded.length);
          const entryView = new DataView(entry.buffer);
          entryView.setBigUint64(0, BigInt(index), true);
          entryView.setBigUint64(8, BigInt(child.inode), true);
          entryView.setUint32(16, encoded.length, true);
          entryView.setUint8(20, FILE_TYPE[child.kind]);
          entry.set(encoded, 24);
          const part = entry.subarray(0, Math.min(entry.length, room - used));
          bytes().set(part, buffer + used);
          used += part.length;
          if (used >= room) break;
        }
        view().setUint32(result, used, true);
        return ERROR.success;
      },
      path_create_directory: (number: number, pointer: number, length: number) => {
        const from = directory(number);
        const target = from && this.fileSystem.parent(from, path(pointer, length));
        if (!target) return ERROR.noEntry;
        if (target.directory.children.has(target.name)) return ERROR.exists;
        if (!target.directory.writable) return ERROR.readOnly;
        return this.fileSystem.create(target.directory, target.name, 'directory') ? ERROR.success : ERROR.noSpace;
      },
      path_filestat_get: (number: number, _flags: number, pointer: number, length: number, result: number) => {
        const from = directory(number);
        const node = from && this.fileSystem.find(from, path(pointer, length));
        return node ? writeNodeStatus(result, node) : ERROR.noEntry;
      },
      path_open: (
        number: number,
        _lookup: number,
        pointer: number,
        length: number,
        openFlags: number,
        _rights: bigint,
        _inherited: bigint,
        flags: number,
        result: number,
      ) => {
        const from = directory(number);
        if (!from) return ERROR.badDescriptor;
        if (this.#descriptors.size >= MOST_DESCRIPTORS) return ERROR.tooManyOpen;
        const name = path(pointer, length);
        let node = this.fileSystem.find(from, name);
        if (node && openFlags & OPEN.create && openFlags & OPEN.exclusive) return ERROR.exists;
        if (!node) {
          if (!(openFlags & OPEN.create)) return ERROR.noEntry;
          const target = this.fileSystem.parent(from, name);
          if (!target) return ERROR.noEntry;
          if (!target.directory.writable) return ERROR.readOnly;
          node = this.fileSystem.create(target.directory, target.name, 'file');
          if (!node) return ERROR.noSpace;
        }
        if (openFlags & OPEN.directory && node.kind !== 'directory') return ERROR.notDirectory;
        if (openFlags & OPEN.truncate && node.kind === 'file') {
          if (!node.writable) return ERROR.readOnly;
          this.fileSystem.resize(node, 0);
        }
        let free = ROOT_DESCRIPTOR + 1;
        while (this.#descriptors.has(free)) free += 1;
        this.#descriptors.set(free, opened(node, (flags & APPEND) !== 0));
        view().setUint32(result, free, true);
        return ERROR.success;
      },
      path_remove_directory: (number: number, pointer: number, length: number) =>
        this.#unlink(directory(number), path(pointer, length), 'directory'),
      path_unlink_file: (number: number, pointer: number, length: number) => this.#unlink(directory(number), path(pointer, length), 'file'),
      path_rename: (number: number, oldPointer: number, oldLength: number, newNumber: number, newPointer: number, newLength: number) => {
        const [from, to] = [directory(number), directory(newNumber)];
        const source = from && this.fileSystem.parent(from, path(oldPointer, oldLength));
        const target = to && this.fileSystem.parent(to, path(newPointer, newLength));
        const node = source?.directory.children.get(source.name);
        if (!source || !target || !node) return ERROR.noEntry;
        if (!source.directory.writable || !target.directory.writable || node.kind !== 'file') return ERROR.readOnly;
        if (target.directory.children.get(target.name)?.kind === 'directory') return ERROR.isDirectory;
        source.directory.children.delete(source.name);
        target.directory.children.set(target.name, node);
        return ERROR.success;
      },
    };
  }

  #unlink(from: DirectoryNode | undefined, path: string, kind: Node['kind']): number {
    const target = from && this.fileSystem.parent(from, path);
    const node = target?.directory.children.get(target.name);
    if (!target || !node) return ERROR.noEntry;
    if (!target.directory.writable || !node.writable || path === '/tmp') return ERROR.readOnly;
    if (node.kind !== kind) return kind === 'file' ? ERROR.isDirectory : ERROR.notDirectory;
    if (node.kind === 'directory' && node.children.size > 0) return ERROR.notEmpty;
    this.fileSystem.remove(target.directory, target.name);
    return ERROR.success;
  }
}

function opened(node: Node, append: boolean): Descriptor {
  if (node.kind === 'stream') return node.stream;
  return node.kind === 'file' ? { kind: 'file', node, position: 0, append } : { kind: 'directory', node };
}
