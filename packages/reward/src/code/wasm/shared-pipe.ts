/**
 * A byte pipe in shared memory from one writer, which never blocks, to one reader, which does: the only way to hand data to an
 * interpreter that is running, since a worker inside a WebAssembly call receives no messages.
 *
 * Header words: how many bytes were ever read, how many were ever written (both modulo 2^32), and whether the writer has closed.
 */
const READ = 0;
const WRITTEN = 1;
const CLOSED = 2;
const HEADER_BYTES = 16;

export class SharedPipe {
  readonly #header: Int32Array;
  readonly #data: Uint8Array;

  constructor(readonly memory: SharedArrayBuffer) {
    this.#header = new Int32Array(memory, 0, HEADER_BYTES / 4);
    this.#data = new Uint8Array(memory, HEADER_BYTES);
  }

  /** @param capacity bytes in flight; a power of two */
  static create(capacity: number): SharedPipe {
    return new SharedPipe(new SharedArrayBuffer(HEADER_BYTES + capacity));
  }

  /** Empties and reopens the pipe. Only while nobody reads. */
  reset(): void {
    for (const word of [READ, WRITTEN, CLOSED]) Atomics.store(this.#header, word, 0);
  }

  /** Takes as much of `bytes` as fits and returns how much that was. */
  tryWrite(bytes: Uint8Array): number {
    const written = Atomics.load(this.#header, WRITTEN) >>> 0;
    const free = this.#data.length - ((written - (Atomics.load(this.#header, READ) >>> 0)) >>> 0);
    const count = Math.min(free, bytes.length);
    const start = written % this.#data.length;
    const first = Math.min(count, this.#data.length - start);
    this.#data.set(bytes.subarray(0, first), start);
    this.#data.set(bytes.subarray(first, count), 0);
    Atomics.store(this.#header, WRITTEN, (written + count) | 0);
    Atomics.notify(this.#header, WRITTEN);
    return count;
  }

  /** No more will be written; a waiting reader wakes. */
  close(): void {
    Atomics.store(this.#header, CLOSED, 1);
    Atomics.notify(this.#header, WRITTEN);
  }

  /** Reads at least one byte into `target`, blocking until there is one; returns 0 at the end or once `stopped` says so. */
  read(target: Uint8Array, stopped: () => boolean): number {
    for (;;) {
      const read = Atomics.load(this.#header, READ) >>> 0;
      const written = Atomics.load(this.#header, WRITTEN);
      const available = ((written >>> 0) - read) >>> 0;
      if (available > 0) {
        const count = Math.min(available, target.length);
        const start = read % this.#data.length;
        const first = Math.min(count, this.#data.length - start);
        target.set(this.#data.subarray(start, start + first));
        target.set(this.#data.subarray(0, count - first), first);
        Atomics.store(this.#header, READ, (read + count) | 0);
        return count;
      }
      if (Atomics.load(this.#header, CLOSED) === 1 || stopped()) return 0;
      Atomics.wait(this.#header, WRITTEN, written, 50);
    }
  }
}
