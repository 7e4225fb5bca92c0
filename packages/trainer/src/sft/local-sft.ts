import type { Device } from '@or1/compute';
import { InputError } from '../errors.ts';
import { createLocalLearner, type OpenModel, openModel } from '../local/local-policy.ts';
import { planLearnerRows } from '../local/memory-plan.ts';
import { findModelFiles } from '../local/model-source.ts';
import { initialWeights } from './initial-weights.ts';
import { openSftSource, type SftSource } from './samples.ts';
import type { SftConfiguration } from './schema.ts';

export interface LocalSft {
  readonly source: SftSource;
  readonly learner: Awaited<ReturnType<typeof createLocalLearner>>['learner'];
  readonly store: Awaited<ReturnType<typeof createLocalLearner>>['store'];
}

async function open(configuration: SftConfiguration, modelFolder: string | undefined): Promise<OpenModel> {
  const name = modelFolder ?? configuration.model;
  if (name === null) throw new InputError('no model to fine-tune: give --model DIR, or a preset that has its own');
  const model = await openModel(await findModelFiles(name));
  const { maxPositions } = model.folder.config;
  if (configuration.tokenCap > maxPositions) {
    throw new InputError(`${name}: tokenCap ${configuration.tokenCap} exceeds its ${maxPositions} positions; set tokenCap=${maxPositions}`);
  }
  return model;
}

/**
 * Everything that a supervised run needs on this machine.
 *
 * @param modelFolder opened in place of the configuration's model: a checkpoint to go on from
 */
export async function openLocalSft(configuration: SftConfiguration, device: Device, modelFolder?: string): Promise<LocalSft> {
  const model = await open(configuration, modelFolder);
  const source = await openSftSource(configuration, model);
  const { config, tensors } = model.folder;
  const { learner, store } = await createLocalLearner(device, model, {
    positions: configuration.tokenCap,
    microBatchRows: planLearnerRows(device, config, configuration.tokenCap),
    tensors: configuration.initialize === null ? tensors : initialWeights(config, configuration.initialize, configuration.seed),
  });
  return { source, learner, store };
}
