/** Runs the arms of experiments that have no result yet, several at a time, and judges what there is. */
import { type ArmRun, type ArmRunPlaces, armRunKey, readArmRun, runArm } from './arm-run.ts';
import type { Arm, Experiment, Settings } from './experiment.ts';
import { resolveSettings, type Scale } from './scale.ts';
import { judgeExperiment, type Verdict } from './verdict.ts';

export interface LabOptions {
  readonly scale: Scale;
  readonly seeds: number;
  readonly places: ArmRunPlaces;
  /** Runs at the same time, and threads of each. */
  readonly jobs: number;
  readonly threads: number;
  readonly device: string;
  /** False judges what is there and runs nothing. */
  readonly run: boolean;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

export interface ExperimentResult {
  readonly experiment: Experiment;
  readonly runs: ReadonlyMap<string, readonly ArmRun[]>;
  readonly verdict: Verdict;
}

interface Job {
  readonly label: string;
  readonly key: string;
  readonly settings: Settings;
  readonly seed: number;
  readonly steps: number;
}

/** The experiment with the arms and tests that the scale runs; null where it has none. */
export function atScale(experiment: Experiment, scale: Scale): Experiment | null {
  if (scale.name === 'full') return experiment;
  const { quick } = experiment;
  if (!quick) return null;
  const arms = experiment.arms.filter(({ name }) => quick.includes(name));
  return { ...experiment, arms, tests: experiment.tests.filter(({ left, right }) => quick.includes(left) && quick.includes(right)) };
}

const seedsOf = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

function planJobs(experiments: readonly Experiment[], { scale, seeds }: LabOptions): Job[] {
  const jobs = new Map<string, Job>();
  // Seed by seed, so that a lab that is stopped early has every arm with fewer seeds and not fewer arms.
  for (const seed of seedsOf(seeds)) {
    for (const experiment of experiments) {
      for (const arm of experiment.arms) {
        const settings = resolveSettings(scale, arm.settings);
        const key = armRunKey(settings, seed);
        if (!jobs.has(key))
          jobs.set(key, { label: `${experiment.name}: ${arm.name}, seed ${seed}`, key, settings, seed, steps: Number(settings.steps) });
      }
    }
  }
  return [...jobs.values()];
}

async function runJobs(jobs: readonly Job[], options: LabOptions): Promise<void> {
  const { places, signal, say } = options;
  const missing: Job[] = [];
  for (const job of jobs) if ((await readArmRun(places, job.key)) === null) missing.push(job);
  say(`${jobs.length} runs, ${jobs.length - missing.length} of them already there`);
  const started = performance.now();
  const totalSteps = missing.reduce((sum, { steps }) => sum + steps, 0);
  const progress = new Map<string, number>();
  let next = 0;
  let done = 0;
  const timer = setInterval(() => {
    const steps = [...progress.values()].reduce((sum, value) => sum + value, 0);
    if (steps === 0) return;
    const left = ((performance.now() - started) / steps) * (totalSteps - steps);
    say(`${done} of ${missing.length} runs, ${steps} of ${totalSteps} steps, about ${Math.ceil(left / 60_000)} min left`);
  }, 30_000);
  const work = async (): Promise<void> => {
    for (let job = missing[next++]; job; job = missing[next++]) {
      const { key, settings, seed, label, steps } = job;
      await runArm(settings, seed, places, {
        threads: options.threads,
        device: options.device,
        signal,
        onStep: (step) => progress.set(key, step),
      });
      progress.set(key, steps);
      done++;
      say(`done: ${label}`);
    }
  };
  try {
    await Promise.all(Array.from({ length: options.jobs }, work));
  } finally {
    clearInterval(timer);
  }
}

async function runsOf(arm: Arm, { scale, seeds, places }: LabOptions): Promise<readonly ArmRun[]> {
  const settings = resolveSettings(scale, arm.settings);
  const runs = await Promise.all(seedsOf(seeds).map((seed) => readArmRun(places, armRunKey(settings, seed))));
  return runs.filter((run) => run !== null);
}

export async function runLab(experiments: readonly Experiment[], options: LabOptions): Promise<readonly ExperimentResult[]> {
  const scaled = experiments.map((experiment) => atScale(experiment, options.scale)).filter((experiment) => experiment !== null);
  if (options.run) await runJobs(planJobs(scaled, options), options);
  return Promise.all(
    scaled.map(async (experiment) => {
      const runs = new Map<string, readonly ArmRun[]>();
      for (const arm of experiment.arms) runs.set(arm.name, await runsOf(arm, options));
      return { experiment, runs, verdict: judgeExperiment(experiment, runs) };
    }),
  );
}
