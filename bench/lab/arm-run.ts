/** One run of one arm: what is kept of it, and how it comes about. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunEvent, readEvents } from '@or1/trainer';
import { z } from 'zod';
import type { Settings } from './experiment.ts';
import { splitSettings, writeHeldOut, writeProblems } from './problem-file.ts';

const ARM_RUN_VERSION = 1;

const evaluationSchema = z.object({ temperature: z.number(), avg: z.number(), n: z.number(), meanLength: z.number() });

export const armRunSchema = z.object({
  v: z.literal(ARM_RUN_VERSION),
  key: z.string(),
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  seed: z.number().int(),
  device: z.string(),
  /** One entry a step; null where a step has no such value (nothing was trained on). */
  series: z.record(z.string(), z.array(z.number().nullable())),
  final: z.array(evaluationSchema),
});

export type ArmRun = z.infer<typeof armRunSchema>;

/** Names one run: equal settings and seed are one run, whatever experiment asks for it. */
export function armRunKey(settings: Settings, seed: number): string {
  const sorted = Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([ARM_RUN_VERSION, sorted, seed]))
    .digest('hex')
    .slice(0, 16);
}

/** Step metrics that are kept; of the sources their entropy and accuracy. */
const KEPT = [
  'accuracy',
  'accuracy/not-truncated',
  'entropy/all',
  'entropy/coefficient-applied',
  'length/mean',
  'length/truncated-share',
  'groups/kept-share',
  'clipped-share',
  'gradient/norm',
  'tokens/generated',
  'tokens/trained',
  'ratio/max-deviation',
  'reference-kl',
];
const KEPT_OF_SOURCES = /^source\/.+\/(?:entropy|accuracy)$/;
const DIGITS = 5;

function summarise(events: readonly RunEvent[], key: string, settings: Settings, seed: number): ArmRun {
  const steps = events.filter((event) => event.event === 'step-end');
  const names = [...new Set(steps.flatMap(({ metrics }) => Object.keys(metrics)))].filter(
    (name) => KEPT.includes(name) || KEPT_OF_SOURCES.test(name),
  );
  const round = (value: number | undefined): number | null => (value === undefined ? null : Number(value.toPrecision(DIGITS)));
  const start = events.find((event) => event.event === 'run-start');
  const last = events.filter((event) => event.event === 'evaluation-end' && event.label === 'final').at(-1);
  return {
    v: ARM_RUN_VERSION,
    key,
    settings,
    seed,
    device: start?.clock.device ?? '',
    series: Object.fromEntries(names.map((name) => [name, steps.map(({ metrics }) => round(metrics[name]))])),
    final:
      last?.event === 'evaluation-end'
        ? last.results.map(({ temperature, avg, n, mean_length: meanLength }) => ({ temperature, avg, n, meanLength }))
        : [],
  };
}

export interface ArmRunPlaces {
  /** Where finished runs are kept, one small file each. */
  readonly results: string;
  /** Where run folders stand while they run. */
  readonly work: string;
}

const resultPath = (places: ArmRunPlaces, key: string): string => join(places.results, `${key}.json`);

/** A finished run of these settings, or null. A damaged file is refused by name. */
export async function readArmRun(places: ArmRunPlaces, key: string): Promise<ArmRun | null> {
  const path = resultPath(places, key);
  if (!existsSync(path)) return null;
  const parsed = armRunSchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
  if (!parsed.success)
    throw new Error(`${path} is no result of this lab: ${z.prettifyError(parsed.error)}; delete it to run the arm again`);
  return parsed.data;
}

const PROGRAM = join(import.meta.dir, '../../apps/train/src/main.ts');

export interface ArmProcess {
  readonly threads: number;
  readonly device: string;
  readonly signal: AbortSignal;
  readonly onStep: (step: number) => void;
}

/** Runs an arm in a process of its own, going on from its last checkpoint where an earlier run was stopped, and keeps the result. */
export async function runArm(
  settings: Settings,
  seed: number,
  places: ArmRunPlaces,
  { threads, device, signal, onStep }: ArmProcess,
): Promise<ArmRun> {
  const key = armRunKey(settings, seed);
  const folder = join(places.work, key);
  await mkdir(places.work, { recursive: true });
  const resumes = existsSync(join(folder, 'config.json'));
  if (!resumes) await rm(folder, { recursive: true, force: true });
  const { run, problems, wrongShare } = splitSettings(settings);
  const { preset, ...sets } = run;
  const fresh = [
    '--preset',
    String(preset),
    '--out',
    folder,
    ...Object.entries(sets).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
  ];
  const files = { training: `${folder}.jsonl`, heldOut: `${folder}.held-out.jsonl` };
  if (problems !== null) {
    if (!resumes) {
      await writeProblems(files.training, problems, wrongShare, seed);
      await writeHeldOut(files.heldOut, Number(settings['eval.problems']));
    }
    fresh.push('--data', files.training, '--eval-data', files.heldOut);
  }
  const common = ['--threads', String(threads), '--device', device, '--json'];
  const args = resumes ? ['--resume', folder, ...common] : [...fresh, '--seed', String(seed), ...common];
  const child = Bun.spawn([process.execPath, PROGRAM, 'train', ...args], { stdin: 'ignore', stdout: 'ignore', stderr: 'pipe' });
  const stop = (): void => child.kill('SIGINT');
  signal.addEventListener('abort', stop);
  let said = '';
  const decoder = new TextDecoder();
  for await (const chunk of child.stderr) {
    said = `${said}${decoder.decode(chunk, { stream: true })}`.slice(-4000);
    const step = [...said.matchAll(/step (\d+)/g)].at(-1);
    if (step) onStep(Number(step[1]));
  }
  const status = await child.exited;
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
  if (status !== 0) throw new Error(`the run in ${folder} ended with status ${status}: ${said.trim().split('\n').at(-1)}`);
  const kept = summarise(await readEvents(folder), key, settings, seed);
  await mkdir(places.results, { recursive: true });
  await writeFile(`${resultPath(places, key)}.part`, `${JSON.stringify(kept)}\n`);
  await rename(`${resultPath(places, key)}.part`, resultPath(places, key));
  await rm(folder, { recursive: true });
  for (const file of Object.values(files)) await rm(file, { force: true });
  return kept;
}
