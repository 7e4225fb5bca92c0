/** Bounded work over replaceable slots: first come, first served; one item's failure stays its own. */

export interface PoolOptions<Slot> {
  /** Items worked on at the same time. */
  readonly size: number;
  readonly open: () => Promise<Slot>;
  readonly close: (slot: Slot) => Promise<void>;
}

interface Waiting<Slot> {
  readonly work: (slot: Slot, signal: AbortSignal) => Promise<unknown>;
  readonly signal: AbortSignal;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
  readonly forget: () => void;
}

/** Thrown to callers whose item was cancelled, or who come after the pool was closed. */
export class PoolClosed extends Error {}

/**
 * A pool opens its slots as they are needed. A slot whose work throws is closed and replaced, since what state it is in is not known.
 * Slots that work does not return from must be ended by that work itself (its signal tells it to); the pool never waits for the others.
 */
export class Pool<Slot> {
  readonly #options: PoolOptions<Slot>;
  readonly #queue: Waiting<Slot>[] = [];
  readonly #idle: Slot[] = [];
  readonly #all = new AbortController();
  readonly #active = new Set<Promise<void>>();
  #running = 0;

  constructor(options: PoolOptions<Slot>) {
    if (!Number.isInteger(options.size) || options.size < 1)
      throw new RangeError(`a pool's size must be a whole number above 0, not ${options.size}`);
    this.#options = options;
  }

  /** Items that wait for a slot. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Does `work` with a slot, after all that came before. Rejects with what the work throws, or with `PoolClosed` when cancelled first. */
  run<T>(work: (slot: Slot, signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#all.signal.aborted) return Promise.reject(new PoolClosed('the pool is closed'));
    const own = signal ? AbortSignal.any([signal, this.#all.signal]) : this.#all.signal;
    if (own.aborted) return Promise.reject(new PoolClosed('cancelled before it began'));
    return new Promise<T>((resolve, reject) => {
      const item: Waiting<Slot> = {
        work,
        signal: own,
        resolve: resolve as (value: never) => void,
        reject,
        forget: () => this.#forget(item),
      };
      this.#queue.push(item);
      own.addEventListener('abort', item.forget);
      this.#next();
    });
  }

  /** Cancels what runs and what waits, and closes every slot. */
  async close(): Promise<void> {
    this.#all.abort();
    await Promise.all(this.#active);
    await Promise.all(this.#idle.splice(0).map((slot) => this.#options.close(slot)));
  }

  /** Rejects an item that still waits, at once. */
  #forget(item: Waiting<Slot>): void {
    const at = this.#queue.indexOf(item);
    if (at < 0) return;
    this.#queue.splice(at, 1);
    item.reject(new PoolClosed('cancelled before it began'));
  }

  #next(): void {
    while (this.#running < this.#options.size) {
      const item = this.#queue.shift();
      if (!item) return;
      item.signal.removeEventListener('abort', item.forget);
      this.#running += 1;
      const done = this.#work(item).finally(() => {
        this.#active.delete(done);
        this.#running -= 1;
        this.#next();
      });
      this.#active.add(done);
    }
  }

  async #work(item: Waiting<Slot>): Promise<void> {
    let slot: Slot | undefined;
    try {
      slot = this.#idle.pop() ?? (await this.#options.open());
      if (item.signal.aborted) {
        this.#idle.push(slot);
        item.reject(new PoolClosed('cancelled before it began'));
        return;
      }
      const value = await item.work(slot, item.signal);
      this.#idle.push(slot);
      item.resolve(value as never);
    } catch (error) {
      item.reject(error);
      if (slot !== undefined) await this.#options.close(slot).catch(() => undefined);
    }
  }
}
