/** Puts a run of the nano family on this browser's processor: the same parts as on a machine, chosen for a page. */
import { createWasmDevice, type Device } from '@or1/compute';
import { createWebgpuDevice } from '@or1/compute/webgpu';
import { fetchFiles, type ModelFiles } from '@or1/model';
import { heldOutSource, type MixtureName, mixtures, nanoVerifiers, problemSource } from '@or1/nano';
import { createRegistry, type Verifier } from '@or1/reward';
import {
  createLocalPolicy,
  InputError,
  openModel,
  type RunConfiguration,
  resolveConfiguration,
  resolveStages,
  settleSteps,
  type TrainingParts,
} from '@or1/trainer/core';
import type { Edits, StartSettings, TabDevice } from './messages.ts';

/** The base that the server offers. */
const BASE = 'nano-E';

/** Room for a prompt, in tokens; the built-in problems take fewer than half of it. */
const PROMPT_CAPACITY = 64;

/** A run that shows within two minutes what it does: the nano preset with a small evaluation. */
export function tabConfiguration({ seed, steps, promptsPerStep, heldOut }: StartSettings, edits: Edits): RunConfiguration {
  const configuration = resolveConfiguration({
    fallbackPreset: 'nano',
    flags: {
      ...{ seed, steps, promptsPerStep, evalEvery: 20, checkpointEvery: 20, keepCheckpoints: 1, dumpEvery: 5 },
      eval: { problems: heldOut, samples: 1, temperatures: [1] },
    },
  });
  return settleSteps(editedConfiguration(configuration, edits), null);
}

export const REWARD_FILE = 'reward.ts';

/** A configuration with a visitor's changes. */
export function editedConfiguration(configuration: RunConfiguration, { temperature, entropyTarget, reward }: Edits): RunConfiguration {
  return {
    ...configuration,
    temperature,
    entropy: { ...configuration.entropy, target: entropyTarget },
    reward: reward === null ? 'auto' : REWARD_FILE,
  };
}

function mixtureOf({ model, problems, data, evalData, kl }: RunConfiguration): MixtureName {
  if (model !== BASE) throw new InputError(`this page can only train ${BASE}, not ${model}; go on with this run by bun run train --resume`);
  if (problems === null || !(problems in mixtures) || data.length > 0 || evalData.length > 0)
    throw new InputError('this page has no files: it can only train on built-in problems');
  if (kl.beta > 0) throw new InputError('this page holds one model only, so kl.beta must be 0');
  return problems as MixtureName;
}

async function openDevice(device: TabDevice): Promise<Device> {
  if (device.kind === 'wasm') return createWasmDevice(device.threads === null ? {} : { threads: device.threads });
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new InputError('this browser offers no graphics processor to this page; choose the processor');
  return createWebgpuDevice(adapter);
}

export interface OpenTabRun {
  readonly device: Device;
  readonly parts: Omit<TrainingParts, 'verifier'>;
  /** Of the built-in problems. */
  readonly verifier: Verifier;
}

/**
 * @throws InputError where the configuration needs what a page has not.
 */
export async function openTabRun(
  configuration: RunConfiguration,
  chosen: TabDevice,
  files: ModelFiles = fetchFiles(new URL(`/nano/${BASE}`, location.origin)),
): Promise<OpenTabRun> {
  const problems = mixtureOf(configuration);
  const model = await openModel(files);
  const stages = resolveStages(configuration);
  const device = await openDevice(chosen);
  const policy = await createLocalPolicy(device, model, {
    promptCapacity: PROMPT_CAPACITY,
    contextLength: Math.max(...stages.map((stage) => stage.contextLength)),
    samplesPerPrompt: Math.min(...stages.map((stage) => stage.samplesPerPrompt), configuration.eval.samples),
    trainable: true,
  });
  const openReference = () => Promise.reject(new Error('a page holds one model only'));
  return {
    device,
    parts: { policy, openReference, source: problemSource(problems), heldOut: heldOutSource(problems) },
    verifier: createRegistry(nanoVerifiers).verifier,
  };
}
