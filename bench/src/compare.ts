import { moreIsBetter, type Row } from './bench.ts';
import type { MachineDescription } from './machine.ts';
import type { SavedReport } from './report.ts';

/** Changes below this share are noise even where the repetitions agree. */
const TOLERANCE = 0.05;

export interface Change {
  readonly name: string;
  readonly shape: string;
  readonly unit: string;
  readonly before: number;
  readonly now: number;
  /** Relative change for the better: -0.1 is a tenth worse. */
  readonly gain: number;
  /** What a change must exceed to count: 5 %, or the spread of either measurement where that is larger. */
  readonly tolerance: number;
}

export interface Comparison {
  readonly file: string;
  readonly same_machine: boolean;
  readonly compared: number;
  /** Rows of the saved report whose benchmark ran now and that were not measured. */
  readonly missing: readonly string[];
  readonly regressions: readonly Change[];
  readonly improvements: readonly Change[];
}

const identity = ({ name, shape, unit }: Pick<Row, 'name' | 'shape' | 'unit'>) => `${name}: ${shape} (${unit})`;

/** Compares rows with those of a saved report that have the same name, shape and unit. */
export function compareRows(
  rows: readonly Row[],
  saved: SavedReport,
  file: string,
  machine: Pick<MachineDescription, 'cpu' | 'cores'>,
): Comparison {
  const now = new Map(rows.map((row) => [identity(row), row]));
  const benches = new Set(rows.map(({ name }) => name));
  const changes: Change[] = [];
  const missing: string[] = [];
  for (const old of saved.rows) {
    const row = now.get(identity(old));
    if (!row) {
      if (benches.has(old.name)) missing.push(identity(old));
      continue;
    }
    const { name, shape, unit, value } = row;
    const gain = moreIsBetter(unit) ? value / old.value - 1 : old.value / value - 1;
    const tolerance = Math.max(TOLERANCE, row.spread ?? 0, old.spread ?? 0);
    changes.push({ name, shape, unit, before: old.value, now: value, gain, tolerance });
  }
  return {
    file,
    same_machine: saved.machine.cpu === machine.cpu && saved.machine.cores === machine.cores,
    compared: changes.length,
    missing,
    regressions: changes.filter(({ gain, tolerance }) => gain < -tolerance),
    improvements: changes.filter(({ gain, tolerance }) => gain > tolerance),
  };
}
