/** Turns chunks of a stream into lines that can be awaited one by one. */
export class LineQueue {
  #parts: string[] = [];
  #held = 0;
  readonly #lines: string[] = [];
  #waiting: ((line: string | null) => void) | null = null;
  #closed = false;

  /** @param longest characters that may be held, read or not; beyond, `overflow` is called once and what follows is dropped */
  constructor(
    readonly longest: number,
    readonly overflow: () => void,
  ) {}

  push(chunk: string): void {
    if (this.#closed) return;
    this.#held += chunk.length;
    if (this.#held > this.longest) {
      this.close();
      this.overflow();
      return;
    }
    let start = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
      this.#parts.push(chunk.slice(start, end));
      this.#deliver(this.#parts.join(''));
      this.#parts = [];
      start = end + 1;
    }
    if (start < chunk.length) this.#parts.push(chunk.slice(start));
  }

  /** No more will come; waiting lines can still be read. */
  close(): void {
    this.#closed = true;
    this.#waiting?.(null);
    this.#waiting = null;
  }

  next(): Promise<string | null> {
    const line = this.#lines.shift();
    if (line !== undefined) {
      this.#held -= line.length + 1;
      return Promise.resolve(line);
    }
    if (this.#closed) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  #deliver(line: string): void {
    if (this.#waiting) {
      this.#held -= line.length + 1;
      this.#waiting(line);
      this.#waiting = null;
    } else this.#lines.push(line);
  }
}
