/** Kernels whose outputs belong to rows, each runnable on any choice of its rows. */
import type { Device } from '../../device.ts';
import { describeHead, headInputs } from '../cases/head.ts';
import { UNFILTERED } from '../cases/head-sample.ts';
import type { Outputs } from '../kernel-case.ts';
import { runPlaced, unwritten } from '../place.ts';
import { RandomSource } from '../random-source.ts';
import { takeRows } from './exactness-check.ts';

export interface RowKernel {
  readonly kernel: string;
  readonly name: string;
  readonly rows: number;
  /** Runs on the chosen rows, in that order; every output has as many rows. */
  run(device: Device, chosen: readonly number[]): Promise<Outputs>;
}

function rmsNormKernel(rows: number, width: number): RowKernel {
  const random = new RandomSource(`rows of rmsNorm ${width}`);
  const x = random.floats(rows * width);
  const weight = random.floats(width);
  return {
    kernel: 'rmsNorm',
    name: `width ${width}`,
    rows,
    run: (device, chosen) =>
      runPlaced({
        device,
        arrays: { x: takeRows(x, width, chosen), weight, out: unwritten(chosen.length * width) },
        outputs: ['out'],
        run: (buffers) => device.rmsNorm({ ...buffers, rows: chosen.length, width, epsilon: 1e-6 }),
      }),
  };
}

function rmsNormBackwardKernel(rows: number, width: number): RowKernel {
  const random = new RandomSource(`rows of rmsNormBackward ${width}`);
  const x = random.floats(rows * width);
  const outGradient = random.floats(rows * width);
  const weight = random.floats(width);
  return {
    kernel: 'rmsNormBackward',
    name: `width ${width}`,
    rows,
    run: (device, chosen) =>
      runPlaced({
        device,
        arrays: {
          x: takeRows(x, width, chosen),
          weight,
          outGradient: takeRows(outGradient, width, chosen),
          xGradient: unwritten(chosen.length * width),
          weightGradient: new Float32Array(width),
          scratch: new Float32Array(chosen.length),
        },
        outputs: ['xGradient'],
        run: (buffers) => device.rmsNormBackward({ ...buffers, rows: chosen.length, width, epsilon: 1e-6, accumulate: false }),
      }),
  };
}

function linearKernel(rows: number, outputs: number, inputs: number): RowKernel {
  const random = new RandomSource(`rows of linear ${outputs} ${inputs}`);
  const x = random.floats(rows * inputs);
  const values = random.floats(outputs * inputs);
  const bias = random.floats(outputs);
  return {
    kernel: 'linear',
    name: `[${outputs}, ${inputs}]`,
    rows,
    run: (device, chosen) =>
      runPlaced({
        device,
        arrays: { x: takeRows(x, inputs, chosen), values, bias, out: unwritten(chosen.length * outputs) },
        outputs: ['out'],
        extraBytes: device.matrixBytes(outputs, inputs, false),
        run({ values, ...buffers }, arena) {
          const matrix = device.createMatrix(arena, values, outputs, inputs, false);
          device.refreshMatrices([matrix]);
          device.linear({ ...buffers, matrix, rows: chosen.length });
        },
      }),
  };
}

function linearInputGradientKernel(rows: number, outputs: number, inputs: number): RowKernel {
  const random = new RandomSource(`rows of linearInputGradient ${outputs} ${inputs}`);
  const outGradient = random.floats(rows * outputs);
  const values = random.floats(outputs * inputs);
  return {
    kernel: 'linearInputGradient',
    name: `[${outputs}, ${inputs}]`,
    rows,
    run: (device, chosen) =>
      runPlaced({
        device,
        arrays: { outGradient: takeRows(outGradient, outputs, chosen), values, xGradient: unwritten(chosen.length * inputs) },
        outputs: ['xGradient'],
        extraBytes: device.matrixBytes(outputs, inputs, true),
        run({ values, ...buffers }, arena) {
          const matrix = device.createMatrix(arena, values, outputs, inputs, true);
          device.refreshMatrices([matrix]);
          device.linearInputGradient({ ...buffers, matrix, rows: chosen.length });
        },
      }),
  };
}

function swiGluKernel(rows: number, width: number): RowKernel {
  const random = new RandomSource(`rows of swiGlu ${width}`);
  const gateUp = random.floats(rows * 2 * width, -5, 5);
  const outGradient = random.floats(rows * width);
  return {
    kernel: 'swiGlu',
    name: `and its gradient, width ${width}`,
    rows,
    run: (device, chosen) =>
      runPlaced({
        device,
        arrays: {
          gateUp: takeRows(gateUp, 2 * width, chosen),
          outGradient: takeRows(outGradient, width, chosen),
          out: unwritten(chosen.length * width),
          gateUpGradient: unwritten(chosen.length * 2 * width),
        },
        outputs: ['out', 'gateUpGradient'],
        run({ gateUp, out, outGradient, gateUpGradient }) {
          device.swiGlu({ gateUp, out, rows: chosen.length, width });
          device.swiGluBackward({ gateUp, outGradient, gateUpGradient, rows: chosen.length, width });
        },
      }),
  };
}

const ROTARY_POSITIONS = 40;

function rotateKernel(rows: number, queryHeads: number, keyHeads: number, headWidth: number): RowKernel {
  const random = new RandomSource(`rows of rotate ${headWidth}`);
  const width = (queryHeads + 2 * keyHeads) * headWidth;
  const qkv = random.floats(rows * width);
  const positions = random.integers(rows, ROTARY_POSITIONS);
  const cosine = random.floats((ROTARY_POSITIONS * headWidth) / 2);
  const sine = random.floats((ROTARY_POSITIONS * headWidth) / 2);
  return {
    kernel: 'rotateAndStore',
    name: `and rotateBackward, heads ${queryHeads}:${keyHeads} of ${headWidth}`,
    rows,
    run: (device, chosen) =>
      runPlaced({
        device,
        arrays: {
          qkv: takeRows(qkv, width, chosen),
          qkvGradient: takeRows(qkv, width, chosen),
          cosine,
          sine,
          positions: takeRows(positions, 1, chosen),
          slots: Uint32Array.from(chosen.keys()),
        },
        outputs: ['qkv', 'qkvGradient'],
        extraBytes: device.cacheBytes(chosen.length, keyHeads, headWidth),
        run({ qkvGradient, ...buffers }, arena) {
          const { cosine, sine, positions } = buffers;
          const cache = device.createCache(arena, chosen.length, keyHeads, headWidth);
          device.rotateAndStore({ ...buffers, cache, rows: chosen.length, queryHeads });
          device.rotateBackward({ qkvGradient, cosine, sine, positions, rows: chosen.length, queryHeads, keyHeads, headWidth });
        },
      }),
  };
}

function headKernel(rows: number, width: number, vocabulary: number, temperature: number): RowKernel {
  const shape = { rows, width, vocabulary, temperature, mask: 'some' } as const;
  const { hidden, values, mask, targets } = headInputs('rows of head', shape);
  const random = new RandomSource(`rows of head ${width} ${vocabulary}`);
  const weights = random.floats(rows * 2);
  const bits = Uint32Array.from({ length: rows }, () => random.word());
  return {
    kernel: 'headForward',
    name: `, headBackward and headSample, ${describeHead(shape)}`,
    rows,
    run: (device, chosen) =>
      runPlaced({
        device,
        arrays: {
          hidden: takeRows(hidden, width, chosen),
          values,
          mask,
          targets: takeRows(targets, 1, chosen),
          logProbability: unwritten(chosen.length),
          entropy: unwritten(chosen.length),
          logSumExp: unwritten(chosen.length),
          logProbabilityWeight: takeRows(weights, 1, chosen),
          entropyWeight: takeRows(weights.subarray(rows), 1, chosen),
          hiddenGradient: unwritten(chosen.length * width),
          weightGradient: new Float32Array(vocabulary * width),
          bits: takeRows(bits, 1, chosen),
          tokens: new Uint32Array(chosen.length),
          sampledLogProbability: unwritten(chosen.length),
          sampledEntropy: unwritten(chosen.length),
        },
        outputs: ['logProbability', 'entropy', 'logSumExp', 'hiddenGradient', 'tokens', 'sampledLogProbability', 'sampledEntropy'],
        extraBytes: device.matrixBytes(vocabulary, width, true),
        run(buffers, arena) {
          const { hidden, values, mask, targets, logProbability, entropy, logSumExp, bits, tokens } = buffers;
          const matrix = device.createMatrix(arena, values, vocabulary, width, true);
          const shared = { hidden, matrix, mask, rows: chosen.length };
          device.refreshMatrices([matrix]);
          device.headForward({ ...shared, targets, temperature, logProbability, entropy, logSumExp });
          device.headBackward({
            ...shared,
            targets,
            temperature,
            entropy,
            logSumExp,
            logProbabilityWeight: buffers.logProbabilityWeight,
            entropyWeight: buffers.entropyWeight,
            hiddenGradient: buffers.hiddenGradient,
            weightGradient: buffers.weightGradient,
          });
          device.headSample({
            ...shared,
            sampling: { ...UNFILTERED, temperature, topP: 0.9 },
            bits,
            tokens,
            logProbability: buffers.sampledLogProbability,
            entropy: buffers.sampledEntropy,
          });
        },
      }),
  };
}

export const rowKernels: readonly RowKernel[] = [
  rmsNormKernel(23, 60),
  rmsNormKernel(40, 7),
  rmsNormBackwardKernel(23, 60),
  linearKernel(23, 37, 301),
  linearKernel(40, 128, 64),
  linearKernel(15, 3, 5),
  linearInputGradientKernel(23, 37, 301),
  linearInputGradientKernel(40, 301, 37),
  swiGluKernel(23, 13),
  rotateKernel(23, 4, 2, 16),
  rotateKernel(19, 3, 1, 6),
  headKernel(23, 12, 97, 1),
  headKernel(14, 9, 2051, 0.6),
];
