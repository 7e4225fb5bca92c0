import { type BenchOptions, type Row, row, threadCount } from './bench.ts';
import { withDevice } from './measure/ceiling.ts';
import { type Contender, clockFor, interleave, type Turns } from './measure/interleave.ts';
import { nanoModel, openOnDevice } from './models.ts';
import { startPython } from './peers/python.ts';
import { generationRequest, nanoPrompts, PROMPTS, SAMPLES } from './problems.ts';

export const name = 'generate';

const TURNS: Turns = { rounds: 7, warmUp: 2, budgetMs: 40_000 };
/** Response tokens: the two lengths of the nano preset. */
const LENGTHS = [64, 160] as const;
/** Prompts and samples a prompt of each batch. */
const BATCHES = [
  { prompts: 1, samples: 1 },
  { prompts: 4, samples: SAMPLES },
  { prompts: PROMPTS, samples: SAMPLES },
] as const;

/**
 * Tokens a second of sampling with the nano weights at batch 1, 32 and 256. No token stops a response, here or in the peer, so that both
 * make exactly as many tokens; transformers is given the same prompts, once a sample, padded on the left.
 */
export async function run({ threads, seed, say }: BenchOptions): Promise<readonly Row[]> {
  const model = await nanoModel();
  const { prompts } = await nanoPrompts(model.folder!, PROMPTS, seed);
  const suppressTokens = model.config.generation.suppressTokens;
  const peer = await startPython('transformers_generate.py', threads, { model: model.folder, suppress_tokens: suppressTokens, seed });
  const skipped = 'skipped' in peer ? peer.skipped : undefined;
  if (skipped) say(`generate: ${skipped}`);
  const rows: Row[] = [];
  const clock = clockFor(threads);
  await withDevice(threads, async (device) => {
    const { engine } = await openOnDevice(device, model, { promptCapacity: 32, contextLength: Math.max(...LENGTHS) });
    for (const contextLength of LENGTHS) {
      for (const batch of BATCHES) {
        const own = prompts.slice(0, batch.prompts);
        const sizes = { samplesPerPrompt: batch.samples, contextLength, stopTokens: [], suppressTokens, seed };
        const expected = batch.prompts * batch.samples * contextLength;
        let step = 0;
        const ours: Contender = async () => {
          const start = clock();
          const { generatedTokens } = await engine.generate(generationRequest(own, { ...sizes, step: step++ }));
          return (generatedTokens / (clock() - start)) * 1000;
        };
        const contenders: Record<string, Contender> = { ours };
        if (!('skipped' in peer)) {
          contenders.peer = async () => {
            const request = { prompts: own.map(({ tokens }) => [...tokens]), samples: batch.samples, new_tokens: contextLength };
            const answer = await peer.ask<{ tokens: number; seconds: number }>(request);
            if (answer.tokens !== expected) throw new Error(`transformers made ${answer.tokens} tokens where ${expected} were asked for`);
            return answer.tokens / answer.seconds;
          };
        }
        const measured = await interleave(contenders, TURNS);
        const { median, best, spread, repetitions } = measured.ours!;
        const shape = `nano, batch ${batch.prompts * batch.samples}, ${contextLength} tokens, ${threadCount(threads)}`;
        const peerName = `transformers generate, PyTorch, ${threadCount(threads)}`;
        rows.push(
          row(name, shape, median, 'tokens/s', {
            peer: measured.peer ? { name: peerName, value: measured.peer.median } : null,
            best,
            spread,
            repetitions,
            note: skipped,
          }),
        );
        say(`generate ${shape}: ${median.toFixed(0)} tokens/s${measured.peer ? `, peer ${measured.peer.median.toFixed(0)}` : ''}`);
      }
    }
  });
  if (!('skipped' in peer)) await peer.close();
  return rows;
}
