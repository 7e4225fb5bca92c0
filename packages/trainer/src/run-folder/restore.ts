import type { z } from 'zod';
import { fileSize, readText } from '#files';
import { type Checkpoint, listCheckpoints, readCheckpointState } from './checkpoints.ts';
import { parseEvents, voidEventsAfter } from './event-log.ts';
import { removeDumpsAfter } from './rollout-dumps.ts';

/** What the state of every kind of run says. */
export interface CountedState {
  readonly step: number;
  /** Events that the log held. */
  readonly events: number;
}

export interface Restored<State extends CountedState> {
  readonly checkpoint: Checkpoint;
  readonly state: State;
}

/** The events that belong to a checkpoint's history: what its state counted, the checkpoint's own, and the end of the run after it. */
async function eventsToKeep(runFolder: string, state: CountedState): Promise<number> {
  const path = `${runFolder}/events.jsonl`;
  const { events } = parseEvents((await fileSize(path)) === null ? '' : await readText(path), path);
  let keep = state.events;
  for (const name of ['checkpoint-written', 'run-end']) {
    const next = events[keep];
    if (next?.event === name && 'step' in next && next.step === state.step) keep++;
  }
  return keep;
}

/**
 * Takes a run folder back to its last complete checkpoint, or to nothing where there is none: later events are set aside as void, later
 * rollout dumps removed. A new folder is left as it is.
 *
 * @param schema of the checkpoint's state
 * @returns the checkpoint and its state, or null for a start from step 0
 */
export async function restoreRun<State extends CountedState>(runFolder: string, schema: z.ZodType<State>): Promise<Restored<State> | null> {
  const checkpoint = (await listCheckpoints(runFolder)).at(-1);
  if (!checkpoint) {
    await voidEventsAfter(runFolder, 0);
    await removeDumpsAfter(runFolder, 0);
    return null;
  }
  const state = schema.parse(await readCheckpointState(checkpoint));
  await voidEventsAfter(runFolder, await eventsToKeep(runFolder, state));
  await removeDumpsAfter(runFolder, state.step);
  return { checkpoint, state };
}
