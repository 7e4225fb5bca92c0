/**
 * Checkpoints: `checkpoints/step-N/` is a Hugging Face folder; `trainer/` inside it holds the optimizer's moments, `state.json` and, last
 * of all, `complete.json`, which names every file with its size and digest. A folder without that marker, or with a file that differs
 * from it, is no checkpoint.
 *
 * A checkpoint is built in a folder aside, every file synced, then renamed into place: at any kill there is the old state or the new.
 */
import { z } from 'zod';
import {
  explainWrites,
  fileSize,
  isFolder,
  listFilesBelow,
  listFolder,
  makeFolder,
  moveFolder,
  readBytes,
  readText,
  removeAll,
  syncPath,
  writeFileAside,
} from '#files';
import { InputError } from '../errors.ts';

const STATE = 'trainer/state.json';
const MARKER = 'trainer/complete.json';
const ASIDE = '.writing';
const DISCARDED = '.removing';

const markerSchema = z.strictObject({
  version: z.literal(1),
  files: z.record(z.string(), z.strictObject({ bytes: z.number(), sha256: z.string() })),
});

export interface Checkpoint {
  readonly step: number;
  readonly path: string;
}

function folderOf(runFolder: string): string {
  return `${runFolder}/checkpoints`;
}

async function digest(path: string): Promise<{ bytes: number; sha256: string }> {
  const content = await readBytes(path);
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', content));
  return { bytes: content.length, sha256: Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('') };
}

export interface WrittenCheckpoint extends Checkpoint {
  readonly bytes: number;
}

/**
 * Writes the checkpoint of `step`. One that stands there with the same state is left as it is; one with another (written at an
 * interrupt, before an evaluation of that step) is replaced.
 *
 * @param save writes the model's folder and the moments
 */
export async function writeCheckpoint(
  runFolder: string,
  step: number,
  state: unknown,
  save: (folder: string) => Promise<void>,
): Promise<WrittenCheckpoint> {
  const path = `${folderOf(runFolder)}/step-${step}`;
  const aside = `${folderOf(runFolder)}/${ASIDE}`;
  const stateText = `${JSON.stringify(state)}\n`;
  const stands = (await fileSize(`${path}/${MARKER}`)) !== null && (await readText(`${path}/${STATE}`)) === stateText;
  if (!stands) {
    await removeAll(aside);
    await makeFolder(`${aside}/trainer`);
    await explainWrites(aside, () => save(aside));
    await writeFileAside(`${aside}/${STATE}`, stateText);
    const files: z.infer<typeof markerSchema>['files'] = {};
    for (const file of await listFilesBelow(aside)) {
      await syncPath(`${aside}/${file}`);
      files[file] = await digest(`${aside}/${file}`);
    }
    await syncPath(`${aside}/trainer`);
    await writeFileAside(`${aside}/${MARKER}`, `${JSON.stringify({ version: 1, files })}\n`);
    await syncPath(aside);
    if (await isFolder(path)) await discard(path, runFolder);
    await moveFolder(aside, path);
  }
  const { files } = markerSchema.parse(JSON.parse(await readText(`${path}/${MARKER}`)));
  return { step, path, bytes: Object.values(files).reduce((sum, file) => sum + file.bytes, 0) };
}

/** Takes a checkpoint out of sight at once and removes it then: a kill in between leaves no half of one under its name. */
async function discard(path: string, runFolder: string): Promise<void> {
  const discarded = `${folderOf(runFolder)}/${DISCARDED}`;
  await removeAll(discarded);
  await moveFolder(path, discarded);
  await removeAll(discarded);
}

/** Complete checkpoints of a run, oldest first. */
export async function listCheckpoints(runFolder: string): Promise<readonly Checkpoint[]> {
  const found: Checkpoint[] = [];
  for (const name of await listFolder(folderOf(runFolder))) {
    const match = /^step-(\d+)$/.exec(name);
    const path = `${folderOf(runFolder)}/${name}`;
    if (match && (await fileSize(`${path}/${MARKER}`)) !== null) found.push({ step: Number(match[1]), path });
  }
  return found.sort((a, b) => a.step - b.step);
}

/**
 * Reads a checkpoint's state after comparing every file with the marker.
 *
 * @throws InputError naming the file that differs.
 */
export async function readCheckpointState(checkpoint: Checkpoint): Promise<unknown> {
  const { files } = markerSchema.parse(JSON.parse(await readText(`${checkpoint.path}/${MARKER}`)));
  for (const [file, expected] of Object.entries(files)) {
    const path = `${checkpoint.path}/${file}`;
    const actual = (await fileSize(path)) === null ? null : await digest(path);
    if (actual?.bytes !== expected.bytes || actual.sha256 !== expected.sha256) {
      throw new InputError(
        `${path}: ${actual ? 'differs from what was written' : 'is missing'}; remove ${checkpoint.path} to go on from the checkpoint before it`,
      );
    }
  }
  return JSON.parse(await readText(`${checkpoint.path}/${STATE}`));
}

/** Removes every checkpoint but those of `steps`, and whatever a kill left half-written or half-removed. */
export async function keepCheckpoints(runFolder: string, steps: ReadonlySet<number>): Promise<void> {
  for (const name of [ASIDE, DISCARDED]) await removeAll(`${folderOf(runFolder)}/${name}`);
  for (const { step, path } of await listCheckpoints(runFolder)) if (!steps.has(step)) await discard(path, runFolder);
}
