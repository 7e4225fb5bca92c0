/** How much of a model's work stands in a device's memory at once: responses side by side, rows of a micro-batch, checkpointing. */
import { type Device, GpuError, SEGMENT_ALIGNMENT } from '@or1/compute';
import { learnerBytes, type ModelConfig, ParameterLayout, parameterBytes } from '@or1/model';
import { engineBytes, type LocalEngineSettings } from '@or1/rollout';
import { AUTOMATIC_MEMORY, type MemorySettings } from '../configuration/schema.ts';
import { InputError } from '../errors.ts';

export interface PolicySize {
  /** Longest prompt, in tokens. */
  readonly promptCapacity: number;
  /** Longest response, in tokens. */
  readonly contextLength: number;
  readonly samplesPerPrompt: number;
  readonly trainable: boolean;
}

/** What decides memory and speed, and none of the results. */
export interface Sizes {
  /** Responses decoded side by side. */
  readonly slots: number;
  /** Rows (tokens) of a training micro-batch. */
  readonly microBatchRows: number;
  /** Run layers again in the backward pass in place of keeping what they computed. */
  readonly checkpointing: boolean;
}

export interface MemoryPlan extends Sizes {
  /** By arena. */
  readonly bytes: { readonly parameters: number; readonly optimizer: number; readonly rollout: number; readonly learner: number };
  readonly total: number;
}

/** Where nobody says otherwise. A GPU wants more work at once; what it holds is not known, so its two large arenas are kept in bounds. */
const PREFERRED = {
  cpu: { slots: 256, microBatchRows: 1024, arenaBytes: Infinity },
  gpu: { slots: 512, microBatchRows: 16384, arenaBytes: 8 * 2 ** 30 },
} as const;

/** On the CPU; larger than in RL, where rollouts need memory too. */
const LEARNER_ROWS = 4096;

/** Fewer responses side by side are not worth trying before something else gives way. */
const FEWEST_SLOTS = 8;
/** Tokens of a prompt or a response below which nothing is proposed. */
const SHORTEST = 16;

/** Enough to size what a model takes on a device before it is there. */
interface Sized {
  readonly device: Device;
  readonly config: ModelConfig;
}

/** Room for at least one prompt and one response, each in an aligned segment of its own. */
export function leastMicroBatchRows({ promptCapacity, contextLength }: PolicySize): number {
  return promptCapacity + contextLength + 2 * SEGMENT_ALIGNMENT;
}

export function engineSettings(size: PolicySize, slots: number): LocalEngineSettings {
  const { promptCapacity, contextLength, samplesPerPrompt } = size;
  return { slots, promptSegments: Math.min(slots, Math.ceil(slots / samplesPerPrompt) + 8), promptCapacity, contextLength };
}

/** Rows of a micro-batch for a learner that shares its device with no sampler. */
export function planLearnerRows(device: Device, config: ModelConfig, positions: number): number {
  const least = positions + 2 * SEGMENT_ALIGNMENT;
  const { arenaBytes } = PREFERRED[device.kind === 'webgpu' ? 'gpu' : 'cpu'];
  const preferred = device.kind === 'webgpu' ? PREFERRED.gpu.microBatchRows : LEARNER_ROWS;
  const choices = halvings(Math.max(preferred, least), least);
  return choices.find((microBatchRows) => learnerBytes({ device, config }, { microBatchRows, trainable: true }) <= arenaBytes) ?? least;
}

function planOf(model: Sized, size: PolicySize, sizes: Sizes): MemoryPlan {
  const { device, config } = model;
  const layout = new ParameterLayout(config);
  const positions = size.promptCapacity + size.contextLength;
  const bytes = {
    parameters: parameterBytes(device, config, layout, positions, size.trainable),
    optimizer: size.trainable ? 3 * device.bytesFor('f32', layout.length) : 0,
    rollout: engineBytes(model, engineSettings(size, sizes.slots)),
    learner: learnerBytes(model, { ...sizes, trainable: size.trainable }),
  };
  return { ...sizes, bytes, total: bytes.parameters + bytes.optimizer + bytes.rollout + bytes.learner };
}

/** `from`, then halves of it that stay above `least`, then `least`. */
function halvings(from: number, least: number): number[] {
  const values: number[] = [];
  for (let value = from; value > least; value = Math.ceil(value / 2)) values.push(value);
  return [...values, least];
}

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;

/** The sizes in words of `--set`. */
export function describeSizes({ slots, microBatchRows, checkpointing }: Sizes): string {
  return `memory.slots=${slots} memory.microBatchRows=${microBatchRows} memory.checkpointing=${checkpointing}`;
}

/**
 * The largest sizes that fit: first micro-batches are halved, then layers are run again in the backward pass, then fewer responses run
 * side by side. What `settings` fixes stays as it is.
 *
 * @throws InputError when nothing fits, with what would.
 */
export function planMemory(device: Device, config: ModelConfig, size: PolicySize, settings: MemorySettings = AUTOMATIC_MEMORY): MemoryPlan {
  const model = { device, config };
  const { slots, microBatchRows, arenaBytes } = PREFERRED[device.kind === 'webgpu' ? 'gpu' : 'cpu'];
  const limit = settings.bytes ?? device.memory.bytes;
  const least = leastMicroBatchRows(size);
  if (settings.microBatchRows !== null && settings.microBatchRows < least) {
    throw new InputError(`memory.microBatchRows=${settings.microBatchRows} holds no prompt with its response; give at least ${least}`);
  }
  const rowChoices = settings.microBatchRows === null ? halvings(Math.max(microBatchRows, least), least) : [settings.microBatchRows];
  const checkpointingChoices = settings.checkpointing === null ? (size.trainable ? [false, true] : [false]) : [settings.checkpointing];
  const slotChoices = settings.slots === null ? halvings(slots, FEWEST_SLOTS) : [settings.slots];
  // Bounds on one arena hold for what is chosen here; what is asked for by name may exceed them.
  const tooLarge = ({ bytes, total }: MemoryPlan) =>
    total > limit ||
    (settings.bytes === null && settings.microBatchRows === null && bytes.learner > arenaBytes) ||
    (settings.bytes === null && settings.slots === null && bytes.rollout > arenaBytes);
  let smallest: MemoryPlan | undefined;
  for (const slotCount of slotChoices) {
    for (const checkpointing of checkpointingChoices) {
      for (const rows of rowChoices) {
        smallest = planOf(model, size, { slots: slotCount, microBatchRows: rows, checkpointing });
        if (!tooLarge(smallest)) {
          checkLargestBuffer(device, config, smallest);
          return smallest;
        }
      }
    }
  }
  // A GPU that does not say what it holds may still take more than was meant for one arena.
  if (limit === Infinity) {
    checkLargestBuffer(device, config, smallest!);
    return smallest!;
  }
  throw new InputError(
    `this run needs ${mebibytes(smallest!.total)} of ${mebibytes(limit)} even with ${describeSizes(smallest!)}; ${wouldFit(model, size, limit)}`,
  );
}

/** The longest context, then the longest prompts, that would fit with the smallest sizes. */
function wouldFit(model: Sized, size: PolicySize, limit: number): string {
  for (const contextLength of halvings(size.contextLength, SHORTEST)) {
    for (const promptCapacity of halvings(size.promptCapacity, Math.min(size.promptCapacity, SHORTEST))) {
      const shorter = { ...size, contextLength, promptCapacity };
      const sizes = { slots: FEWEST_SLOTS, microBatchRows: leastMicroBatchRows(shorter), checkpointing: size.trainable };
      if (planOf(model, shorter, sizes).total > limit) continue;
      const prompts = promptCapacity === size.promptCapacity ? '' : ` promptLengthCap=${promptCapacity}`;
      return `contextLength=${contextLength}${prompts} with ${describeSizes(sizes)} would fit`;
    }
  }
  return 'no shorter context fits either, take a smaller model';
}

/** All parameters stand in one buffer, as do their gradients and moments. */
function checkLargestBuffer(device: Device, config: ModelConfig, { slots, bytes }: MemoryPlan): void {
  const { bufferBytes } = device.memory;
  const parameters = device.bytesFor('f32', new ParameterLayout(config).length);
  if (parameters > bufferBytes) {
    throw new InputError(
      `the model's parameters take one buffer of ${mebibytes(parameters)}, ${device.description} allows ${mebibytes(bufferBytes)}; take a smaller model or --device wasm`,
    );
  }
  const cache = bytes.rollout / config.layers;
  if (cache > bufferBytes)
    throw new InputError(
      `the cache of ${slots} responses takes buffers of ${mebibytes(cache)}, ${mebibytes(bufferBytes)} are allowed; lower memory.slots`,
    );
}

/**
 * Runs `allocate` and waits for the device, so that memory that runs out does so here; the error then says what to set to take less.
 */
export async function withMemoryAdvice<T>(
  device: Device,
  config: ModelConfig,
  size: PolicySize,
  plan: MemoryPlan,
  allocate: () => Promise<T>,
): Promise<T> {
  try {
    const made = await allocate();
    await device.flush();
    return made;
  } catch (error) {
    if (!(error instanceof GpuError)) throw error;
    const advice = smallerPlan({ device, config }, size, plan);
    throw new GpuError(`${error.message}; planned were ${mebibytes(plan.total)} with ${describeSizes(plan)}; ${advice}`, { cause: error });
  }
}

function smallerPlan(model: Sized, size: PolicySize, plan: MemoryPlan): string {
  const least = leastMicroBatchRows(size);
  const smaller = {
    slots: Math.max(FEWEST_SLOTS, Math.ceil(plan.slots / 4)),
    microBatchRows: Math.max(least, Math.ceil(plan.microBatchRows / 4)),
    checkpointing: size.trainable,
  };
  return `--set ${describeSizes(smaller).replaceAll(' ', ' --set ')} takes ${mebibytes(planOf(model, size, smaller).total)}`;
}
