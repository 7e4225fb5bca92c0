import { resolve } from 'node:path';
import { DeviceLostError, GpuError } from '@or1/compute';
import {
  checkRunFolder,
  createRunFolder,
  type EventOf,
  fullModelPath,
  InputError,
  InterruptedError,
  listCheckpoints,
  openLocalSft,
  openRunFolder,
  type RunEvent,
  readEvents,
  readSftConfiguration,
  resolveSft,
  SFT_PRESETS,
  type SftConfiguration,
  supervise,
  wallSeconds,
} from '@or1/trainer';
import type { Command } from 'commander';
import { addCommonOptions, type CommonOptions, repeated } from '../cli/common-options.ts';
import { interruptSignal } from '../cli/interrupt.ts';
import { createOutput } from '../cli/output.ts';
import { openDevice } from '../engine.ts';
import { formatDuration, formatNumber } from '../numbers.ts';
import { renderReport } from '../report/index.ts';
import { describeFiles, timeStamp } from '../run-words.ts';

interface SftFlags extends CommonOptions {
  readonly preset?: string;
  readonly model?: string;
  readonly data?: readonly string[];
  readonly set: readonly string[];
  readonly resume?: string;
  readonly out?: string;
}

const CONFIGURING = ['preset', 'model', 'data', 'seed', 'out'] as const;

/** Without a preset, data of one's own is learnt from plainly; without data too, the nano base is made. */
async function configurationOf({ preset, model, data, seed, set }: SftFlags): Promise<SftConfiguration> {
  return resolveSft({
    preset: preset ?? (data === undefined ? 'nano-base' : 'none'),
    assignments: set,
    flags: {
      ...(model === undefined ? {} : { model: await fullModelPath(model) }),
      ...(data === undefined ? {} : { data: data.map((path) => resolve(path)) }),
      ...(seed === undefined ? {} : { seed }),
    },
  });
}

function stepWords({ step, loss, clock }: EventOf<'sft-step-end'>, total: number, meanSeconds: number): string {
  const left = formatDuration(meanSeconds * (total - step));
  return `step ${step}/${total}  loss ${loss.toFixed(4)}  ${formatNumber(clock.train_tok_s)} tok/s  left ${left}`;
}

/** Steps between two lines: every step of a short run, a hundred lines of a long one. */
function lineEvery(steps: number): number {
  return Math.max(1, Math.floor(steps / 100));
}

async function sftCommand(flags: SftFlags): Promise<void> {
  const output = createOutput(flags.json);
  if (flags.resume !== undefined) {
    const given = CONFIGURING.find((name) => flags[name] !== undefined) ?? (flags.set.length > 0 ? 'set' : undefined);
    if (given) throw new InputError(`--resume takes the configuration of the run; leave out --${given}`);
  }
  const configuration = flags.resume === undefined ? await configurationOf(flags) : await readSftConfiguration(flags.resume);
  const path = flags.resume ?? flags.out ?? `runs/${configuration.preset}-${timeStamp()}`;
  if (flags.resume === undefined) await checkRunFolder(path);

  const device = await openDevice(flags);
  const { signal, release } = interruptSignal(
    output.say,
    'Interrupted: finishing what is at hand and writing a checkpoint; once more ends at once.',
  );
  try {
    const checkpoint = flags.resume === undefined ? undefined : (await listCheckpoints(path)).at(-1)?.path;
    const { source, learner, store } = await openLocalSft(configuration, device, checkpoint);
    const folder = flags.resume === undefined ? await createRunFolder(path, configuration) : await openRunFolder(path);
    output.say(`Run ${path}: ${configuration.preset}, ${device.description}.`);
    if (source.files) output.say(describeFiles(source.files));
    const seconds: number[] = [];
    const onEvent = (event: RunEvent) => {
      if (event.event === 'step-skipped') output.say(`Step ${event.step} took no update: ${event.detail}.`);
      if (event.event !== 'sft-step-end') return;
      seconds.push(event.clock.step_s);
      const isShown = event.step % lineEvery(configuration.steps) === 0 || event.step === configuration.steps;
      if (isShown) output.say(stepWords(event, configuration.steps, seconds.reduce((sum, value) => sum + value, 0) / seconds.length));
    };
    try {
      await supervise({ runFolder: path, configuration, learner, store, device, source, signal, startedMs: 0, onEvent });
    } catch (error) {
      if (error instanceof InterruptedError || error instanceof DeviceLostError || error instanceof GpuError)
        output.say(`Go on with: or1 sft --resume ${path}`);
      throw error;
    } finally {
      await folder.release();
    }
    const events = await readEvents(path);
    const steps = events.filter((event) => event.event === 'sft-step-end');
    const report = await renderReport(path);
    const loss = { first: steps[0]?.loss ?? null, last: steps.at(-1)?.loss ?? null };
    output.say(
      `In ${steps.length} steps the loss went from ${loss.first?.toFixed(4)} to ${loss.last?.toFixed(4)}. Model: ${path}/checkpoints/step-${configuration.steps}. Report: ${report}`,
    );
    output.result({
      run: path,
      preset: configuration.preset,
      steps: events.at(-1)?.event === 'run-end' ? configuration.steps : steps.length,
      tokens: steps.reduce((sum, { tokens }) => sum + tokens, 0),
      loss,
      wall_s: wallSeconds(events),
      report,
    });
  } finally {
    release();
    device.dispose();
  }
}

export function register(program: Command): void {
  const command = program
    .command('sft')
    .description('supervised fine-tuning from prompts and responses; makes the nano bases')
    .option('--preset <name>', `what to start from: ${SFT_PRESETS.join(', ')}`)
    .option('--model <folder>', 'Hugging Face folder or GGUF file to fine-tune')
    .option('--data <files...>', 'JSONL or Parquet files with prompts and responses')
    .option('--set <key=value>', 'sets one key of the configuration; may be repeated', repeated, [])
    .option('--resume <run>', 'goes on with a run from its last checkpoint')
    .option('--out <folder>', 'the run folder; default: runs/PRESET-TIME');
  addCommonOptions(command).action(sftCommand);
}
