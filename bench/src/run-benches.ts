import { type Row, threadCount } from './bench.ts';
import { type Comparison, compareRows } from './compare.ts';
import { describeMachine, loadNow } from './machine.ts';
import type { BenchEntry } from './registry.ts';
import { type BenchReport, readReport, saveReport } from './report.ts';

export interface RunFlags {
  readonly threads: number;
  readonly seed: number;
  /** File to keep the report in. */
  readonly save?: string;
  /** File that a report was kept in before. */
  readonly compare?: string;
}

export interface BenchRun {
  readonly report: BenchReport;
  readonly comparison: Comparison | null;
  /** What `--json` prints: the report, and the comparison where one was asked for. */
  readonly json: object;
}

function sayToStderr(text: string): void {
  process.stderr.write(`${text}\n`);
}

/**
 * Runs benchmarks one after the other; keeps and compares their figures as the flags ask.
 *
 * @throws InputError, before anything is measured, when the file to compare with cannot be used.
 */
export async function runBenches(entries: readonly BenchEntry[], flags: RunFlags, say = sayToStderr): Promise<BenchRun> {
  const { threads, seed, save, compare } = flags;
  const saved = compare === undefined ? null : await readReport(compare);
  const startLoad = loadNow();
  const rows: Row[] = [];
  for (const entry of entries) {
    const start = performance.now();
    say(`${entry.name}: ${entry.summary}`);
    rows.push(...(await (await entry.load()).run({ threads, seed, say })));
    say(`${entry.name}: ${((performance.now() - start) / 1000).toFixed(0)} s, load ${loadNow().toFixed(1)}`);
  }
  const device = `WebAssembly, ${threadCount(threads)}`;
  const report: BenchReport = { machine: describeMachine(startLoad), device, rows };
  if (save !== undefined) await saveReport(save, report);
  const comparison = saved === null || compare === undefined ? null : compareRows(rows, saved, compare, report.machine);
  return { report, comparison, json: comparison === null ? report : { ...report, comparison } };
}
