import type { DeviceBuffer, WasmDevice } from '@or1/compute';
import { layOutFamilies } from '@or1/compute/testing';
import { type BenchOptions, type Row, row, threadCount } from './bench.ts';
import { ceilingContender, warmUpCeiling, withDevice } from './measure/ceiling.ts';
import { type Contender, clockFor, interleave, repeated, type Turns } from './measure/interleave.ts';

export const name = 'other-kernels';

const SAMPLE_MS = 4;
const TURNS: Turns = { rounds: 11, warmUp: 2 };
const GIGA = 1e9;

/** The nano's sizes. */
const WIDTH = 128;
const FEED_FORWARD = 512;
const VOCABULARY = 60;
const QUERY_HEADS = 4;
const KEY_HEADS = 2;
const HEAD_WIDTH = 32;
const JOINT = (QUERY_HEADS + 2 * KEY_HEADS) * HEAD_WIDTH;

/** A kernel at one shape: either arithmetic, held against multiply and add, or bytes, held against a plain copy. */
interface Measured {
  readonly shape: string;
  readonly work: number;
  readonly bound: 'arithmetic' | 'bytes';
  readonly call: () => void;
}

class Workspace {
  readonly device: WasmDevice;
  readonly #arena;

  constructor(device: WasmDevice, bytes: number) {
    this.device = device;
    this.#arena = device.createArena('kernels', bytes);
  }

  get arena() {
    return this.#arena;
  }

  real(length: number, label: string): DeviceBuffer {
    const buffer = this.#arena.allocate('f32', length, label);
    this.device.write(
      buffer,
      Float32Array.from({ length }, (_, at) => ((at * 7) % 13) / 13 - 0.5),
    );
    return buffer;
  }

  whole(values: Uint32Array, label: string): DeviceBuffer {
    const buffer = this.#arena.allocate('u32', values.length, label);
    this.device.write(buffer, values);
    return buffer;
  }
}

/** Sequences of a prompt and several responses, as training packs them and decoding sees them. */
function attentionKernels(space: Workspace, responses: number, length: number): Measured[] {
  const { device } = space;
  const layout = layOutFamilies([{ prefix: 12, own: Array.from({ length: responses }, () => length) }]);
  const { rows } = layout;
  const cache = device.createCache(space.arena, layout.cachePositions, KEY_HEADS, HEAD_WIDTH);
  const qkv = space.real(rows * JOINT, 'qkv');
  const gradient = space.real(rows * JOINT, 'qkv gradient');
  const out = space.real(rows * QUERY_HEADS * HEAD_WIDTH, 'attended');
  const outGradient = space.real(rows * QUERY_HEADS * HEAD_WIDTH, 'attended gradient');
  const logSumExp = space.real(rows * QUERY_HEADS, 'log-sum-exps');
  const slots = space.whole(layout.slots, 'slots');
  const familyStart = space.whole(Uint32Array.from([0, rows]), 'families');
  const positions = space.whole(layout.positions, 'positions');
  const tables = space.real(((12 + length) * HEAD_WIDTH) / 2, 'rotation');
  const context = {
    prefixStart: space.whole(layout.prefixStart, 'prefix starts'),
    prefixLength: space.whole(layout.prefixLength, 'prefix lengths'),
    ownStart: space.whole(layout.ownStart, 'own starts'),
    ownLength: space.whole(layout.ownLength, 'own lengths'),
  };
  device.rotateAndStore({ qkv, cosine: tables, sine: tables, positions, slots, cache, rows, queryHeads: QUERY_HEADS });
  const call = { qkv, cache, context, out, logSumExp, rows, queryHeads: QUERY_HEADS };
  device.attention(call);
  const seen = layout.prefixLength.reduce((sum, one, row) => sum + one + layout.ownLength[row]!, 0);
  const forwardWork = 4 * seen * QUERY_HEADS * HEAD_WIDTH;
  const shape = `${responses} responses of ${length} and their prompt`;
  return [
    { shape: `attention, ${shape}`, work: forwardWork, bound: 'arithmetic', call: () => device.attention(call) },
    {
      shape: `attention backward, ${shape}`,
      work: 2.5 * forwardWork,
      bound: 'arithmetic',
      call: () => device.attentionBackward({ ...call, slots, familyStart, families: 1, outGradient, qkvGradient: gradient }),
    },
  ];
}

function headKernels(space: Workspace, rows: number): Measured[] {
  const { device } = space;
  const matrix = device.createMatrix(space.arena, space.real(VOCABULARY * WIDTH, 'head'), VOCABULARY, WIDTH, true);
  device.refreshMatrices([matrix]);
  const hidden = space.real(rows * WIDTH, 'hidden');
  const hiddenGradient = space.real(rows * WIDTH, 'hidden gradient');
  const weightGradient = space.real(VOCABULARY * WIDTH, 'head gradient');
  const [logProbability, entropy, logSumExp] = ['log-probabilities', 'entropies', 'log-sum-exps'].map((label) => space.real(rows, label));
  const [logProbabilityWeight, entropyWeight] = ['policy weights', 'entropy weights'].map((label) => space.real(rows, label));
  const targets = space.whole(
    Uint32Array.from({ length: rows }, (_, at) => at % VOCABULARY),
    'targets',
  );
  const bits = space.whole(
    Uint32Array.from({ length: rows }, (_, at) => Math.imul(at, 2654435761) >>> 0),
    'bits',
  );
  const tokens = space.whole(new Uint32Array(rows), 'tokens');
  const scored = { hidden, matrix, targets, temperature: 1, entropy: entropy!, logSumExp: logSumExp!, rows };
  const product = 2 * rows * VOCABULARY * WIDTH;
  const shape = `${rows} rows, ${VOCABULARY} symbols`;
  const sampling = { temperature: 1, topK: 0, topP: 1, minP: 0 };
  return [
    {
      shape: `head, log-probability and entropy, ${shape}`,
      work: product,
      bound: 'arithmetic',
      call: () => device.headForward({ ...scored, logProbability: logProbability! }),
    },
    {
      shape: `head backward, ${shape}`,
      work: 3 * product,
      bound: 'arithmetic',
      call: () =>
        device.headBackward({
          ...scored,
          logProbabilityWeight: logProbabilityWeight!,
          entropyWeight: entropyWeight!,
          hiddenGradient,
          weightGradient,
        }),
    },
    {
      shape: `head, sampling, ${shape}`,
      work: product,
      bound: 'arithmetic',
      call: () => device.headSample({ hidden, matrix, sampling, bits, tokens, logProbability: logProbability!, entropy: entropy!, rows }),
    },
  ];
}

/** Kernels that move more than they compute; work in bytes read and written. */
function streamingKernels(space: Workspace, rows: number, parameters: number): Measured[] {
  const { device } = space;
  const x = space.real(rows * WIDTH, 'x');
  const out = space.real(rows * WIDTH, 'normed');
  const residual = space.real(rows * WIDTH, 'residual');
  const weight = space.real(WIDTH, 'norm');
  const gateUp = space.real(rows * 2 * FEED_FORWARD, 'gate and up');
  const activated = space.real(rows * FEED_FORWARD, 'activated');
  const [values, gradients, first, second] = ['parameters', 'gradients', 'first', 'second'].map((label) => space.real(parameters, label));
  device.zero(second!);
  const step = {
    learningRate: 0,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0,
    correction1: 1,
    correction2: 1,
    gradientScale: 1,
  };
  return [
    {
      shape: `RMSNorm with residual, ${rows} rows of ${WIDTH}`,
      work: 4 * 4 * rows * WIDTH,
      bound: 'bytes',
      call: () => device.rmsNorm({ x, residual, weight, out, rows, width: WIDTH, epsilon: 1e-6 }),
    },
    {
      shape: `SwiGLU, ${rows} rows of ${FEED_FORWARD}`,
      work: 4 * 3 * rows * FEED_FORWARD,
      bound: 'bytes',
      call: () => device.swiGlu({ gateUp, out: activated, rows, width: FEED_FORWARD }),
    },
    {
      shape: `AdamW, ${parameters} parameters`,
      work: 4 * 7 * parameters,
      bound: 'bytes',
      call: () => device.adamW({ parameters: values!, gradients: gradients!, first: first!, second: second!, step }),
    },
  ];
}

const ARENA_BYTES = 96 * 2 ** 20;
const ROWS = 1024;
const PARAMETERS = 1_000_000;

function contender(device: WasmDevice, { work, call }: Pick<Measured, 'work' | 'call'>): Contender {
  return repeated(work, SAMPLE_MS, clockFor(device.threads), (calls) => {
    for (let count = 0; count < calls; count++) call();
    return device.flush();
  });
}

/** Measures each kernel beside the ceiling of its kind: 128-bit multiply and add, or a copy of 4 MB. */
export async function measureKernels(device: WasmDevice, turns: Turns, say: (text: string) => void): Promise<Row[]> {
  const space = new Workspace(device, ARENA_BYTES);
  const kernels = [
    ...attentionKernels(space, 8, 64),
    ...attentionKernels(space, 4, 160),
    ...headKernels(space, ROWS),
    ...streamingKernels(space, ROWS, PARAMETERS),
  ];
  const [from, to] = [space.real(PARAMETERS, 'copied'), space.real(PARAMETERS, 'copy')];
  const copy = contender(device, { work: 8 * PARAMETERS, call: () => device.copy(to, from) });
  await warmUpCeiling(device);
  const multiplyAdd = ceilingContender(device, SAMPLE_MS);
  const rows: Row[] = [];
  for (const kernel of kernels) {
    const isArithmetic = kernel.bound === 'arithmetic';
    const measured = await interleave({ ceiling: isArithmetic ? multiplyAdd : copy, ours: contender(device, kernel) }, turns);
    const { median, best, spread, repetitions } = measured.ours;
    const ceiling = (measured.ceiling.median * (isArithmetic ? device.threads : 1)) / GIGA;
    const shape = `${kernel.shape}, ${threadCount(device.threads)}`;
    rows.push(row(name, shape, median / GIGA, isArithmetic ? 'GFLOP/s' : 'GB/s', { ceiling, best: best / GIGA, spread, repetitions }));
    say(`${name} ${shape}: ${(median / GIGA).toFixed(1)} of ${ceiling.toFixed(1)} ${isArithmetic ? 'GFLOP/s' : 'GB/s'}`);
  }
  space.arena.release();
  return rows;
}

/** Everything but the products (which are `gemm`): attention, the fused head, norms, activation, optimizer. */
export async function run({ threads, say }: BenchOptions): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const count of threads === 1 ? [1] : [1, threads])
    rows.push(...(await withDevice(count, (device) => measureKernels(device, TURNS, say))));
  return rows;
}
