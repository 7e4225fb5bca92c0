import { open } from 'node:fs/promises';
import { type RunEvent, readLog } from '@or1/trainer';
import { insideFolder } from '@or1/views/node';

/** What is known of a run's event log at a moment. */
export interface LogState {
  /** Goes up when the log no longer begins with what was read: a resumed run has set events aside. */
  readonly generation: number;
  readonly events: readonly RunEvent[];
  /** The lines of the events as they stand in the log. */
  readonly lines: readonly string[];
  /** A sentence for the reader, or null. */
  readonly notice: string | null;
}

const HALF_WRITTEN = 'The last line of the log is cut off. What stands before it is shown.';

/** Reads an event log again and again, each time only what was appended. */
export class LiveLog {
  readonly #folder: string;
  #generation = 0;
  #offset = 0;
  #inode = 0;
  #events: RunEvent[] = [];
  #lines: string[] = [];
  #damage: string | null = null;
  /** Size of the file when its last line was first seen cut off; one that stays so is no line in the making. */
  #tornAt: number | null = null;
  #notice: string | null = null;
  #reading: Promise<LogState> | null = null;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Reads on and returns what is known then. Calls at one time share one reading. */
  refresh(): Promise<LogState> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  #reset(): void {
    this.#generation += 1;
    this.#offset = 0;
    this.#events = [];
    this.#lines = [];
    this.#damage = null;
  }

  async #read(): Promise<LogState> {
    const path = await insideFolder(this.#folder, 'events.jsonl');
    if (path === null) {
      if (this.#offset > 0) this.#reset();
      return this.#state();
    }
    const file = await open(path);
    try {
      const { size, ino } = await file.stat();
      if (size < this.#offset || (this.#inode !== 0 && ino !== this.#inode)) this.#reset();
      this.#inode = ino;
      const bytes = new Uint8Array(size - this.#offset);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, this.#offset);
      this.#take(bytes.subarray(0, bytesRead), size);
    } finally {
      await file.close();
    }
    return this.#state();
  }

  #take(bytes: Uint8Array, size: number): void {
    if (this.#damage !== null) return;
    // Only whole lines are decoded, so that no character is cut in two.
    const end = bytes.lastIndexOf(0x0a) + 1;
    const text = new TextDecoder().decode(bytes.subarray(0, end));
    const { events, length, damage } = readLog(text, this.#lines.length);
    this.#events = this.#events.concat(events);
    this.#lines = this.#lines.concat(text.slice(0, length).split('\n').slice(0, -1));
    this.#offset += damage === null ? end : Buffer.byteLength(text.slice(0, length));
    this.#damage = damage;
    const torn = damage === null && end < bytes.length;
    this.#notice = torn && this.#tornAt === size ? HALF_WRITTEN : damage;
    this.#tornAt = torn ? size : null;
  }

  #state(): LogState {
    return { generation: this.#generation, events: this.#events, lines: this.#lines, notice: this.#notice };
  }
}
