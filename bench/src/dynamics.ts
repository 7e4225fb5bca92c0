import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRunFolder, type EventOf, openLocalRun, type RunEvent, resolveConfiguration, train } from '@or1/trainer';
import { type BenchOptions, type Row, row, threadCount } from './bench.ts';
import { withDevice } from './measure/ceiling.ts';
import { quantile } from './measure/interleave.ts';

export const name = 'dynamics';

export interface DynamicsSizes {
  readonly steps: number;
  readonly promptsPerStep: number;
  readonly contextLength: number;
}

const SIZES: DynamicsSizes = { steps: 24, promptsPerStep: 16, contextLength: 64 };
/** Steps at which entropy and accuracy are shown, as shares of the run. */
const SHOWN = [0, 0.25, 0.5, 1];
const SAMPLES = 8;

type StepEnd = EventOf<'step-end'>;

/** A short run of fixed seed, problems and settings: only its times may differ from machine to machine. */
export async function shortRun(sizes: DynamicsSizes, threads: number, seed: number): Promise<readonly StepEnd[]> {
  const folder = await mkdtemp(join(tmpdir(), 'or1-dynamics-'));
  try {
    return await withDevice(threads, async (device) => {
      const values = { ...sizes, samplesPerPrompt: SAMPLES, seed, 'eval.problems': 0, evalEvery: 0, checkpointEvery: 0, dumpEvery: 0 };
      const configuration = resolveConfiguration({
        preset: 'nano-arithmetic',
        fallbackPreset: 'nano-arithmetic',
        assignments: [...Object.entries(values).map(([key, value]) => `${key}=${value}`), 'stages=[]', 'entropy.mode=off'],
      });
      const run = await openLocalRun(configuration, device);
      const runFolder = await createRunFolder(join(folder, 'run'), run.configuration);
      const steps: StepEnd[] = [];
      const onEvent = (event: RunEvent): void => {
        if (event.event === 'step-end') steps.push(event);
      };
      await train({ runFolder: runFolder.path, configuration: run.configuration, parts: run.parts, onEvent });
      await runFolder.release();
      await run.close();
      return steps;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Rows of a run's steps: times as the report's tables 7 to 9 split them (section 5), rates, memory, and how entropy moved. */
export function dynamicsRows(steps: readonly StepEnd[], sizes: DynamicsSizes, threads: number): Row[] {
  const shape = `nano arithmetic, ${sizes.promptsPerStep}x${SAMPLES}, T ${sizes.contextLength}, ${threadCount(threads)}`;
  const clocks = steps.map(({ clock }) => clock);
  const median = (values: readonly number[]) => quantile(values, 0.5);
  const spread = (values: readonly number[]) => (quantile(values, 0.75) - quantile(values, 0.25)) / median(values);
  const parts = {
    't_R, rollout': clocks.map(({ rollout_s }) => rollout_s),
    't_T, policy update': clocks.map(({ train_s }) => train_s),
    't_O, the rest': clocks.map(({ step_s, rollout_s, train_s }) => step_s - rollout_s - train_s),
    'whole step': clocks.map(({ step_s }) => step_s),
  };
  const whole = clocks.reduce((sum, { step_s }) => sum + step_s, 0);
  const last = steps.at(-1)!;
  const at = (share: number) => steps[Math.round(share * (steps.length - 1))]!;
  return [
    ...Object.entries(parts).map(([part, values]) =>
      row(name, `${part}, ${shape}`, median(values), 's', {
        spread: spread(values),
        repetitions: values.length,
        note: `${((values.reduce((sum, value) => sum + value, 0) / whole) * 100).toFixed(1)} % of the run`,
      }),
    ),
    row(name, `sampled, ${shape}`, median(clocks.map(({ generate_tok_s }) => generate_tok_s)), 'tokens/s', { repetitions: steps.length }),
    row(name, `trained on, ${shape}`, median(clocks.map(({ train_tok_s }) => train_tok_s).filter((rate) => rate > 0)), 'tokens/s', {
      repetitions: steps.length,
    }),
    row(name, `peak memory, ${shape}`, last.clock.peak_memory_bytes, 'bytes'),
    ...SHOWN.flatMap((share) => {
      const { step, metrics } = at(share);
      return [
        row(name, `entropy at step ${step} of ${shape}`, metrics['entropy/all']!, 'nats'),
        row(name, `accuracy at step ${step} of ${shape}`, metrics.accuracy!, 'share'),
      ];
    }),
  ];
}

/**
 * A short run without entropy control: where its time goes, and how fast entropy falls. The figures of entropy and accuracy are the same
 * on every machine, bit for bit; a change in them is a change of the algorithm.
 */
export async function run({ threads, seed, say }: BenchOptions): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const count of threads === 1 ? [1] : [1, threads]) {
    const steps = await shortRun(SIZES, count, seed);
    const measured = dynamicsRows(steps, SIZES, count);
    // The curve does not depend on threads: once is enough.
    rows.push(...(count === 1 ? measured : measured.filter(({ unit }) => unit !== 'nats' && unit !== 'share')));
    say(`dynamics on ${threadCount(count)}: ${measured.map(({ value, unit }) => `${value.toPrecision(3)} ${unit}`).join(', ')}`);
  }
  return rows;
}
