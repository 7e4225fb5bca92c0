import { SEGMENT_ALIGNMENT } from '@or1/compute';
import { DeviceLearner, LanguageModel, openModelFolder } from '@or1/model';
import { findModelFiles, InputError } from '@or1/trainer';
import type { Command } from 'commander';
import { z } from 'zod';
import { addCommonOptions, type CommonOptions } from '../cli/common-options.ts';
import { createOutput } from '../cli/output.ts';
import { openDevice } from '../engine.ts';
import { stdinLines } from '../stdin-lines.ts';

interface ScoreFlags extends CommonOptions {
  readonly model: string;
}

const id = z.union([z.string(), z.number()]);
const lineSchema = z.union([
  z.looseObject({ id, tokens: z.array(z.number().int().nonnegative()).min(1) }),
  z.looseObject({ id, text: z.string() }),
]);

/** Rows of a batch: what the learner computes at once; longer texts get a learner of their own size. */
const BATCH_ROWS = 1024;

function parseLine(line: string, number: number): z.infer<typeof lineSchema> {
  try {
    return lineSchema.parse(JSON.parse(line));
  } catch (error) {
    throw new InputError(`stdin line ${number}: give {"id": …, "text": "…"} or {"id": …, "tokens": [1, 2, …]}`, { cause: error });
  }
}

async function scoreCommand(flags: ScoreFlags): Promise<void> {
  const output = createOutput(flags.json);
  const files = await findModelFiles(flags.model);
  const folder = await openModelFolder(files);
  const { vocabularySize, maxPositions } = folder.config;
  const device = await openDevice(flags);
  try {
    const network = await LanguageModel.create(device, folder.config, folder.tensors, { trainable: false });
    let learner = new DeviceLearner(network, { microBatchRows: BATCH_ROWS, trainable: false });
    let number = 0;
    for await (const line of stdinLines()) {
      number++;
      if (line.trim() === '') continue;
      const item = parseLine(line, number);
      let tokens: Uint32Array;
      if ('tokens' in item) tokens = Uint32Array.from(item.tokens as number[]);
      else if (folder.tokenizer) tokens = folder.tokenizer.encode(item.text as string, { addSpecialTokens: true });
      else throw new InputError(`stdin line ${number}: ${files.location} has no tokenizer.json; give "tokens" in place of "text"`);
      const foreign = tokens.find((token) => token >= vocabularySize);
      if (foreign !== undefined)
        throw new InputError(`stdin line ${number}: token ${foreign} is not in the vocabulary of ${vocabularySize}`);
      if (tokens.length > maxPositions) {
        throw new InputError(`stdin line ${number}: ${tokens.length} tokens, the model was made for ${maxPositions} positions`);
      }
      // The first token and the rest stand in an aligned segment each.
      const rows = tokens.length + 2 * SEGMENT_ALIGNMENT;
      if (rows > learner.settings.microBatchRows) {
        learner.release();
        learner = new DeviceLearner(network, { microBatchRows: rows, trainable: false });
      }
      const group = { prompt: tokens.slice(0, 1), responses: [tokens.slice(1)] };
      const scores = tokens.length > 1 ? await learner.score([group], { temperature: 1, suppressTokens: [] }) : null;
      output.record({
        id: item.id,
        tokens: [...tokens],
        logprobs: [null, ...(scores?.logProbabilities ?? [])],
        entropies: [null, ...(scores?.entropies ?? [])],
      });
    }
  } finally {
    device.dispose();
  }
}

export function register(program: Command): void {
  const command = program
    .command('score')
    .description('teacher-forced log-probabilities of the texts or tokens that come as JSON lines on stdin')
    .requiredOption('--model <folder>', 'Hugging Face folder, GGUF file, or a nano base by name');
  addCommonOptions(command).action(scoreCommand);
}
