/**
 * Where outcomes are kept between runs: named logs of lines that only grow, and named texts that are written whole. An implementation
 * brings every append to the disk before it resolves, and forgets a last line that was cut off by the end of its process.
 */
export interface Ledger {
  /** Opens a log, made where there is none. */
  openLog(name: string): Promise<LedgerLog>;
  /** A text that was written whole, or null. */
  read(name: string): Promise<string | null>;
  write(name: string, text: string): Promise<void>;
}

export interface LedgerLog {
  /** The lines that were there when the log was opened, without their ends. */
  readonly lines: readonly string[];
  append(lines: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** Keeps nothing beyond the life of the object: for tests, and for runs that want no resuming. */
export function memoryLedger(): Ledger {
  const logs = new Map<string, string[]>();
  const texts = new Map<string, string>();
  return {
    async openLog(name) {
      const kept = logs.get(name) ?? [];
      logs.set(name, kept);
      return {
        lines: [...kept],
        append: async (lines) => void kept.push(...lines),
        close: async () => undefined,
      };
    },
    read: async (name) => texts.get(name) ?? null,
    write: async (name, text) => void texts.set(name, text),
  };
}
