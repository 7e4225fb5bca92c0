import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Files that tell of the machine and the moment: who works on the run, what kills left void, and the page, which shows times. */
const OF_THE_MOMENT = ['lock', 'void.jsonl', 'report.html'];

export type RunFiles = Readonly<Record<string, string>>;

/** What two equal runs have in common: the digest of every file, and the events' text without their `clock`. */
export async function runFiles(run: string): Promise<RunFiles> {
  const entries = await readdir(run, { recursive: true, withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map((entry) => relative(run, join(entry.parentPath, entry.name)));
  const files: Record<string, string> = {};
  for (const name of names.sort()) {
    if (OF_THE_MOMENT.includes(name)) continue;
    const file = Bun.file(join(run, name));
    files[name] =
      name === 'events.jsonl'
        ? withoutClocks(await file.text())
        : createHash('sha256')
            .update(await file.bytes())
            .digest('hex');
  }
  return files;
}

/** The files of a run that one after `step` must have; so that a comparison of runs never compares nothing. */
export function filesOfTheEnd(step: number): string[] {
  const checkpoint = `checkpoints/step-${step}`;
  return [
    'config.json',
    'events.jsonl',
    `rollouts/step-${String(step).padStart(6, '0')}.msgpack`,
    `${checkpoint}/model.safetensors`,
    `${checkpoint}/trainer/optimizer.safetensors`,
    `${checkpoint}/trainer/state.json`,
  ];
}

/** Whole events of a run so far; a line that is being written is left out. */
export async function eventsSoFar(run: string): Promise<readonly Record<string, unknown>[]> {
  const path = join(run, 'events.jsonl');
  if (!existsSync(path)) return [];
  const lines = (await Bun.file(path).text()).split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

function withoutClocks(log: string): string {
  const events = log
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return events.map(({ clock: _, ...event }) => JSON.stringify(event)).join('\n');
}
