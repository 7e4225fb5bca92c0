import type { Device } from '@or1/compute';
import { DeviceLearner, LanguageModel, type TrainingGroup } from '@or1/model';
import { type BenchOptions, type Row, row } from '../bench.ts';
import { startPython } from '../peers/python.ts';
import { openGpu } from './open-gpu.ts';
import { type GpuShape, randomTokens, repeatedTensors, SHAPES } from './shapes.ts';

export const name = 'gpu-train';

export interface TrainBatch {
  readonly sequences: number;
  readonly tokens: number;
  readonly microBatchRows: number;
  readonly checkpointing: boolean;
}

const SEQUENCES = { sequences: 16, tokens: 1024 } as const;
const STEPS = 3;

/** One sequence a group: a prompt of one token, the rest is learnt from. */
export function trainingGroups({ sequences, tokens }: Pick<TrainBatch, 'sequences' | 'tokens'>, seed: number): TrainingGroup[] {
  return Array.from({ length: sequences }, (_, index) => {
    const all = randomTokens(tokens, seed + index);
    return { prompt: all.slice(0, 1), responses: [all.slice(1)] };
  });
}

/** Seconds of a step of AdamW over the batch, the least of a few after one that makes the shaders. */
export async function measureTrainStep(device: Device, { config }: GpuShape, batch: TrainBatch, seed: number): Promise<number> {
  const network = await LanguageModel.create(device, config, repeatedTensors(config, seed), {
    trainable: true,
    positions: batch.tokens + 8,
  });
  const learner = new DeviceLearner(network, { microBatchRows: batch.microBatchRows, trainable: true, checkpointing: batch.checkpointing });
  const groups = trainingGroups(batch, seed);
  const count = batch.sequences * (batch.tokens - 1);
  const weights = { logProbability: new Float32Array(count).fill(-1 / count), entropy: new Float32Array(count) };
  let best = Infinity;
  for (let step = 1; step <= 1 + STEPS; step++) {
    const start = performance.now();
    learner.zeroGradients();
    await learner.accumulate(groups, { temperature: 1, suppressTokens: [] }, weights);
    const norm = await learner.gradientNorm();
    if (!Number.isFinite(norm)) throw new Error(`the gradient's norm is ${norm}`);
    learner.applyAdamW({
      learningRate: 1e-6,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0.01,
      correction1: 1 - 0.9 ** step,
      correction2: 1 - 0.999 ** step,
      gradientScale: Math.min(1, 1 / norm),
    });
    await device.flush();
    if (step > 1) best = Math.min(best, (performance.now() - start) / 1000);
  }
  learner.release();
  network.release();
  return best;
}

/** Tokens a second of a training step, sequences of 1024, AdamW, beside PyTorch in bf16. */
export async function run({ seed, say }: BenchOptions): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const cases = [
    { shape: SHAPES.half, batch: { ...SEQUENCES, microBatchRows: 16 * 1032, checkpointing: false } },
    { shape: SHAPES.half, batch: { ...SEQUENCES, microBatchRows: 4 * 1032, checkpointing: false } },
    { shape: SHAPES.oneAndHalf, batch: { ...SEQUENCES, microBatchRows: 8 * 1032, checkpointing: true } },
  ] as const;
  const measured: { shape: GpuShape; batch: TrainBatch; rate: number; description: string }[] = [];
  for (const { shape, batch } of cases) {
    const device = await openGpu('f16');
    const rate = (batch.sequences * batch.tokens) / (await measureTrainStep(device, shape, batch, seed));
    measured.push({ shape, batch, rate, description: device.description });
    device.dispose();
    say(`${name}: ${shape.name}, micro-batches of ${batch.microBatchRows}: ${rate.toFixed(0)} tokens/s`);
  }
  for (const { shape, batch, rate, description } of measured) {
    const setup = { shape: shape.config.raw, seed, checkpointing: batch.checkpointing };
    const peer = await startPython('torch_train.py', 1, setup, { gpu: true });
    if ('skipped' in peer) say(`${name}: ${peer.skipped}`);
    const answer = 'skipped' in peer ? null : await peer.ask<{ seconds: number }>({ ...SEQUENCES, steps: STEPS });
    const how = `${batch.checkpointing ? 'checkpointing, ' : ''}micro-batches of ${batch.microBatchRows}`;
    rows.push(
      row(name, `${shape.name}, f16, 16 x 1024 tokens, ${how}`, rate, 'tokens/s', {
        peer: answer === null ? null : { name: 'PyTorch, bf16, eager', value: (batch.sequences * batch.tokens) / answer.seconds },
        note: 'skipped' in peer ? peer.skipped : description,
      }),
    );
    if (!('skipped' in peer)) await peer.close();
  }
  return rows;
}
