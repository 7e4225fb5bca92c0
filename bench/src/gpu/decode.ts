import type { Device } from '@or1/compute';
import { LanguageModel } from '@or1/model';
import { type GenerationRequest, LocalEngine } from '@or1/rollout';
import { type BenchOptions, type Row, row } from '../bench.ts';
import { startPython } from '../peers/python.ts';
import { openGpu } from './open-gpu.ts';
import { type GpuShape, randomTokens, repeatedTensors, SHAPES } from './shapes.ts';

export const name = 'gpu-decode';

export interface DecodeBatch {
  readonly prompts: number;
  readonly samples: number;
  readonly newTokens: number;
}

const PROMPT_TOKENS = 64;
const BATCHES: readonly DecodeBatch[] = [
  { prompts: 1, samples: 1, newTokens: 512 },
  { prompts: 4, samples: 16, newTokens: 512 },
  { prompts: 16, samples: 16, newTokens: 512 },
];
/** `generate` of transformers takes the same time for every token; fewer tell as much. */
const PEER_TOKENS = 48;

export function decodeRequest({ prompts, samples, newTokens }: DecodeBatch, seed: number): GenerationRequest {
  return {
    prompts: Array.from({ length: prompts }, (_, key) => ({ tokens: randomTokens(PROMPT_TOKENS, seed + key), key })),
    samplesPerPrompt: samples,
    contextLength: newTokens,
    sampling: { temperature: 1, topK: 0, topP: 1, minP: 0 },
    stopTokens: [],
    suppressTokens: [],
    seed,
    step: 0,
  };
}

export interface DecodeRate {
  /** Of decoding alone, and with the prompts' prefill. */
  readonly decode: number;
  readonly whole: number;
}

/** Tokens a second of one batch, the second of two runs: the first one makes the shaders. */
export async function measureDecode(network: LanguageModel, batch: DecodeBatch, seed: number): Promise<DecodeRate> {
  const slots = batch.prompts * batch.samples;
  const engine = new LocalEngine(network, {
    slots,
    promptSegments: batch.prompts,
    promptCapacity: PROMPT_TOKENS,
    contextLength: batch.newTokens,
  });
  await engine.generate(decodeRequest({ ...batch, newTokens: Math.min(32, batch.newTokens) }, seed));
  const { generatedTokens, decodeMs, prefillMs } = await engine.generate(decodeRequest(batch, seed));
  engine.release();
  return { decode: (1000 * generatedTokens) / decodeMs, whole: (1000 * generatedTokens) / (decodeMs + prefillMs) };
}

export async function openForDecoding(device: Device, { config }: GpuShape, seed: number): Promise<LanguageModel> {
  return LanguageModel.create(device, config, repeatedTensors(config, seed), { trainable: false, positions: 1024 });
}

/** Tokens a second of sampling with random weights at batch 1, 64 and 256; transformers makes fewer tokens of the same batch. */
export async function run({ seed, say }: BenchOptions): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const shape of [SHAPES.half, SHAPES.oneAndHalf]) {
    const device = await openGpu('f16');
    const network = await openForDecoding(device, shape, seed);
    const own = shape === SHAPES.half ? BATCHES : BATCHES.slice(-1);
    const ours: { readonly batch: DecodeBatch; readonly rate: DecodeRate }[] = [];
    for (const batch of own) {
      const rate = await measureDecode(network, batch, seed);
      ours.push({ batch, rate });
      say(`${name}: ${shape.name}, batch ${batch.prompts * batch.samples}: ${rate.decode.toFixed(0)} tokens/s`);
    }
    device.dispose();
    const peer = await startPython('torch_decode.py', 1, { shape: shape.config.raw, seed }, { gpu: true });
    if ('skipped' in peer) say(`${name}: ${peer.skipped}`);
    for (const { batch, rate } of ours) {
      const count = batch.prompts * batch.samples;
      const answer =
        'skipped' in peer
          ? null
          : await peer.ask<{ tokens: number; seconds: number }>({ batch: count, prompt_tokens: PROMPT_TOKENS, new_tokens: PEER_TOKENS });
      rows.push(
        row(name, `${shape.name}, f16, batch ${count}, ${batch.newTokens} tokens`, rate.whole, 'tokens/s', {
          peer:
            answer === null ? null : { name: `transformers generate, bf16, ${PEER_TOKENS} tokens`, value: answer.tokens / answer.seconds },
          note: 'skipped' in peer ? peer.skipped : `decoding alone ${rate.decode.toFixed(0)} tokens/s; ${device.description}`,
        }),
      );
    }
    if (!('skipped' in peer)) await peer.close();
  }
  return rows;
}
