import type { TokenWeights, TrainingGroup } from '@or1/model';
import { type BenchOptions, type Row, row, threadCount } from './bench.ts';
import { ceilingContender, warmUpCeiling, withDevice } from './measure/ceiling.ts';
import { clockFor, interleave, type Turns } from './measure/interleave.ts';
import { nanoModel, openOnDevice } from './models.ts';
import { responseTokens, rowsOf, trainingOperations } from './operations.ts';
import { generationRequest, groupsOf, nanoPrompts, PROMPTS, SAMPLES } from './problems.ts';

export const name = 'train-pass';

const TURNS: Turns = { rounds: 9, warmUp: 2, budgetMs: 40_000 };
const CEILING_SAMPLE_MS = 20;
const LENGTHS = [64, 160];
const GIGA = 1e9;

/** The weights of a plain mean of log-probabilities: every token takes part. */
export function meanWeights(groups: readonly TrainingGroup[]): TokenWeights {
  const tokens = responseTokens(groups);
  return { logProbability: new Float32Array(tokens).fill(-1 / tokens), entropy: new Float32Array(tokens) };
}

/**
 * The learner's forward and backward pass over groups that the nano base sampled itself (32 prompts x 8 responses), packed as in training:
 * response tokens a second, and model operations a second as a share of the ceiling of one thread times the threads.
 */
export async function run({ threads, seed, say }: BenchOptions): Promise<readonly Row[]> {
  const model = await nanoModel();
  const { prompts } = await nanoPrompts(model.folder!, PROMPTS, seed);
  const { suppressTokens } = model.config.generation;
  const rows: Row[] = [];
  for (const count of threads === 1 ? [1] : [1, threads]) {
    await withDevice(count, async (device) => {
      await warmUpCeiling(device);
      const ceiling = ceilingContender(device, CEILING_SAMPLE_MS);
      const { engine, learner, scoring } = await openOnDevice(device, model, { promptCapacity: 32, contextLength: Math.max(...LENGTHS) });
      for (const contextLength of LENGTHS) {
        const sizes = { samplesPerPrompt: SAMPLES, contextLength, stopTokens: model.config.endTokens, suppressTokens, seed, step: 0 };
        const groups = groupsOf(prompts, await engine.generate(generationRequest(prompts, sizes)));
        const tokens = responseTokens(groups);
        const operations = trainingOperations(model.config, groups);
        const weights = meanWeights(groups);
        const clock = clockFor(count);
        const pass = async () => {
          const start = clock();
          learner.zeroGradients();
          await learner.accumulate(groups, scoring, weights);
          return (tokens / (clock() - start)) * 1000;
        };
        const measured = await interleave({ ceiling, pass }, TURNS);
        const { median, best, spread, repetitions } = measured.pass;
        const scale = operations / tokens / GIGA;
        const shape = `nano, ${PROMPTS}x${SAMPLES}, T ${contextLength}, ${threadCount(count)}`;
        const most = (count * measured.ceiling.median) / GIGA;
        rows.push(
          row(name, shape, median, 'tokens/s', {
            best,
            spread,
            repetitions,
            note: `${tokens} response tokens, ${rowsOf(groups)} rows, ${(operations / GIGA).toFixed(0)} GFLOP`,
          }),
          row(name, shape, median * scale, 'GFLOP/s', { ceiling: most, best: best * scale, spread, repetitions }),
        );
        say(`train-pass ${shape}: ${median.toFixed(0)} tokens/s, ${(median * scale).toFixed(1)} of ${most.toFixed(1)} GFLOP/s`);
      }
    });
  }
  return rows;
}
