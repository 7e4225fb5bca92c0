import { hostname } from 'node:os';
import { basename, resolve } from 'node:path';
import type { RunConfiguration } from '../configuration/schema.ts';
import { validateConfiguration } from '../configuration/validate.ts';
import { InputError } from '../errors.ts';
import { createExclusively, fileSize, listFolder, makeFolder, makeNewFolder, readText, removeAll, writeFileAside } from '../files.ts';

/**
 * A run folder:
 *
 * - `config.json`: the resolved configuration
 * - `events.jsonl`: the event log; `void.jsonl`: events that a resume set aside
 * - `rollouts/step-000001.msgpack`: rollout dumps
 * - `evaluations/`: sample files
 * - `checkpoints/step-20/`: a Hugging Face folder with `trainer/` inside
 * - `lock`: who works on it
 */
export interface RunFolder {
  readonly path: string;
  readonly name: string;
  /** Gives the folder free for another process. */
  release(): Promise<void>;
}

interface Lock {
  readonly pid: number;
  readonly host: string;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function takeLock(path: string): Promise<void> {
  const lockPath = `${path}/lock`;
  const mine = JSON.stringify({ pid: process.pid, host: hostname() } satisfies Lock);
  for (;;) {
    if (await createExclusively(lockPath, mine)) return;
    const text = await readText(lockPath);
    const holder = text === '' ? null : (JSON.parse(text) as Lock);
    // A lock of this host whose process is gone was left by a kill; one of another host cannot be checked.
    if (holder && (holder.host !== hostname() || (holder.pid !== process.pid && isAlive(holder.pid)))) {
      throw new InputError(
        `${path}: process ${holder.pid} on ${holder.host} works on this run; stop it, or remove ${lockPath} if it is gone`,
      );
    }
    await removeAll(lockPath);
  }
}

async function opened(path: string): Promise<RunFolder> {
  await takeLock(path);
  // An archive of a run need not hold folders that were empty.
  for (const part of ['rollouts', 'evaluations', 'checkpoints']) await makeFolder(`${path}/${part}`);
  return { path, name: basename(resolve(path)), release: () => removeAll(`${path}/lock`) };
}

function existing(path: string): InputError {
  return new InputError(`${path}: exists already; go on with --resume ${path}, or choose another folder with --out`);
}

/**
 * Refuses a path where something stands already, before any work is done for it.
 *
 * @throws InputError when it is a file or a folder that is not empty.
 */
export async function checkRunFolder(path: string): Promise<void> {
  if ((await fileSize(path)) !== null || (await listFolder(path)).length > 0) throw existing(path);
}

/**
 * Makes the folder of a new run and saves its configuration.
 *
 * @throws InputError when something stands there already: a run is never overwritten.
 */
export async function createRunFolder(path: string, configuration: object): Promise<RunFolder> {
  const isNew = await makeNewFolder(path);
  if (!isNew) await checkRunFolder(path);
  const folder = await opened(path);
  await writeFileAside(`${path}/config.json`, `${JSON.stringify(configuration, null, 2)}\n`);
  return folder;
}

/**
 * The values of a run's `config.json`, not yet checked.
 *
 * @throws InputError when the folder holds no run.
 */
export async function readSavedConfiguration(path: string): Promise<unknown> {
  const file = `${path}/config.json`;
  if ((await fileSize(file)) === null) throw new InputError(`${path}: is no run folder (it has no config.json)`);
  return JSON.parse(await readText(file));
}

/** The configuration that a training run was started with; a reward file that is named without its folder lies in the run folder. */
export async function readConfiguration(path: string): Promise<RunConfiguration> {
  const values = await readSavedConfiguration(path);
  if ((values as { kind?: unknown }).kind === 'sft')
    throw new InputError(`${path}: is a supervised run; go on with it by or1 sft --resume ${path}`);
  const configuration = validateConfiguration(values, `${path}/config.json`);
  const { reward } = configuration;
  return reward === 'auto' ? configuration : { ...configuration, reward: resolve(path, reward) };
}

/** Takes an existing run folder for resuming. */
export async function openRunFolder(path: string): Promise<RunFolder> {
  await readSavedConfiguration(path);
  return opened(path);
}
