import { makeFolder, writeFileAside } from '#files';
import { readEvents } from '../run-folder/event-log.ts';
import { listRolloutDumps, readRolloutDump } from '../run-folder/rollout-dumps.ts';
import { scalarsToCsv } from './csv.ts';
import { evaluationScalars, type ScalarRow, stepScalars } from './scalars.ts';
import { scalarsToTensorBoard } from './tensorboard.ts';

export type ExportFormat = 'csv' | 'tensorboard' | 'jsonl';

function toJsonLines(rows: readonly ScalarRow[]): string {
  return rows.map(({ step, timeMs, values }) => `${JSON.stringify({ step, time_ms: timeMs, ...values })}\n`).join('');
}

async function* rolloutLines(runFolder: string): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for (const { path } of await listRolloutDumps(runFolder)) {
    const { step, samples } = await readRolloutDump(path);
    for (const { tokens, log_probabilities, entropies, ...sample } of samples) {
      const numbers = (bytes: Uint8Array, read: 'getUint32' | 'getFloat32') => {
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        return Array.from({ length: bytes.byteLength / 4 }, (_, index) => view[read](index * 4, true));
      };
      const line = {
        step,
        ...sample,
        tokens: numbers(tokens, 'getUint32'),
        log_probabilities: numbers(log_probabilities, 'getFloat32'),
        entropies: numbers(entropies, 'getFloat32'),
      };
      yield encoder.encode(`${JSON.stringify(line)}\n`);
    }
  }
}

/**
 * Writes a run's curves for other programs: CSV and JSON lines as `steps` and `evaluations` (JSON lines also the rollout dumps), or an
 * event file for TensorBoard.
 *
 * @returns paths of the files written
 */
export async function exportRun(runFolder: string, format: ExportFormat, target: string): Promise<readonly string[]> {
  const events = await readEvents(runFolder);
  const steps = stepScalars(events);
  const evaluations = evaluationScalars(events);
  await makeFolder(target);
  if (format === 'tensorboard') {
    const rows = [...steps, ...evaluations].sort((a, b) => a.step - b.step);
    const path = `${target}/events.out.tfevents.${Math.floor((events[0]?.clock.time_ms ?? 0) / 1000)}.or1`;
    await writeFileAside(path, scalarsToTensorBoard(rows));
    return [path];
  }
  const toText = format === 'csv' ? scalarsToCsv : toJsonLines;
  const files = [`${target}/steps.${format}`, `${target}/evaluations.${format}`];
  await writeFileAside(files[0]!, toText(steps));
  await writeFileAside(files[1]!, toText(evaluations));
  if (format === 'jsonl') {
    files.push(`${target}/rollouts.jsonl`);
    await writeFileAside(files[2]!, rolloutLines(runFolder));
  }
  return files;
}
