import { deriveKey, loadDemonstrations, type Message, permute } from '@or1/data';
import { nodeFiles } from '@or1/data/node';
import { ModelInputError } from '@or1/model';
import { corpusSample, nanoRecipes } from '@or1/nano';
import { InputError } from '../errors.ts';
import { requireFiles } from '../files.ts';
import type { OpenModel } from '../local/local-policy.ts';
import type { LoadedFiles } from '../local/problems.ts';
import type { SftConfiguration } from './schema.ts';

/** One demonstration as tokens; the end token closes the response. */
export interface SftSample {
  readonly prompt: Uint32Array;
  readonly response: Uint32Array;
}

/** The demonstrations of a run in the order in which they are shown: a pure function of the position, so nothing needs saving. */
export interface SftSource {
  at(position: number): SftSample;
  /** Null where the corpus is generated. */
  readonly files: LoadedFiles | null;
}

type Encode = (prompt: readonly Message[], response: string) => SftSample;

function encoder({ folder, text, location }: OpenModel): Encode {
  const [end] = folder.config.endTokens;
  if (end === undefined) throw new ModelInputError(`${location}: config.json names no eos_token_id, so a response could not end`);
  return (prompt, response) => ({
    prompt: text.encodePrompt(prompt),
    response: Uint32Array.from([...folder.tokenizer!.encode(response, { addSpecialTokens: false }), end]),
  });
}

function lengthOf({ prompt, response }: SftSample): number {
  return prompt.length + response.length;
}

/** A fresh sample at every position. */
function corpusSource(name: string, { seed, tokenCap }: SftConfiguration, encode: Encode): SftSource {
  const recipe = Object.values(nanoRecipes).find((candidate) => candidate.name === name);
  if (!recipe) throw new InputError(`corpus ${name}: there is none; known: ${Object.keys(nanoRecipes).join(', ')}`);
  return {
    files: null,
    at(position) {
      const { prompt, response } = corpusSample(recipe.corpus, seed, position);
      const sample = encode([{ role: 'user', content: prompt }], response);
      if (lengthOf(sample) > tokenCap) {
        throw new InputError(`corpus ${name}: sample ${position} has ${lengthOf(sample)} tokens; raise tokenCap (now ${tokenCap})`);
      }
      return sample;
    },
  };
}

async function fileSource(configuration: SftConfiguration, encode: Encode): Promise<SftSource> {
  const { data, tokenCap, seed } = configuration;
  await requireFiles(data);
  const samples: SftSample[] = [];
  const { demonstrations, rows, dropped } = await loadDemonstrations(nodeFiles, data, {
    refuse: ({ prompt, response }) => {
      try {
        const sample = encode(prompt, response);
        if (lengthOf(sample) > tokenCap) return `longer than ${tokenCap} tokens`;
        samples.push(sample);
        return null;
      } catch (error) {
        if (error instanceof ModelInputError) return error.message.replace(/ at character .*$/, '');
        throw error;
      }
    },
  });
  if (demonstrations.length === 0) {
    const reasons = Object.entries(dropped).map(([reason, count]) => `${count} x ${reason}`);
    throw new InputError(`${data.join(', ')}: none of ${rows} rows can be used (${reasons.join('; ')})`);
  }
  const size = samples.length;
  return {
    files: { paths: data, kept: size, rows, dropped, mappings: {} },
    at: (position) => samples[permute(size, deriveKey(seed, 0x736674, Math.floor(position / size)), position % size)]!,
  };
}

/**
 * Opens what a supervised run learns from: files, freshly shuffled at every pass, or a built-in corpus that never repeats.
 *
 * @throws InputError or DataError when there is nothing, or a row is malformed.
 */
export async function openSftSource(configuration: SftConfiguration, model: OpenModel): Promise<SftSource> {
  const encode = encoder(model);
  if (configuration.data.length > 0) return fileSource(configuration, encode);
  if (configuration.corpus === null)
    throw new InputError('no demonstrations to learn from: give --data FILE, or a preset that has its own');
  return corpusSource(configuration.corpus, configuration, encode);
}
