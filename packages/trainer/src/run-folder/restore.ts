import { fileSize, readText } from '../files.ts';
import { type RunState, runStateSchema } from '../run-state.ts';
import { type Checkpoint, listCheckpoints, readCheckpointState } from './checkpoints.ts';
import { parseEvents, voidEventsAfter } from './event-log.ts';
import { removeDumpsAfter } from './rollout-dumps.ts';

export interface Restored {
  readonly checkpoint: Checkpoint;
  readonly state: RunState;
}

/** The events that belong to a checkpoint's history: what its state counted, and the event that reports the checkpoint itself. */
async function eventsToKeep(runFolder: string, state: RunState): Promise<number> {
  const path = `${runFolder}/events.jsonl`;
  const { events } = parseEvents((await fileSize(path)) === null ? '' : await readText(path), path);
  const next = events[state.events];
  return next?.event === 'checkpoint-written' && next.step === state.step ? state.events + 1 : state.events;
}

/**
 * Takes a run folder back to its last complete checkpoint, or to nothing where there is none: later events are set aside as void, later
 * rollout dumps removed. A new folder is left as it is.
 *
 * @returns the checkpoint and its state, or null for a start from step 0
 */
export async function restoreRun(runFolder: string): Promise<Restored | null> {
  const checkpoint = (await listCheckpoints(runFolder)).at(-1);
  if (!checkpoint) {
    await voidEventsAfter(runFolder, 0);
    await removeDumpsAfter(runFolder, 0);
    return null;
  }
  const state = runStateSchema.parse(await readCheckpointState(checkpoint));
  await voidEventsAfter(runFolder, await eventsToKeep(runFolder, state));
  await removeDumpsAfter(runFolder, state.step);
  return { checkpoint, state };
}
