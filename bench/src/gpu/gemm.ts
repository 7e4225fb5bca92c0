/**
 * Products on the GPU through the device's own calls: 4096^3 in all three transposes, then the shapes of a decoding Qwen2.5-0.5B, whose
 * weights are read from memory that the cache does not hold. bench/peers/torch_gemm.py, run by hand, makes the same table in PyTorch.
 */
import type { Arena, DeviceBuffer, Matrix } from '@or1/compute';
import type { WebgpuDevice } from '@or1/compute/webgpu';
import { type BenchOptions, type Row, row } from '../bench.ts';
import { uniform } from '../models.ts';
import { openGpu, type Precision } from './open-gpu.ts';

export const name = 'gpu-gemm';

const SQUARE = 4096;
const DECODE = [
  { name: 'qkv', outputs: 1152, inputs: 896 },
  { name: 'gate-up', outputs: 9728, inputs: 896 },
  { name: 'down', outputs: 896, inputs: 4864 },
  { name: 'head', outputs: 151_936, inputs: 896 },
] as const;
const DECODE_ROWS = [1, 8, 16, 64, 256];
/** More than the cache of today's GPUs. */
const CACHE_BYTES = 150e6;
/** A GPU that idles lowers its clocks and needs a moment to raise them. */
const WARM_MS = 150;
const MEASURED_MS = 100;

const random = uniform(1);
const block = Float32Array.from({ length: 1 << 20 }, () => 2 * random() - 1);

function fill(device: WebgpuDevice, buffer: DeviceBuffer): DeviceBuffer {
  for (let start = 0; start < buffer.length; start += block.length) {
    const count = Math.min(block.length, buffer.length - start);
    device.write(buffer.slice(start, count), block.subarray(0, count));
  }
  return buffer;
}

/** Milliseconds of one run, in a row of runs on a warm GPU. */
async function measure(device: WebgpuDevice, run: (index: number) => void): Promise<number> {
  const repeat = async (count: number): Promise<number> => {
    const start = performance.now();
    for (let index = 0; index < count; index++) run(index);
    await device.flush();
    return (performance.now() - start) / count;
  };
  await repeat(1);
  const start = performance.now();
  let each = await repeat(4);
  while (performance.now() - start < WARM_MS) each = await repeat(Math.ceil(20 / each));
  return repeat(Math.ceil(MEASURED_MS / each));
}

function rateOf(precision: Precision, product: string, rows: number, outputs: number, inputs: number, milliseconds: number): Row {
  const bytes = outputs * inputs * (precision === 'f16' ? 2 : 4);
  const shape = `${product}, ${rows} rows, ${outputs}x${inputs}, ${precision}`;
  const note = `${(bytes / milliseconds / 1e6).toFixed(0)} GB/s of weights`;
  return row(name, shape, (2 * rows * outputs * inputs) / milliseconds / 1e9, 'TFLOP/s', { note });
}

function matrices(device: WebgpuDevice, arena: Arena, outputs: number, inputs: number, count: number): Matrix[] {
  const made = Array.from({ length: count }, (_, index) => {
    const values = fill(device, arena.allocate('f32', outputs * inputs, `weights ${index}`));
    return device.createMatrix(arena, values, outputs, inputs, true);
  });
  device.refreshMatrices(made);
  return made;
}

async function square(device: WebgpuDevice, precision: Precision): Promise<Row[]> {
  const measured: Row[] = [];
  const elements = SQUARE * SQUARE;
  const arena = device.createArena('square', 4 * device.bytesFor('f32', elements) + device.matrixBytes(SQUARE, SQUARE, true));
  const [matrix] = matrices(device, arena, SQUARE, SQUARE, 1) as [Matrix];
  const [x, y] = [fill(device, arena.allocate('f32', elements, 'x')), fill(device, arena.allocate('f32', elements, 'y'))];
  const out = arena.allocate('f32', elements, 'out');
  const products: Record<string, () => void> = {
    'square forward': () => device.linear({ x, matrix, out, rows: SQUARE }),
    'square input gradient': () => device.linearInputGradient({ outGradient: x, matrix, xGradient: out, rows: SQUARE }),
    'square weight gradient': () =>
      device.linearWeightGradient({ outGradient: x, x: y, weightGradient: out, rows: SQUARE, outputs: SQUARE, inputs: SQUARE }),
  };
  for (const [transpose, run] of Object.entries(products))
    measured.push(rateOf(precision, transpose, SQUARE, SQUARE, SQUARE, await measure(device, run)));
  arena.release();
  return measured;
}

async function decode(device: WebgpuDevice, precision: Precision): Promise<Row[]> {
  const measured: Row[] = [];
  const most = Math.max(...DECODE_ROWS);
  for (const { name: layer, outputs, inputs } of DECODE) {
    const copies = Math.max(1, Math.ceil(CACHE_BYTES / (2 * outputs * inputs)));
    const weightBytes = device.bytesFor('f32', outputs * inputs) + device.matrixBytes(outputs, inputs, true);
    const arena = device.createArena(
      layer,
      copies * weightBytes + device.bytesFor('f32', most * inputs) + device.bytesFor('f32', most * outputs),
    );
    const layers = matrices(device, arena, outputs, inputs, copies);
    const [x, out] = [fill(device, arena.allocate('f32', most * inputs, 'x')), arena.allocate('f32', most * outputs, 'out')];
    for (const rows of DECODE_ROWS) {
      const ms = await measure(device, (index) => device.linear({ x, matrix: layers[index % copies]!, out, rows }));
      measured.push(rateOf(precision, layer, rows, outputs, inputs, ms));
    }
    arena.release();
  }
  return measured;
}

/** Every product, in f16, in f32 whose sums may be split, and in the exact mode. */
export async function run({ say }: BenchOptions): Promise<readonly Row[]> {
  const measured: Row[] = [];
  for (const precision of ['f16', 'f32', 'exact'] as const) {
    const device = await openGpu(precision);
    measured.push(...(await square(device, precision)));
    if (precision !== 'exact') measured.push(...(await decode(device, precision)));
    say(`${name}: ${device.description}: ${measured.length} products`);
    device.dispose();
  }
  return measured;
}
