/**
 * The clock that a program's time limit is measured by: it runs while the program has a processor, and while it sleeps or waits by its own
 * doing. Time that the machine gives to others is not the program's fault, so it does not count; but only up to a multiple of the limit.
 * Where the host cannot tell (a browser has no clock of a thread's CPU time), it is the clock on the wall.
 */
export class ProgramClock {
  #begun = performance.now();
  #usedAtStart = 0;
  #limitMs = Number.POSITIVE_INFINITY;
  #waitedMs = 0;
  /** On the wall: when to look closer. Looking is a system call, so it is not done at every check. */
  #nextLook = Number.POSITIVE_INFINITY;

  /** @param used milliseconds of CPU time that the thread has had, or null where that is not known */
  constructor(readonly used: () => number | null = threadCpuMs) {}

  /** A time limit begins. */
  start(limitMs: number): void {
    this.#begun = performance.now();
    this.#usedAtStart = this.#usedMs();
    this.#limitMs = limitMs;
    this.#nextLook = this.#begun + limitMs;
  }

  /** The limit is lifted. */
  stop(): void {
    this.#nextLook = Number.POSITIVE_INFINITY;
  }

  /** Does what blocks the thread, and counts that time as the program's. */
  waiting<T>(block: () => T): T {
    const before = performance.now();
    try {
      return block();
    } finally {
      this.#waitedMs += performance.now() - before;
    }
  }

  expired(): boolean {
    const now = performance.now();
    if (now < this.#nextLook) return false;
    const left = this.#limitMs - (this.#usedMs() - this.#usedAtStart);
    if (left <= 0 || now - this.#begun >= MOST_STRETCH * this.#limitMs) return true;
    this.#nextLook = now + left;
    return false;
  }

  /** Wall-clock milliseconds since the last limit began. */
  sinceStart(): number {
    return performance.now() - this.#begun;
  }

  #usedMs(): number {
    const cpu = this.used();
    return cpu === null ? performance.now() : cpu + this.#waitedMs;
  }
}

/** A program on a crowded machine may take so many times its limit on the wall. */
const MOST_STRETCH = 4;

interface ThreadClock {
  readonly process?: { readonly threadCpuUsage?: () => { readonly user: number; readonly system: number } };
}

function threadCpuMs(): number | null {
  const usage = (globalThis as ThreadClock).process?.threadCpuUsage?.();
  return usage ? (usage.user + usage.system) / 1000 : null;
}
