import type { Arena, DeviceBuffer, KeyValueCache } from '@or1/compute';
import type { WebgpuDevice } from '@or1/compute/webgpu';
import { type BenchOptions, type Row, row } from '../bench.ts';
import { uniform } from '../models.ts';
import { startPython } from '../peers/python.ts';
import { openGpu } from './open-gpu.ts';

export const name = 'gpu-attention';

interface Heads {
  readonly queryHeads: number;
  readonly keyHeads: number;
  readonly headWidth: number;
}

/** Heads of Qwen2.5-0.5B. */
const HEADS: Heads = { queryHeads: 14, keyHeads: 2, headWidth: 64 };
/** Sequences of so many tokens, for training; and rows that decode, each with a context of its own. */
const SEQUENCES = [
  { sequences: 1, tokens: 8192 },
  { sequences: 16, tokens: 1024 },
] as const;
const DECODING = [
  { rows: 256, context: 1536 },
  { rows: 64, context: 1536 },
  { rows: 1, context: 32_768 },
] as const;
/** Work to queue before the clocks of the GPU are up and time is taken. */
const WARM_UP = 20;
const REPETITIONS = 20;

class Bench {
  readonly arena: Arena;

  constructor(
    readonly device: WebgpuDevice,
    bytes: number,
    private readonly random: () => number,
  ) {
    this.arena = device.createArena('attention', bytes);
  }

  words(values: Uint32Array): DeviceBuffer {
    const buffer = this.arena.allocate('u32', values.length, 'table');
    this.device.write(buffer, values);
    return buffer;
  }

  /** Random numbers of deviation `scale`. */
  numbers(length: number, scale = 1): DeviceBuffer {
    const buffer = this.arena.allocate('f32', length, 'numbers');
    this.device.write(
      buffer,
      Float32Array.from({ length }, () => (this.random() - 0.5) * Math.sqrt(12) * scale),
    );
    return buffer;
  }

  /** Fills a cache with random keys and values, `rows` slots at a time. */
  fill(cache: KeyValueCache, heads: Heads, rows: number): void {
    const { device } = this;
    const qkv = this.numbers(rows * rowWidth(heads));
    // Angles of zero: what is stored is what was drawn.
    const angles = (name: string) => this.arena.allocate('f32', heads.headWidth / 2, name);
    const [cosine, sine] = [angles('cosine'), angles('sine')];
    device.write(cosine, new Float32Array(cosine.length).fill(1));
    const positions = this.words(new Uint32Array(rows));
    for (let start = 0; start < cache.positions; start += rows) {
      const slots = this.words(Uint32Array.from({ length: rows }, (_, row) => Math.min(start + row, cache.positions - 1)));
      device.rotateAndStore({ qkv, cosine, sine, positions, slots, cache, rows, queryHeads: heads.queryHeads });
    }
  }

  /** Milliseconds of GPU time of one run, all its kernels together. */
  async time(run: () => void): Promise<number> {
    const total = () => this.device.runtime.kernelTimes().reduce((sum, { milliseconds }) => sum + milliseconds, 0);
    for (let index = 0; index < WARM_UP; index++) run();
    await this.device.flush();
    const before = total();
    for (let index = 0; index < REPETITIONS; index++) run();
    await this.device.flush();
    return (total() - before) / REPETITIONS;
  }
}

function rowWidth({ queryHeads, keyHeads, headWidth }: Heads): number {
  return (queryHeads + 2 * keyHeads) * headWidth;
}

async function measureSequences(device: WebgpuDevice, sequences: number, tokens: number, seed: number) {
  const { queryHeads, keyHeads, headWidth } = HEADS;
  const rows = sequences * tokens;
  const bytes = device.cacheBytes(rows, keyHeads, headWidth) + 4 * rows * (4 * rowWidth(HEADS) + 2 * queryHeads * headWidth + 64) + 2 ** 20;
  const bench = new Bench(device, bytes, uniform(seed));
  const cache = device.createCache(bench.arena, rows, keyHeads, headWidth);
  bench.fill(cache, HEADS, rows);
  const perRow = (value: (row: number) => number) => bench.words(Uint32Array.from({ length: rows }, (_, row) => value(row)));
  const call = {
    qkv: bench.numbers(rows * rowWidth(HEADS)),
    cache,
    context: {
      prefixStart: perRow(() => 0),
      prefixLength: perRow(() => 0),
      ownStart: perRow((row) => row - (row % tokens)),
      ownLength: perRow((row) => (row % tokens) + 1),
    },
    slots: perRow((row) => row),
    familyStart: bench.words(Uint32Array.from({ length: sequences + 1 }, (_, family) => family * tokens)),
    families: sequences,
    out: bench.arena.allocate('f32', rows * queryHeads * headWidth, 'out'),
    outGradient: bench.numbers(rows * queryHeads * headWidth, 1e-4),
    logSumExp: bench.arena.allocate('f32', rows * queryHeads, 'logSumExp'),
    qkvGradient: bench.arena.allocate('f32', rows * rowWidth(HEADS), 'qkvGradient'),
    rows,
    queryHeads,
  };
  const forward = await bench.time(() => device.attention(call));
  const backward = await bench.time(() => device.attentionBackward(call));
  bench.arena.release();
  return { forward, backward };
}

async function measureDecoding(device: WebgpuDevice, rows: number, context: number, seed: number): Promise<number> {
  const { queryHeads, keyHeads, headWidth } = HEADS;
  const positions = rows * context;
  const block = 16_384;
  const tables = (Math.ceil(positions / block) + 2) * 4 * block;
  const bytes = device.cacheBytes(positions, keyHeads, headWidth) + 4 * (block + 2 * rows) * rowWidth(HEADS) + tables + 2 ** 20;
  const bench = new Bench(device, bytes, uniform(seed));
  const cache = device.createCache(bench.arena, positions, keyHeads, headWidth);
  bench.fill(cache, HEADS, block);
  const perRow = (value: (row: number) => number) => bench.words(Uint32Array.from({ length: rows }, (_, row) => value(row)));
  const call = {
    qkv: bench.numbers(rows * rowWidth(HEADS)),
    cache,
    context: {
      prefixStart: perRow(() => 0),
      prefixLength: perRow(() => 0),
      ownStart: perRow((row) => row * context),
      ownLength: perRow(() => context),
    },
    out: bench.arena.allocate('f32', rows * queryHeads * headWidth, 'out'),
    rows,
    queryHeads,
  };
  const milliseconds = await bench.time(() => device.attention(call));
  bench.arena.release();
  return milliseconds;
}

/** GPU time of attention in f16 over whole sequences and in decoding, beside PyTorch's flash attention in bf16. */
export async function run({ seed, say }: BenchOptions): Promise<readonly Row[]> {
  const device = await openGpu('f16', true);
  const peer = await startPython('torch_attention.py', 1, {}, { gpu: true });
  const note = 'skipped' in peer ? peer.skipped : device.description;
  if ('skipped' in peer) say(`${name}: ${peer.skipped}`);
  const { queryHeads, keyHeads, headWidth } = HEADS;
  const shape = { query_heads: queryHeads, key_heads: keyHeads, head_width: headWidth };
  const ask = (request: object) =>
    'skipped' in peer ? null : peer.ask<{ forward_ms: number; backward_ms: number }>({ ...shape, ...request });
  const against = (value: number | undefined) => (value === undefined ? null : { name: 'PyTorch flash attention, bf16', value });
  const rows: Row[] = [];
  const describe = `heads ${queryHeads}:${keyHeads} of ${headWidth}, f16`;
  for (const { sequences, tokens } of SEQUENCES) {
    const { forward, backward } = await measureSequences(device, sequences, tokens, seed);
    const theirs = await ask({ batch: sequences, tokens });
    const where = `${sequences} x ${tokens} tokens, ${describe}`;
    rows.push(row(name, `forward, ${where}`, forward, 'ms', { peer: against(theirs?.forward_ms), note }));
    rows.push(row(name, `backward, ${where}`, backward, 'ms', { peer: against(theirs?.backward_ms), note }));
    say(`${name}: ${where}: ${forward.toFixed(2)} ms forward, ${backward.toFixed(2)} ms backward`);
  }
  for (const { rows: batch, context } of DECODING) {
    const milliseconds = await measureDecoding(device, batch, context, seed);
    const theirs = await ask({ batch, tokens: context, decode: true });
    rows.push(
      row(name, `decode, ${batch} x ${context} tokens, ${describe}`, milliseconds, 'ms', { peer: against(theirs?.forward_ms), note }),
    );
    say(`${name}: decode ${batch} x ${context}: ${milliseconds.toFixed(3)} ms`);
  }
  if (!('skipped' in peer)) await peer.close();
  device.dispose();
  return rows;
}
