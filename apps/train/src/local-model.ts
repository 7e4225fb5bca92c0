import type { Device } from '@or1/compute';
import { createLocalPolicy, findModelFiles, type OpenModel, openModel, type Policy, type PolicySize } from '@or1/trainer';
import type { CommonOptions } from './cli/common-options.ts';
import { openDevice } from './engine.ts';

export interface LoadedPolicy {
  readonly device: Device;
  readonly model: OpenModel;
  readonly policy: Policy;
  readonly size: PolicySize;
}

/** Opens a model for sampling only. The sizes may depend on the model, for instance on its tokens of a prompt. */
export async function openPolicy(
  flags: CommonOptions,
  location: string,
  sizeOf: (model: OpenModel) => Omit<PolicySize, 'trainable'> | Promise<Omit<PolicySize, 'trainable'>>,
): Promise<LoadedPolicy> {
  const model = await openModel(await findModelFiles(location));
  const size = { ...(await sizeOf(model)), trainable: false };
  const device = await openDevice(flags);
  return { device, model, size, policy: await createLocalPolicy(device, model, size) };
}

/** Response tokens where neither the flags nor the model's folder name a limit. */
const DEFAULT_TOKENS = 256;

/** The cap on response tokens: as asked for, or the model's own limit cut to what its positions leave beside the prompt. */
export function responseCap({ folder }: OpenModel, promptTokens: number, asked: number | undefined): number {
  const { config, generation } = folder;
  return asked ?? Math.max(1, Math.min(generation.maxNewTokens ?? DEFAULT_TOKENS, config.maxPositions - promptTokens));
}
