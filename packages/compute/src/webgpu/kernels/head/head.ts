/** The output head of the contract: forward, backward and sampling, walking the vocabulary in chunks. */
import type { Sampling } from '../../../device.ts';
import type { GpuRuntime } from '../../runtime/gpu-runtime.ts';
import { type GpuBuffer, gpuBuffer } from '../../runtime/memory.ts';
import { spread } from '../../runtime/workgroups.ts';
import type { Call } from '../call.ts';
import { gpuMatrix, trainableMatrix } from '../linear/gpu-matrix.ts';
import { bindableRows, scaleOf } from '../linear/linear.ts';
import { multiply } from '../linear/product.ts';
import { drawTokens, keptMasses } from './draw.ts';
import { FINISH_THREADS, finishForward } from './finish.ts';
import { GRADIENT_THREADS, logitGradient } from './gradient.ts';
import { BLOCK, chunksOf, rawLogits, wholeRows } from './logits.ts';
import { selectThreads, selectTokens } from './select.ts';
import { MERGE_THREADS, mergeStates, STATE_WORDS } from './state.ts';
import { blockStatistics } from './statistics.ts';

function inverseOf(what: string, temperature: number): number {
  if (!(temperature > 0 && temperature < Infinity)) throw new RangeError(`${what}: temperature must be positive, not ${temperature}`);
  return 1 / temperature;
}

function checkSampling({ temperature, topK, topP, minP }: Sampling): void {
  if (!(temperature >= 0 && temperature < Infinity)) throw new RangeError(`sampling: temperature must be 0 or more, not ${temperature}`);
  if (!Number.isInteger(topK) || topK < 0) throw new RangeError(`sampling: topK must be a whole number, 0 or more, not ${topK}`);
  if (!(topP > 0 && topP <= 1)) throw new RangeError(`sampling: topP must lie in (0, 1], not ${topP}`);
  if (!(minP >= 0 && minP <= 1)) throw new RangeError(`sampling: minP must lie in [0, 1], not ${minP}`);
}

/** Runs of at most `size` from 0 to `length`, as [start, count]. */
function runsOf(length: number, size: number): (readonly [number, number])[] {
  return Array.from({ length: Math.ceil(length / size) }, (_, i) => [i * size, Math.min(size, length - i * size)] as const);
}

export function headForward(runtime: GpuRuntime, call: Call<'headForward'>): void {
  const matrix = gpuMatrix(call.matrix, 'headForward');
  const { outputs: vocabulary, inputs: width } = matrix;
  const inverse = inverseOf('headForward', call.temperature);
  const [hidden, targets, mask] = [gpuBuffer(call.hidden), gpuBuffer(call.targets), call.mask && gpuBuffer(call.mask)];
  const results = [call.logProbability, call.entropy, call.logSumExp].map(gpuBuffer);
  const blocks = Math.ceil(vocabulary / BLOCK);
  const chunks = chunksOf(runtime, call.rows, vocabulary);
  for (const [row, rows] of runsOf(call.rows, chunks.rows)) {
    const statistics = runtime.scratch('head statistics', 'f32', rows * blocks * 4);
    const ownTargets = targets.slice(row, rows);
    for (const [first, tokens] of runsOf(vocabulary, chunks.tokens)) {
      const logits = rawLogits(runtime, hidden.slice(row * width, rows * width), matrix, rows, first, tokens);
      runtime.dispatch(
        blockStatistics(['target', mask !== undefined]),
        [logits, ...(mask ? [mask.slice(first, tokens)] : []), ownTargets, statistics],
        [tokens, first, blocks, inverse],
        [Math.ceil(tokens / BLOCK), rows, 1],
      );
    }
    runtime.dispatch(
      finishForward(''),
      [statistics, ownTargets, ...results.map((result) => result.slice(row, rows))],
      [rows, blocks],
      [Math.ceil(rows / FINISH_THREADS), 1, 1],
    );
  }
}

export function headBackward(runtime: GpuRuntime, call: Call<'headBackward'>): void {
  const matrix = trainableMatrix(call.matrix, 'headBackward');
  const { outputs: vocabulary, inputs: width, operand, storage } = matrix;
  const inverse = inverseOf('headBackward', call.temperature);
  const mask = call.mask && gpuBuffer(call.mask);
  const perRow = [call.targets, call.entropy, call.logSumExp, call.logProbabilityWeight, call.entropyWeight].map(gpuBuffer);
  const [allHidden, hiddenGradient, weightGradient] = [call.hidden, call.hiddenGradient, call.weightGradient].map(gpuBuffer) as [
    GpuBuffer,
    GpuBuffer,
    GpuBuffer,
  ];
  const chunks = chunksOf(runtime, call.rows, vocabulary);
  for (const [row, rows] of runsOf(call.rows, chunks.rows)) {
    const hidden = allHidden.slice(row * width, rows * width);
    for (const [first, tokens] of runsOf(vocabulary, chunks.tokens)) {
      const logits = rawLogits(runtime, hidden, matrix, rows, first, tokens);
      runtime.dispatch(
        logitGradient(mask !== undefined),
        [logits, ...(mask ? [mask.slice(first, tokens)] : []), ...perRow.map((values) => values.slice(row, rows))],
        [rows, tokens, first, inverse],
        spread(Math.ceil((rows * tokens) / GRADIENT_THREADS)),
      );
      const scale = scaleOf(runtime, logits);
      for (const [start, count] of bindableRows(runtime, tokens, width)) {
        const part = logits.slice(start, (rows - 1) * tokens + count);
        const weights = (first + start) * width;
        multiply(runtime, {
          a: { buffer: part, depthContiguous: true, stride: tokens, storage: 'f32' },
          b: { buffer: operand.slice(weights, count * width), depthContiguous: false, stride: width, storage },
          out: hiddenGradient.slice(row * width, rows * width),
          outStride: width,
          scale,
          rows,
          columns: width,
          depth: count,
          accumulate: first + start > 0,
        });
        multiply(runtime, {
          a: { buffer: part, depthContiguous: false, stride: tokens, storage: 'f32' },
          b: { buffer: hidden, depthContiguous: false, stride: width, storage: 'f32' },
          out: weightGradient.slice(weights, count * width),
          outStride: width,
          scale,
          rows: count,
          columns: width,
          depth: rows,
          accumulate: true,
        });
      }
    }
  }
}

export function headSample(runtime: GpuRuntime, call: Call<'headSample'>): void {
  checkSampling(call.sampling);
  const { temperature, topK, topP, minP } = call.sampling;
  const matrix = gpuMatrix(call.matrix, 'headSample');
  const { outputs: vocabulary, inputs: width } = matrix;
  const greedy = temperature === 0;
  const byCount = !greedy && topK > 0 && topK < vocabulary;
  const byMass = !greedy && topP < 1;
  const filtered = byCount || byMass || (!greedy && minP > 0);
  const inverse = greedy ? 1 : 1 / temperature;
  const hidden = gpuBuffer(call.hidden);
  const masks = call.mask ? [gpuBuffer(call.mask)] : [];
  const masked = masks.length > 0;
  const bits = gpuBuffer(call.bits);
  const results = [call.tokens, call.logProbability, call.entropy].map(gpuBuffer);
  const blocks = Math.ceil(vocabulary / BLOCK);
  for (const [row, rows] of runsOf(call.rows, Math.min(65535, wholeRows(runtime, call.rows, vocabulary)))) {
    const logits = rawLogits(runtime, hidden.slice(row * width, rows * width), matrix, rows, 0, vocabulary);
    const statistics = runtime.scratch('head statistics', 'f32', rows * blocks * 4);
    const states = runtime.scratch('head states', 'u32', rows * STATE_WORDS);
    const masses = runtime.scratch('head masses', 'f32', rows * blocks);
    runtime.dispatch(
      blockStatistics(['largest', masked]),
      [logits, ...masks, statistics],
      [vocabulary, 0, blocks, inverse],
      [blocks, rows, 1],
    );
    runtime.dispatch(mergeStates(''), [statistics, states, masses], [rows, blocks], [Math.ceil(rows / MERGE_THREADS), 1, 1]);
    if (byCount || byMass) {
      const kernel = selectTokens([selectThreads(runtime.limits), masked]);
      const rounds = [byCount ? 0 : 1, byMass ? 2 : 1];
      runtime.dispatch(kernel, [logits, ...masks, states], [vocabulary, topK, ...rounds, inverse, topP], [rows, 1, 1]);
    }
    if (filtered) {
      runtime.dispatch(keptMasses(masked), [logits, ...masks, states, masses], [vocabulary, blocks, inverse, minP], [blocks, rows, 1]);
    }
    runtime.dispatch(
      drawTokens([greedy, masked]),
      [logits, ...masks, states, ...(greedy ? [] : [masses, bits.slice(row, rows)]), ...results.map((result) => result.slice(row, rows))],
      [vocabulary, blocks, inverse, minP],
      [rows, 1, 1],
    );
  }
}
