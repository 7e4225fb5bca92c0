import type { WasmDevice } from '@or1/compute';
import { type BenchOptions, type Row, row, threadCount } from './bench.ts';
import { ceilingContender, ceilingOfThreads, warmUpCeiling, withDevice } from './measure/ceiling.ts';
import { type Contender, clockFor, interleave, repeated, type Turns } from './measure/interleave.ts';
import { JAX, jaxProduct } from './peers/jax.ts';

export const name = 'gemm';

const SAMPLE_MS = 4;
const TURNS: Turns = { rounds: 15, warmUp: 2 };
const GIGA = 1e9;
/** From this many rows on a product should reach the ceiling; with fewer it is bound by loading the weights and by starting up. */
const FULL_ROWS = 128;

export interface Product {
  readonly rows: number;
  readonly outputs: number;
  readonly inputs: number;
}

/** The nano's matrices as [outputs, inputs]: query, key and value; attention output; gate and up; down; head. */
const NANO: readonly (readonly [number, number])[] = [
  [256, 128],
  [128, 128],
  [1024, 128],
  [128, 512],
  [60, 128],
];
const ROWS = [1, 6, 32, 128, 256, 1536];

const PRODUCTS: readonly Product[] = [
  { rows: 512, outputs: 512, inputs: 512 },
  ...NANO.flatMap(([outputs, inputs]) => ROWS.map((rows): Product => ({ rows, outputs, inputs }))),
];

/** Products that jax-js is given too: the cube, gate and up, and down. */
const SHARED = new Set(['512 rows, 512x512', '256 rows, 1024x128', '256 rows, 128x512']);

const TRANSPOSES = ['forward', 'input gradient', 'weight gradient'] as const;

const shapeOf = ({ rows, outputs, inputs }: Product) => `${rows} rows, ${outputs}x${inputs}`;

interface Operands {
  readonly contenders: Readonly<Record<(typeof TRANSPOSES)[number], Contender>>;
  release(): void;
}

/** The three products of one linear map: y = x Wᵀ, dx = dy W, dW += dyᵀ x. */
function operands(device: WasmDevice, { rows, outputs, inputs }: Product): Operands {
  const lengths = [rows * inputs, outputs * inputs, rows * outputs, outputs * inputs];
  const bytes = lengths.reduce((sum, length) => sum + device.bytesFor('f32', length), device.matrixBytes(outputs, inputs, true));
  const arena = device.createArena('gemm', bytes);
  const operand = (length: number, label: string) => {
    const buffer = arena.allocate('f32', length, label);
    device.write(
      buffer,
      Float32Array.from({ length }, (_, at) => ((at * 7) % 13) / 13 - 0.5),
    );
    return buffer;
  };
  const x = operand(rows * inputs, 'x');
  const out = operand(rows * outputs, 'y');
  const weightGradient = operand(outputs * inputs, 'weight gradient');
  const matrix = device.createMatrix(arena, operand(outputs * inputs, 'weights'), outputs, inputs, true);
  device.refreshMatrices([matrix]);
  const clock = clockFor(device.threads);
  const contender = (call: () => void) =>
    repeated(2 * rows * outputs * inputs, SAMPLE_MS, clock, (calls) => {
      for (let count = 0; count < calls; count++) call();
      return device.flush();
    });
  return {
    contenders: {
      forward: contender(() => device.linear({ x, matrix, out, rows })),
      'input gradient': contender(() => device.linearInputGradient({ outGradient: out, matrix, xGradient: x, rows })),
      'weight gradient': contender(() => device.linearWeightGradient({ outGradient: out, x, weightGradient, rows, outputs, inputs })),
    },
    release: () => arena.release(),
  };
}

/** Measures the products beside the ceiling kernel, each shape in its own rounds. */
export async function measureProducts(
  device: WasmDevice,
  list: readonly Product[],
  turns: Turns,
  say: (text: string) => void,
): Promise<Row[]> {
  const ceiling = ceilingContender(device, SAMPLE_MS);
  await warmUpCeiling(device);
  const rows: Row[] = [];
  for (const product of list) {
    const shape = shapeOf(product);
    const { contenders, release } = operands(device, product);
    const all: Record<string, Contender> = { ceiling, ...contenders };
    if (device.threads === 1 && SHARED.has(shape)) {
      all.peer = await jaxProduct(product.rows, product.inputs, product.outputs, SAMPLE_MS);
    }
    const measured = await interleave(all, turns);
    release();
    for (const transpose of TRANSPOSES) {
      const { median, best, spread, repetitions } = measured[transpose]!;
      const beside = transpose === 'forward' ? measured.peer : undefined;
      rows.push(
        row(name, `${transpose}, ${shape}, ${threadCount(device.threads)}`, median / GIGA, 'GFLOP/s', {
          ceiling: (device.threads * measured.ceiling!.median) / GIGA,
          peer: beside ? { name: JAX, value: beside.median / GIGA } : null,
          best: best / GIGA,
          spread,
          repetitions,
        }),
      );
    }
    say(
      `gemm ${shape}, ${threadCount(device.threads)}: ${TRANSPOSES.map((transpose) => (measured[transpose]!.median / GIGA).toFixed(1)).join(', ')} GFLOP/s, ceiling ${((device.threads * measured.ceiling!.median) / GIGA).toFixed(1)}`,
    );
  }
  return rows;
}

function lowestShare(rows: readonly Row[]): Row {
  const full = rows.filter(({ shape }) => Number(/(\d+) rows/.exec(shape)![1]) >= FULL_ROWS);
  const lowest = full.reduce((a, b) => (b.share_of_ceiling! < a.share_of_ceiling! ? b : a));
  return row(name, `lowest share of the ceiling from ${FULL_ROWS} rows on, 1 thread`, lowest.share_of_ceiling!, 'share', {
    note: lowest.shape,
  });
}

/**
 * Matrix products at the cube of 512 and at the nano's shapes against the ceiling of 128-bit multiply and add, on one thread and on all.
 * The ceiling of several threads is that of one times their number, whether or not the machine's cores can all run at once at full rate;
 * a row of its own says what they reach together.
 */
export async function run({ threads, say }: BenchOptions): Promise<readonly Row[]> {
  const counts = threads === 1 ? [1] : [1, threads];
  const rows: Row[] = [];
  for (const count of counts) {
    const together = await ceilingOfThreads(count, 200);
    rows.push(
      row(name, `ceiling of multiply and add, ${count === 1 ? '1 thread' : `${count} threads together`}`, together / GIGA, 'GFLOP/s'),
    );
  }
  for (const count of counts) {
    const measured = await withDevice(count, (device) => measureProducts(device, PRODUCTS, TURNS, say));
    rows.push(...measured);
    if (count === 1) rows.push(lowestShare(measured));
  }
  return rows;
}
