import { basename, resolve } from 'node:path';
import { InputError, readEvents } from '@or1/trainer';
import type { RunData } from '../run-data.ts';
import { runOfEvents } from '../run-of-events.ts';
import { readSamples } from './read-samples.ts';

/**
 * Reads a run folder, finished or still running.
 *
 * @throws InputError when it is no run folder or its run has not written its first event yet.
 */
export async function readRun(runFolder: string): Promise<RunData> {
  const events = await readEvents(runFolder);
  const data = runOfEvents(events, basename(resolve(runFolder)), runFolder);
  if (data === null) throw new InputError(`${runFolder}/events.jsonl: holds no event yet; wait until the run has started`);
  const { samples, notes } = await readSamples(runFolder, events);
  return { ...data, samples, sampleNotes: notes };
}
