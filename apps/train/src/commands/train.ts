import { resolve } from 'node:path';
import { type Device, DeviceLostError, GpuError } from '@or1/compute';
import { openModelFolder } from '@or1/model';
import {
  type ConfigurationLayer,
  checkRunFolder,
  cpuMachine,
  createRunFolder,
  estimateRun,
  findModelFiles,
  findPreset,
  fullModelPath,
  gpuMachine,
  InputError,
  InterruptedError,
  type LocalRun,
  listCheckpoints,
  loadConfigurationFile,
  type ModelSize,
  openLocalRun,
  openRunFolder,
  PRESETS,
  planMemory,
  type RunConfiguration,
  type RunFolder,
  readConfiguration,
  readEvents,
  resolveConfiguration,
  resolveStages,
  type Stage,
  summarizeRun,
  train,
} from '@or1/trainer';
import { outcomeSentence } from '@or1/views';
import { readRun } from '@or1/views/node';
import type { Command } from 'commander';
import { addCommonOptions, type CommonOptions, repeated } from '../cli/common-options.ts';
import { interruptSignal } from '../cli/interrupt.ts';
import { createOutput, type Output } from '../cli/output.ts';
import { probeDevice } from '../device-probe.ts';
import { openDevice } from '../engine.ts';
import { samplesBeforeAndAfter } from '../final-words.ts';
import { formatBytes, formatDuration, formatNumber } from '../numbers.ts';
import { renderReport } from '../report/index.ts';
import { describeFiles, timeStamp } from '../run-words.ts';
import { createTrainView } from '../train-view.ts';

interface TrainFlags extends CommonOptions {
  readonly preset?: string;
  readonly config?: string;
  readonly model?: string;
  readonly data?: readonly string[];
  readonly evalData?: readonly string[];
  readonly reward?: string;
  readonly set: readonly string[];
  readonly resume?: string;
  readonly dryRun: boolean;
  readonly out?: string;
}

const DEFAULT_PRESET = 'nano';

/** Flags that say what to run; a resumed run has its own answer to all of them. */
const CONFIGURING = ['preset', 'config', 'model', 'data', 'evalData', 'reward', 'seed', 'out'] as const;

function flagLayer({ model, data, evalData, reward, seed }: TrainFlags): ConfigurationLayer {
  return {
    ...(model === undefined ? {} : { model }),
    ...(data === undefined ? {} : { data: [...data] }),
    ...(evalData === undefined ? {} : { evalData: [...evalData] }),
    ...(reward === undefined ? {} : { reward }),
    ...(seed === undefined ? {} : { seed }),
  };
}

/** Paths in full, so that a run can be resumed from any folder. */
async function withFullPaths(configuration: RunConfiguration): Promise<RunConfiguration> {
  const { model, data, evalData, reward } = configuration;
  return {
    ...configuration,
    model: model === null ? null : await fullModelPath(model),
    data: data.map((path) => resolve(path)),
    evalData: evalData.map((path) => resolve(path)),
    reward: reward === 'auto' ? reward : resolve(reward),
  };
}

async function configurationOf(flags: TrainFlags): Promise<RunConfiguration> {
  const file = flags.config === undefined ? undefined : { path: flags.config, layer: await loadConfigurationFile(flags.config) };
  const configuration = resolveConfiguration({
    preset: flags.preset,
    fallbackPreset: DEFAULT_PRESET,
    file,
    assignments: flags.set,
    flags: flagLayer(flags),
  });
  return withFullPaths(configuration);
}

/** What the model takes on the device, with prompts as long as they may get; null where only a preset's nominal size is known. */
async function planOf(configuration: RunConfiguration, stages: readonly Stage[], device: Device): Promise<ModelSize> {
  const { model, preset, promptLengthCap } = configuration;
  if (model === null) return { parameters: findPreset(preset).nominalParameters, plan: null };
  const { config, tensors } = await openModelFolder(await findModelFiles(model));
  const parameters = tensors.names.reduce((sum, name) => sum + tensors.shape(name).reduce((product, size) => product * size, 1), 0);
  const contextLength = Math.max(...stages.map((stage) => stage.contextLength));
  const size = {
    promptCapacity: Math.max(1, Math.min(promptLengthCap, config.maxPositions - contextLength)),
    contextLength,
    samplesPerPrompt: Math.min(...stages.map((stage) => stage.samplesPerPrompt)),
    trainable: true,
  };
  return { parameters, plan: planMemory(device, config, size, configuration.memory) };
}

/** Prints the resolved configuration and what it would take; nothing is written or trained. */
async function dryRun(flags: TrainFlags, output: Output): Promise<void> {
  const configuration = await configurationOf(flags);
  const settled = configuration.steps === null && configuration.stages.length === 0 ? null : resolveStages(configuration);
  output.say(JSON.stringify(configuration, null, 2));
  if (settled === null) {
    output.say(`The number of steps follows from the data: at most ${configuration.epochs} passes. Give --set steps=N for an estimate.`);
    output.result({ configuration, stages: null, estimate: null });
    return;
  }
  const device = await openDevice(flags);
  try {
    const model = await planOf(configuration, settled, device);
    const machine = device.kind === 'webgpu' ? gpuMachine(await probeDevice(device)) : cpuMachine(device.threads);
    const estimate = estimateRun(configuration, model, machine);
    const { memory_bytes, tokens, time_s, assumptions } = estimate;
    output.say(`Device: ${device.description}.`);
    output.say(
      `Estimate: ${formatBytes(memory_bytes.total)} of memory, ${formatNumber(tokens.generated)} tokens generated, ${formatNumber(tokens.trained)} trained, ${formatDuration(time_s)}.`,
    );
    const { total: _, ...arenas } = memory_bytes;
    output.say(
      `Memory: ${Object.entries(arenas)
        .map(([name, bytes]) => `${name} ${bytes === null ? 'not known' : formatBytes(bytes)}`)
        .join(', ')}.`,
    );
    output.say(assumptions.map((assumption) => `- ${assumption}`).join('\n'));
    output.result({ configuration, stages: settled, estimate, memory: model.plan, device: device.description });
  } finally {
    device.dispose();
  }
}

interface OpenRun {
  readonly folder: RunFolder;
  readonly run: LocalRun;
}

async function startRun(flags: TrainFlags, device: Device): Promise<OpenRun> {
  const configuration = await configurationOf(flags);
  const path = flags.out ?? `runs/${configuration.preset}-${timeStamp()}`;
  await checkRunFolder(path);
  const run = await openLocalRun(configuration, device);
  return { folder: await createRunFolder(path, run.configuration), run };
}

async function resumeRun(path: string, device: Device): Promise<OpenRun> {
  const configuration = await readConfiguration(path);
  const folder = await openRunFolder(path);
  try {
    return { folder, run: await openLocalRun(configuration, device, (await listCheckpoints(path)).at(-1)?.path) };
  } catch (error) {
    await folder.release();
    throw error;
  }
}

function sayFiles({ problems }: LocalRun, output: Output): void {
  for (const files of problems.files) output.say(describeFiles(files));
  if (problems.heldOutOfData > 0)
    output.say(`${problems.heldOutOfData} problems of the data are held out for evaluation (no --eval-data was given).`);
}

async function trainCommand(flags: TrainFlags): Promise<void> {
  const output = createOutput(flags.json);
  if (flags.resume !== undefined) {
    const given = CONFIGURING.find((name) => flags[name] !== undefined) ?? (flags.set.length > 0 ? 'set' : undefined);
    if (given) throw new InputError(`--resume takes the configuration of the run; leave out --${given.replace('evalData', 'eval-data')}`);
  }
  if (flags.dryRun) return dryRun(flags, output);

  const device = await openDevice(flags);
  // While a run is on the screen its view speaks, so that no line tears the block apart.
  let say = output.say;
  const { signal, release } = interruptSignal(
    (text) => say(text),
    'Interrupted: finishing what is at hand and writing a checkpoint; once more ends at once.',
  );
  try {
    const { folder, run } = flags.resume === undefined ? await startRun(flags, device) : await resumeRun(flags.resume, device);
    output.say(`${flags.resume === undefined ? 'Run' : 'Resuming'} ${folder.path}: ${run.configuration.preset}, ${device.description}.`);
    sayFiles(run, output);
    const view = createTrainView(output.prose, resolveStages(run.configuration));
    say = (text) => view.say(text);
    try {
      await train({
        runFolder: folder.path,
        configuration: run.configuration,
        parts: run.parts,
        signal,
        // The clock starts with the process, so that loading counts.
        startedMs: 0,
        onEvent: (event) => view.event(event),
        onProgress: (progress) => view.progress(progress),
      });
    } catch (error) {
      if (error instanceof InterruptedError || error instanceof DeviceLostError || error instanceof GpuError)
        view.say(`Go on with: or1 train --resume ${folder.path}`);
      throw error;
    } finally {
      view.stop();
      await run.close();
      await folder.release();
    }
    const summary = summarizeRun(await readEvents(folder.path), folder.path);
    const report = await renderReport(folder.path);
    output.say(`\n${outcomeSentence(await readRun(folder.path))}`);
    output.say(await samplesBeforeAndAfter(folder.path));
    output.say(`Report: ${report}`);
    output.result({ ...summary, report });
  } finally {
    release();
    device.dispose();
  }
}

export function register(program: Command): void {
  const command = program
    .command('train')
    .description('train a model with MAGIC from a preset')
    .option('--preset <name>', `what to start from: ${[...PRESETS.keys()].join(', ')}; default: ${DEFAULT_PRESET}`)
    .option('--config <file>', 'a configuration file (.ts with defineRun, .yaml or .json) over the preset')
    .option('--model <folder>', 'Hugging Face folder or GGUF file to start from')
    .option('--data <files...>', 'JSONL or Parquet files to train on')
    .option('--eval-data <files...>', 'held-out files')
    .option('--reward <file>', 'TypeScript file with a reward of your own')
    .option('--set <key=value>', 'sets one key of the configuration; may be repeated', repeated, [])
    .option('--resume <run>', 'goes on with a run from its last checkpoint')
    .option('--dry-run', 'prints the configuration and an estimate, and runs nothing', false)
    .option('--out <folder>', 'the run folder; default: runs/PRESET-TIME');
  addCommonOptions(command).action(trainCommand);
}
