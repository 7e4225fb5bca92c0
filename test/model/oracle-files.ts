import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Device } from '@or1/compute';
import { LanguageModel, openModelFolder, type TrainingGroup } from '@or1/model';
import { directoryFiles } from '@or1/model/node';

const oracles = join(import.meta.dir, '..', 'oracles');
/** Real model files that stand beside a checkout on some machines; tests that need them skip where they are absent. */
const publishedModels = join(import.meta.dir, '..', '..', '..', 'shared', 'models');
const nanoBases = join(import.meta.dir, '..', '..', 'packages', 'nano', 'bases');

export interface Scoring {
  readonly tokens: readonly number[];
  readonly logProbabilities: readonly (number | null)[];
  readonly entropies: readonly (number | null)[];
  readonly promptTokens?: number;
  readonly barred?: { readonly logProbabilities: readonly (number | null)[]; readonly entropies: readonly (number | null)[] };
}

export interface Greedy {
  readonly prompt: readonly number[];
  readonly continuation: readonly number[];
}

export interface RecordedGradient {
  readonly shape: readonly number[];
  readonly norm: number;
  readonly values: readonly number[];
  readonly indices?: readonly number[];
}

export interface Training {
  readonly temperature: number;
  readonly suppressTokens: readonly number[];
  readonly groups: readonly { readonly prompt: readonly number[]; readonly responses: readonly (readonly number[])[] }[];
  readonly weights: { readonly logProbability: readonly number[]; readonly entropy: readonly number[] };
  readonly scores: { readonly logProbabilities: readonly number[]; readonly entropies: readonly number[] };
  readonly gradients: Readonly<Record<string, RecordedGradient>>;
}

export interface Oracle {
  readonly scoring: readonly Scoring[];
  readonly greedy: readonly Greedy[];
  readonly training?: Training;
}

/** What an outside implementation computed for one model folder; see test/oracles/README.md. */
export interface OracleModel {
  readonly name: string;
  readonly folder: string;
  readonly present: boolean;
  oracle(): Promise<Oracle>;
}

const fixture = (name: string): OracleModel => model(name, join(oracles, 'fixtures', name), join(oracles, 'fixtures', name, 'oracle.json'));

function model(name: string, folder: string, record: string): OracleModel {
  return { name, folder, present: existsSync(join(folder, 'config.json')), oracle: () => Bun.file(record).json() };
}

export const trainingModels = ['llama-small', 'llama-biased', 'qwen2-sharded', 'qwen3-odd'].map(fixture);
export const scoringModels = [
  ...trainingModels,
  model('nano-E', join(nanoBases, 'nano-E'), join(oracles, 'nano-e.json')),
  model('TinyStories-656K', join(publishedModels, 'TinyStories-656K'), join(oracles, 'tiny-stories-656k.json')),
];

export async function loadModel(device: Device, folder: string): Promise<LanguageModel> {
  const { config, tensors } = await openModelFolder(directoryFiles(folder));
  return LanguageModel.create(device, config, tensors, { trainable: true });
}

export function trainingGroups(training: Training): TrainingGroup[] {
  return training.groups.map(({ prompt, responses }) => ({
    prompt: Uint32Array.from(prompt),
    responses: responses.map((response) => Uint32Array.from(response)),
  }));
}
