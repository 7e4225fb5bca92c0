import { DeviceLearner, LanguageModel } from '@or1/model';
import { LocalEngine } from '@or1/rollout';
import { type BenchOptions, type Row, row } from '../bench.ts';
import { startPython } from '../peers/python.ts';
import { type DecodeBatch, decodeRequest } from './decode.ts';
import { openGpu } from './open-gpu.ts';
import { type GpuShape, repeatedTensors, SHAPES } from './shapes.ts';

export const name = 'gpu-rl';

const STEP: DecodeBatch = { prompts: 64, samples: 16, newTokens: 512 };
const PROMPT_TOKENS = 64;
/** The peer makes a part of the responses' tokens and trains on a part of the responses; its time is scaled up. */
const PEER = { batch: 256, newTokens: 48, sequences: 32 } as const;

export interface RlStepSeconds {
  readonly generate: number;
  readonly train: number;
}

/** One on-policy step: sample, weigh every token, one update. Two steps are made; the second is timed. */
export async function measureRlStep(shape: GpuShape, step: DecodeBatch, seed: number): Promise<RlStepSeconds> {
  const device = await openGpu('f16');
  const { config } = shape;
  const network = await LanguageModel.create(device, config, repeatedTensors(config, seed), { trainable: true, positions: 1024 });
  const slots = Math.min(512, step.prompts * step.samples);
  const engine = new LocalEngine(network, {
    slots,
    promptSegments: step.prompts,
    promptCapacity: PROMPT_TOKENS,
    contextLength: step.newTokens,
  });
  const learner = new DeviceLearner(network, { microBatchRows: 10 * 1024, trainable: true });
  let seconds: RlStepSeconds = { generate: 0, train: 0 };
  for (const turn of [{ ...step, prompts: Math.min(2, step.prompts), newTokens: 32 }, step]) {
    const start = performance.now();
    const request = decodeRequest(turn, seed);
    const { rollouts, generatedTokens } = await engine.generate(request);
    const sampled = performance.now();
    const groups = request.prompts.map(({ tokens }, index) => ({
      prompt: tokens,
      responses: rollouts.filter(({ prompt }) => prompt === index).map((rollout) => rollout.tokens),
    }));
    // Any advantages: half of the responses are right, half are wrong.
    const logProbability = new Float32Array(generatedTokens);
    let at = 0;
    for (const { sample, tokens } of rollouts) {
      logProbability.fill((sample % 2 === 0 ? 1 : -1) / generatedTokens, at, at + tokens.length);
      at += tokens.length;
    }
    learner.zeroGradients();
    await learner.accumulate(
      groups,
      { temperature: 1, suppressTokens: [] },
      { logProbability, entropy: new Float32Array(generatedTokens) },
    );
    const norm = await learner.gradientNorm();
    learner.applyAdamW({
      learningRate: 1e-6,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0.01,
      correction1: 0.1,
      correction2: 0.001,
      gradientScale: Math.min(1, 1 / norm),
    });
    await device.flush();
    seconds = { generate: (sampled - start) / 1000, train: (performance.now() - sampled) / 1000 };
  }
  device.dispose();
  return seconds;
}

/** A whole on-policy step of 64 x 16 responses of 512 tokens, beside transformers `generate` and a PyTorch update. */
export async function run({ seed, say }: BenchOptions): Promise<readonly Row[]> {
  const shape = SHAPES.half;
  const { generate, train } = await measureRlStep(shape, STEP, seed);
  say(`${name}: sampling ${generate.toFixed(1)} s, update ${train.toFixed(1)} s`);
  const responses = STEP.prompts * STEP.samples;
  const peer = await startPython('torch_rl.py', 1, { shape: shape.config.raw, seed }, { gpu: true });
  let peerSeconds: number | null = null;
  if ('skipped' in peer) say(`${name}: ${peer.skipped}`);
  else {
    const tokens = PROMPT_TOKENS + STEP.newTokens;
    const answer = await peer.ask<{ generate: number; train: number }>({
      batch: PEER.batch,
      prompt_tokens: PROMPT_TOKENS,
      new_tokens: PEER.newTokens,
      sequences: PEER.sequences,
      tokens,
    });
    peerSeconds =
      answer.generate * (responses / PEER.batch) * (STEP.newTokens / PEER.newTokens) + answer.train * (responses / PEER.sequences);
    say(`${name}: peer ${peerSeconds.toFixed(1)} s, scaled from ${answer.generate.toFixed(1)} s and ${answer.train.toFixed(1)} s`);
    await peer.close();
  }
  const note = `sampling ${generate.toFixed(1)} s, update ${train.toFixed(1)} s`;
  return [
    row(name, `${shape.name}, f16, 64 x 16 responses of 512 tokens`, generate + train, 's', {
      peer: peerSeconds === null ? null : { name: 'transformers generate and PyTorch, bf16, scaled from a part', value: peerSeconds },
      note: 'skipped' in peer ? `${note}; ${peer.skipped}` : note,
    }),
  ];
}
