/** Split invariance: sums over rows that a kernel adds to give the same bits whether the rows come in one call or in several. */
import type { Device, DeviceBuffer } from '../../device.ts';
import { headInputs } from '../cases/head.ts';
import type { Outputs } from '../kernel-case.ts';
import { runPlaced, unwritten } from '../place.ts';
import { RandomSource } from '../random-source.ts';
import { type ExactnessCheck, violation } from './exactness-check.ts';

/** Runs of rows, in order: [first, one past the last]. */
type Parts = readonly (readonly [number, number])[];

interface SummingKernel {
  readonly name: string;
  readonly rows: number;
  run(device: Device, parts: Parts): Promise<Outputs>;
}

const part = (buffer: DeviceBuffer, width: number, [first, end]: readonly [number, number]) =>
  buffer.slice(first * width, (end - first) * width);

function linearWeightGradient(rows: number, outputs: number, inputs: number): SummingKernel {
  return {
    name: `linearWeightGradient [${outputs}, ${inputs}] over ${rows} rows`,
    rows,
    run(device, parts) {
      const random = new RandomSource(`split linearWeightGradient ${outputs} ${inputs}`);
      return runPlaced({
        device,
        arrays: {
          outGradient: random.floats(rows * outputs),
          x: random.floats(rows * inputs),
          weightGradient: random.floats(outputs * inputs),
          biasGradient: random.floats(outputs),
        },
        outputs: ['weightGradient', 'biasGradient'],
        run({ outGradient, x, weightGradient, biasGradient }) {
          for (const each of parts) {
            device.linearWeightGradient({
              outGradient: part(outGradient, outputs, each),
              x: part(x, inputs, each),
              weightGradient,
              biasGradient,
              rows: each[1] - each[0],
              outputs,
              inputs,
            });
          }
        },
      });
    },
  };
}

function embeddingBackward(rows: number, entries: number, width: number): SummingKernel {
  return {
    name: `embeddingBackward, ${rows} rows into [${entries}, ${width}]`,
    rows,
    run(device, parts) {
      const random = new RandomSource(`split embeddingBackward ${entries} ${width}`);
      return runPlaced({
        device,
        arrays: {
          tableGradient: random.floats(entries * width),
          ids: random.integers(rows, entries),
          outGradient: random.floats(rows * width),
        },
        outputs: ['tableGradient'],
        run({ tableGradient, ids, outGradient }) {
          for (const each of parts) {
            const rowCount = each[1] - each[0];
            device.embeddingBackward({
              tableGradient,
              ids: part(ids, 1, each),
              outGradient: part(outGradient, width, each),
              rows: rowCount,
              width,
            });
          }
        },
      });
    },
  };
}

function rmsNormBackward(rows: number, width: number, groups: number): SummingKernel {
  return {
    name: `rmsNormBackward, ${rows} rows of ${groups} times ${width}`,
    rows,
    run(device, parts) {
      const random = new RandomSource(`split rmsNormBackward ${width} ${groups}`);
      const rowWidth = groups * width;
      return runPlaced({
        device,
        arrays: {
          x: random.floats(rows * rowWidth),
          weight: random.floats(width),
          outGradient: random.floats(rows * rowWidth),
          xGradient: random.floats(rows * rowWidth),
          weightGradient: random.floats(width),
          scratch: new Float32Array(rows * groups),
        },
        outputs: ['xGradient', 'weightGradient'],
        run({ x, weight, outGradient, xGradient, weightGradient, scratch }) {
          for (const each of parts) {
            device.rmsNormBackward({
              x: part(x, rowWidth, each),
              weight,
              outGradient: part(outGradient, rowWidth, each),
              xGradient: part(xGradient, rowWidth, each),
              weightGradient,
              scratch,
              rows: each[1] - each[0],
              width,
              groups,
              epsilon: 1e-6,
              accumulate: true,
            });
          }
        },
      });
    },
  };
}

function headBackward(rows: number, width: number, vocabulary: number): SummingKernel {
  return {
    name: `headBackward, ${rows} rows of ${width}, vocabulary ${vocabulary}`,
    rows,
    run(device, parts) {
      const temperature = 0.8;
      const random = new RandomSource(`split headBackward ${width} ${vocabulary}`);
      return runPlaced({
        device,
        arrays: {
          ...headInputs('split', { rows, width, vocabulary, temperature, mask: 'some' }),
          logProbability: unwritten(rows),
          entropy: unwritten(rows),
          logSumExp: unwritten(rows),
          logProbabilityWeight: random.floats(rows),
          entropyWeight: random.floats(rows),
          hiddenGradient: unwritten(rows * width),
          weightGradient: random.floats(vocabulary * width),
        },
        outputs: ['hiddenGradient', 'weightGradient'],
        extraBytes: device.matrixBytes(vocabulary, width, true),
        run({ hidden, values, mask, weightGradient, hiddenGradient, ...perRow }, arena) {
          const matrix = device.createMatrix(arena, values, vocabulary, width, true);
          device.refreshMatrices([matrix]);
          for (const each of parts) {
            const { targets, logProbability, entropy, logSumExp, logProbabilityWeight, entropyWeight } = perRow;
            const shared = {
              hidden: part(hidden, width, each),
              matrix,
              mask,
              targets: part(targets, 1, each),
              temperature,
              entropy: part(entropy, 1, each),
              logSumExp: part(logSumExp, 1, each),
              rows: each[1] - each[0],
            };
            device.headForward({ ...shared, logProbability: part(logProbability, 1, each) });
            device.headBackward({
              ...shared,
              logProbabilityWeight: part(logProbabilityWeight, 1, each),
              entropyWeight: part(entropyWeight, 1, each),
              hiddenGradient: part(hiddenGradient, width, each),
              weightGradient,
            });
          }
        },
      });
    },
  };
}

function splits(rows: number): Parts[] {
  const at = (...cuts: number[]): Parts => {
    const inner = cuts.filter((cut) => cut < rows);
    return [...inner, rows].map((end, index) => [index === 0 ? 0 : inner[index - 1]!, end] as const);
  };
  return [at(1), at(5), at(6, 7), at(2, 3, 13), at(...Array.from({ length: rows - 1 }, (_, index) => index + 1))];
}

function splitInvariance(kernel: SummingKernel): ExactnessCheck {
  return {
    property: 'split invariance',
    name: kernel.name,
    async run(device) {
      const whole = await kernel.run(device, [[0, kernel.rows]]);
      for (const parts of splits(kernel.rows)) {
        const name = `rows in parts ${parts.map(([first, end]) => `${first}-${end}`).slice(0, 5)}`;
        const problem = violation(name, whole, await kernel.run(device, parts));
        if (problem) return problem;
      }
      return undefined;
    },
  };
}

export const splitInvarianceChecks: readonly ExactnessCheck[] = [
  linearWeightGradient(23, 13, 37),
  linearWeightGradient(33, 6, 8),
  linearWeightGradient(300, 7, 9),
  embeddingBackward(33, 4, 13),
  rmsNormBackward(23, 13, 1),
  rmsNormBackward(14, 8, 3),
  headBackward(17, 9, 30),
  headBackward(9, 8, 1100),
].map(splitInvariance);
