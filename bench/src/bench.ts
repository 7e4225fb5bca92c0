/** What every benchmark is given, and what it gives back. */

/** One figure. `null` stands for what was not measured; the note says why. */
export interface Row {
  /** The benchmark's name. */
  readonly name: string;
  /** What was measured: phase, sizes, threads. Name, shape and unit together identify a row. */
  readonly shape: string;
  /** Median of the repetitions. */
  readonly value: number;
  readonly unit: string;
  /** The most that this machine allows, in the same unit, measured in the same run. */
  readonly ceiling: number | null;
  readonly share_of_ceiling: number | null;
  /** What another system reaches on the same work, in the same unit, measured in the same run. */
  readonly peer: number | null;
  readonly ratio_to_peer: number | null;
  readonly peer_name?: string;
  /** Best repetition. */
  readonly best?: number;
  /** Interquartile range of the repetitions over their median. */
  readonly spread?: number;
  readonly repetitions?: number;
  readonly note?: string;
}

export interface BenchOptions {
  /** Threads of the WebAssembly device, and of the peers. */
  readonly threads: number;
  readonly seed: number;
  /** Takes one line of progress for people. */
  readonly say: (text: string) => void;
}

export interface Bench {
  readonly name: string;
  run(options: BenchOptions): Promise<readonly Row[]>;
}

/** Whether more of this unit is better: true for rates and shares, false for time and memory. */
export function moreIsBetter(unit: string): boolean {
  return !['s', 'ms', 'bytes'].includes(unit);
}

export interface RowOptions {
  readonly ceiling?: number | null;
  readonly peer?: { readonly name: string; readonly value: number } | null;
  readonly best?: number;
  readonly spread?: number;
  readonly repetitions?: number;
  readonly note?: string | undefined;
}

/** A row with its shares worked out. */
export function row(name: string, shape: string, value: number, unit: string, options: RowOptions = {}): Row {
  const { ceiling = null, peer = null, best, spread, repetitions, note } = options;
  return {
    name,
    shape,
    value,
    unit,
    ceiling,
    share_of_ceiling: ceiling === null ? null : value / ceiling,
    peer: peer?.value ?? null,
    ratio_to_peer: peer === null ? null : moreIsBetter(unit) ? value / peer.value : peer.value / value,
    ...(peer === null ? {} : { peer_name: peer.name }),
    ...(best === undefined ? {} : { best }),
    ...(spread === undefined ? {} : { spread }),
    ...(repetitions === undefined ? {} : { repetitions }),
    ...(note === undefined ? {} : { note }),
  };
}

/** `1 thread`, `2 threads`. */
export function threadCount(threads: number): string {
  return `${threads} thread${threads === 1 ? '' : 's'}`;
}
