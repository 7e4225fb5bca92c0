import { type NanoRecipe, nanoRecipes } from '@or1/nano';
import { parseAssignment } from '../configuration/assignment.ts';
import { assignmentTree, merge, type Tree } from '../configuration/layers.ts';
import { parseWith } from '../configuration/validate.ts';
import { InputError } from '../errors.ts';
import { readSavedConfiguration } from '../run-folder/run-folder.ts';
import { SFT_KEYS, type SftConfiguration, sftSchema } from './schema.ts';

/** Common practice for fine-tuning a small model on demonstrations; the report has no supervised stage. */
const DEFAULTS: SftConfiguration = {
  kind: 'sft',
  preset: 'none',
  model: null,
  initialize: null,
  corpus: null,
  data: [],
  seed: 1,
  steps: 1000,
  samplesPerStep: 32,
  tokenCap: 2048,
  learningRate: 1e-5,
  warmupSteps: 0,
  schedule: { kind: 'cosine', floor: 0 },
  optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, gradientClip: 1 },
  checkpointEvery: 500,
  keepCheckpoints: 2,
};

function recipeLayer({ name, architecture, run }: NanoRecipe): Tree {
  return {
    preset: name,
    model: architecture,
    initialize: run.initialStandardDeviation,
    corpus: name,
    seed: run.seed,
    steps: run.steps,
    samplesPerStep: run.samplesPerStep,
    tokenCap: run.rowLength,
    learningRate: run.learningRate,
    warmupSteps: run.warmupSteps,
    schedule: run.schedule,
  };
}

/** Names of the presets of supervised runs. */
export const SFT_PRESETS: readonly string[] = ['none', ...Object.keys(nanoRecipes)];

/** @throws InputError listing the known names. */
function findLayer(name: string): Tree {
  if (name === 'none') return {};
  const recipe = Object.values(nanoRecipes).find((candidate) => candidate.name === name);
  if (!recipe) throw new InputError(`preset ${name}: there is none for sft; known: ${SFT_PRESETS.join(', ')}`);
  return recipeLayer(recipe);
}

export interface SftSources {
  readonly preset: string;
  /** Arguments of `--set`, in order. */
  readonly assignments: readonly string[];
  /** Values of flags of their own; they win over everything. */
  readonly flags: Partial<SftConfiguration>;
}

/**
 * The configuration of a supervised run: defaults, preset, `--set`, flags, checked once.
 *
 * @throws InputError naming the key at fault.
 */
export function resolveSft({ preset, assignments, flags }: SftSources): SftConfiguration {
  const set = assignmentTree(assignments.map((text) => parseAssignment(text, SFT_KEYS)));
  const values = [findLayer(preset), set, flags as Tree].reduce(merge, DEFAULTS as Tree);
  const configuration = parseWith(sftSchema, values, '--set', SFT_KEYS);
  const { schedule, warmupSteps, steps } = configuration;
  if (schedule.kind === 'cosine' && warmupSteps >= steps) {
    throw new InputError(`--set: warmupSteps ${warmupSteps} leaves no step of ${steps} for the cosine; lower warmupSteps`);
  }
  return configuration;
}

/** The configuration that a supervised run was started with. */
export async function readSftConfiguration(path: string): Promise<SftConfiguration> {
  const values = await readSavedConfiguration(path);
  if ((values as { kind?: unknown }).kind !== 'sft')
    throw new InputError(`${path}: is no supervised run; go on with it by or1 train --resume ${path}`);
  return parseWith(sftSchema, values, `${path}/config.json`, SFT_KEYS);
}
