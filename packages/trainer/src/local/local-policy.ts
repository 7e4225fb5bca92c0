import type { Device } from '@or1/compute';
import {
  DeviceLearner,
  LanguageModel,
  type Learner,
  type ModelFiles,
  type ModelFolder,
  openModelFolder,
  openTensorFile,
  parameterShapes,
  type TensorReader,
  writeModelFolder,
  writeTensorFile,
} from '@or1/model';
import { LocalEngine } from '@or1/rollout';
import { modelFilesAt } from '#files';
import { AUTOMATIC_MEMORY, type MemorySettings } from '../configuration/schema.ts';
import { InputError } from '../errors.ts';
import type { Policy, PolicyStore, TextCodec } from '../ports.ts';
import { engineSettings, leastMicroBatchRows, type PolicySize, planMemory, withMemoryAdvice } from './memory-plan.ts';
import { createTextCodec } from './text-codec.ts';

/** A model folder that is open but not yet on a device: enough to encode prompts and to size what comes. */
export interface OpenModel {
  readonly location: string;
  readonly folder: ModelFolder;
  readonly text: TextCodec;
}

export async function openModel(files: ModelFiles): Promise<OpenModel> {
  const folder = await openModelFolder(files);
  return { location: files.location, folder, text: createTextCodec(folder, files.location) };
}

/** The positions that prompts and responses need together, checked against what the model was made for. */
function positionsFor(model: OpenModel, { promptCapacity, contextLength }: PolicySize): number {
  const positions = promptCapacity + contextLength;
  const { maxPositions } = model.folder.config;
  if (positions > maxPositions) {
    throw new InputError(
      `${model.location}: prompts of ${promptCapacity} tokens and contextLength ${contextLength} exceed its ${maxPositions} positions; lower contextLength or promptLengthCap`,
    );
  }
  return positions;
}

export interface LearnerSize {
  /** Longest sequence, prompt and response together. */
  readonly positions: number;
  readonly microBatchRows: number;
  /** The weights to start from. */
  readonly tensors: TensorReader;
}

/** Puts a model on a device, ready to learn but not to sample. */
export async function createLocalLearner(
  device: Device,
  { folder }: OpenModel,
  { positions, microBatchRows, tensors }: LearnerSize,
): Promise<{ readonly learner: Learner; readonly store: PolicyStore }> {
  const network = await LanguageModel.create(device, folder.config, tensors, { trainable: true, positions });
  const learner = new DeviceLearner(network, { microBatchRows, trainable: true });
  return { learner, store: await createStore(folder, network, learner) };
}

/**
 * Puts a model on a device, ready to sample and, if `trainable`, to learn. Memory is allocated here and never again.
 *
 * @throws InputError when the sizes exceed the model's positions or nothing fits the device; GpuError when its memory runs out.
 */
export async function createLocalPolicy(
  device: Device,
  model: OpenModel,
  size: PolicySize,
  settings: MemorySettings = AUTOMATIC_MEMORY,
): Promise<Policy> {
  const { folder } = model;
  const { config } = folder;
  const positions = positionsFor(model, size);
  const plan = planMemory(device, config, size, settings);
  const { network, learner, engine } = await withMemoryAdvice(device, config, size, plan, async () => {
    const network = await LanguageModel.create(device, config, folder.tensors, { trainable: size.trainable, positions });
    const learner = new DeviceLearner(network, { ...plan, trainable: size.trainable });
    return { network, learner, engine: new LocalEngine(network, engineSettings(size, plan.slots)) };
  });
  return {
    learner,
    engine,
    text: model.text,
    stopTokens: config.endTokens,
    suppressTokens: folder.generation.suppressTokens,
    exactSampler: device.exact,
    store: await createStore(folder, network, learner),
    device: { description: device.description, threads: device.threads },
  };
}

/** A second copy of the model that only scores: the reference policy of a KL term. */
export async function createReference(device: Device, model: OpenModel, size: PolicySize): Promise<Pick<Learner, 'score'>> {
  const positions = positionsFor(model, size);
  const { config, tensors } = model.folder;
  const network = await LanguageModel.create(device, config, tensors, { trainable: false, positions });
  const microBatchRows = Math.max(REFERENCE_ROWS, leastMicroBatchRows(size));
  return new DeviceLearner(network, { microBatchRows, trainable: false });
}

/** Rows that a reference policy scores at once. */
const REFERENCE_ROWS = 1024;

const OPTIMIZER_FILE = 'optimizer.safetensors';
const MOMENTS = ['first', 'second'] as const;

async function createStore(folder: ModelFolder, network: LanguageModel, learner: DeviceLearner): Promise<PolicyStore> {
  const { config } = folder;
  // Read now: a run that goes on from a checkpoint outlives that checkpoint's folder.
  const companions = await folder.companions();
  const shapes = parameterShapes(config);
  return {
    async save(path) {
      // The weights in training are f32; a rounded checkpoint could not be resumed bit for bit.
      await writeModelFolder(modelFilesAt(path), {
        config,
        tensors: network.parameters,
        storage: 'f32',
        companions,
      });
      const moments = learner.moments;
      if (!moments) return;
      const all = MOMENTS.flatMap((moment) => shapes.map(({ name, shape }) => ({ name: `${moment}.${name}`, shape })));
      const reader: TensorReader = {
        read: (name) => {
          const [moment, ...rest] = name.split('.') as [(typeof MOMENTS)[number], ...string[]];
          return moments[moment].read(rest.join('.'));
        },
      };
      await writeTensorFile(modelFilesAt(`${path}/trainer`), OPTIMIZER_FILE, all, reader);
    },
    async load(path) {
      await network.load((await openModelFolder(modelFilesAt(path))).tensors);
      const file = await openTensorFile(modelFilesAt(`${path}/trainer`), OPTIMIZER_FILE);
      const momentsOf = (moment: string): TensorReader => ({ read: (name) => file.read(`${moment}.${name}`) });
      await learner.loadMoments(momentsOf('first'), momentsOf('second'));
    },
  };
}
