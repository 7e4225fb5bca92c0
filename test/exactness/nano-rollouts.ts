import { join } from 'node:path';
import { createReferenceDevice, createWasmDevice, type Device } from '@or1/compute';
import { DeviceLearner, LanguageModel, openModelFolder, type TrainingGroup } from '@or1/model';
import { directoryFiles } from '@or1/model/node';
import { type GenerationRequest, type GenerationResult, LocalEngine } from '@or1/rollout';

const folderPath = join(import.meta.dir, '..', '..', 'packages', 'nano', 'bases', 'nano-E');

export const suppressTokens = [57, 58];
const endToken = 59;

/** The nano base on a device, with an engine and a learner of the sizes given. */
export async function openNano(device: Device, sizes: { slots?: number; microBatchRows?: number; blockTokens?: number } = {}) {
  const folder = await openModelFolder(directoryFiles(folderPath));
  const model = await LanguageModel.create(device, folder.config, folder.tensors, { trainable: true });
  const slots = sizes.slots ?? 16;
  return {
    model,
    tokenizer: folder.tokenizer!,
    engine: new LocalEngine(model, {
      slots,
      promptSegments: slots,
      promptCapacity: 24,
      contextLength: 96,
      ...(sizes.blockTokens === undefined ? {} : { blockTokens: sizes.blockTokens }),
    }),
    learner: new DeviceLearner(model, { microBatchRows: sizes.microBatchRows ?? 512, trainable: true }),
  };
}

export type Nano = Awaited<ReturnType<typeof openNano>>;

/** Prompts of several families and lengths; the same in every test. */
const questions = ['5372+1089?', '16*67?', '(57+52)*6-47?', '984%14?', '12x+8=620. x?', 'gcd(42,78)?', '44 19 35=98?'];

export function request(nano: Nano, changes: Partial<GenerationRequest> = {}): GenerationRequest {
  return {
    prompts: questions.map((question, key) => ({
      tokens: Uint32Array.from(nano.tokenizer.encode(question, { addSpecialTokens: true })),
      key,
    })),
    samplesPerPrompt: 4,
    contextLength: 64,
    sampling: { temperature: 1, topK: 0, topP: 1, minP: 0 },
    stopTokens: [endToken],
    suppressTokens,
    seed: 7,
    step: 3,
    ...changes,
  };
}

export function groupsOf(nano: Nano, result: GenerationResult, { prompts } = request(nano)): TrainingGroup[] {
  return prompts.map(({ tokens }, index) => ({
    prompt: tokens,
    responses: result.rollouts.filter(({ prompt }) => prompt === index).map((rollout) => rollout.tokens),
  }));
}

/** One array over all rollouts, in order. */
export function flat(result: GenerationResult, part: 'tokens' | 'logProbabilities' | 'entropies'): number[] {
  return result.rollouts.flatMap((rollout) => [...rollout[part]]);
}

export const wasm = (threads: number) => createWasmDevice({ threads });
export const reference = async () => createReferenceDevice();
