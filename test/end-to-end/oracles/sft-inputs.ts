/**
 * Writes what `sft_curve.py` trains on: the fresh weights of the recipe as a model folder, and the first samples of its corpus.
 *
 * Run: bun test/end-to-end/oracles/sft-inputs.ts FOLDER
 */
import { join } from 'node:path';
import { corpusSample, nanoRecipes } from '@or1/nano';
import { or1Json, sets } from '../or1.ts';
import { SAMPLES_PER_STEP, STEPS } from './sft-curve.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: bun sft-inputs.ts FOLDER');

const { corpus, run } = nanoRecipes['nano-base'];
const samples = Array.from({ length: STEPS * SAMPLES_PER_STEP }, (_, index) => corpusSample(corpus, run.seed, index));
await Bun.write(join(folder, 'samples.jsonl'), samples.map(({ prompt, response }) => `${JSON.stringify({ prompt, response })}\n`).join(''));
// A step at learning rate 0 leaves the weights as they began.
const still = sets('steps=1', 'samplesPerStep=1', 'learningRate=0', 'warmupSteps=0');
await or1Json(['sft', '--preset', 'nano-base', '--out', join(folder, 'run'), ...still]);
