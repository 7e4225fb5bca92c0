import { boundsOf, type KernelCase, pairs } from '../kernel-case.ts';
import { runPlaced, unwritten } from '../place.ts';
import { RandomSource } from '../random-source.ts';
import { bound, ROUNDINGS, sumRoundings } from '../tolerances.ts';

const ROWS = [1, 2, 3, 5, 6, 7, 8, 13, 33];
const MATRICES: readonly (readonly [outputs: number, inputs: number])[] = [
  [1, 1],
  [3, 8],
  [8, 3],
  [12, 60],
  [60, 127],
  [64, 64],
  [127, 12],
  [128, 130],
  [130, 128],
  [5, 301],
  [301, 5],
];

function forwardCase(rows: number, outputs: number, inputs: number, biasGiven: boolean): KernelCase {
  const arrays = () => {
    const random = new RandomSource(`linear ${rows} ${outputs} ${inputs}`);
    return { x: random.floats(rows * inputs), values: random.floats(outputs * inputs), bias: random.floats(outputs, -3, 3) };
  };
  return {
    kernel: 'linear',
    name: `${rows} rows through [${outputs}, ${inputs}]${biasGiven ? ', bias' : ''}`,
    run: (device, placement) =>
      runPlaced({
        device,
        placement,
        arrays: { ...arrays(), out: unwritten(rows * outputs) },
        outputs: ['out'],
        extraBytes: device.matrixBytes(outputs, inputs, false),
        run({ x, values, bias, out }, arena) {
          const matrix = device.createMatrix(arena, values, outputs, inputs, false);
          device.refreshMatrices([matrix]);
          device.linear({ x, matrix, out, rows, ...(biasGiven && { bias }) });
        },
      }),
    allowed() {
      const { x, values, bias } = arrays();
      return {
        out: boundsOf(rows * outputs, (index) => {
          const [row, n] = [Math.floor(index / outputs), index % outputs];
          let magnitude = biasGiven ? Math.abs(bias[n]!) : 0;
          for (let k = 0; k < inputs; k++) magnitude += Math.abs(x[row * inputs + k]! * values[n * inputs + k]!);
          return bound(ROUNDINGS.linear + sumRoundings(inputs), magnitude);
        }),
      };
    },
  };
}

function inputGradientCase(rows: number, outputs: number, inputs: number): KernelCase {
  const arrays = () => {
    const random = new RandomSource(`linearInputGradient ${rows} ${outputs} ${inputs}`);
    return { outGradient: random.floats(rows * outputs), values: random.floats(outputs * inputs) };
  };
  return {
    kernel: 'linearInputGradient',
    name: `${rows} rows back through [${outputs}, ${inputs}]`,
    run: (device, placement) =>
      runPlaced({
        device,
        placement,
        arrays: { ...arrays(), xGradient: unwritten(rows * inputs) },
        outputs: ['xGradient'],
        extraBytes: device.matrixBytes(outputs, inputs, true),
        run({ outGradient, values, xGradient }, arena) {
          const matrix = device.createMatrix(arena, values, outputs, inputs, true);
          device.refreshMatrices([matrix]);
          device.linearInputGradient({ outGradient, matrix, xGradient, rows });
        },
      }),
    allowed() {
      const { outGradient, values } = arrays();
      return {
        xGradient: boundsOf(rows * inputs, (index) => {
          const [row, k] = [Math.floor(index / inputs), index % inputs];
          let magnitude = 0;
          for (let n = 0; n < outputs; n++) magnitude += Math.abs(outGradient[row * outputs + n]! * values[n * inputs + k]!);
          return bound(ROUNDINGS.linear + sumRoundings(outputs), magnitude);
        }),
      };
    },
  };
}

function weightGradientCase(rows: number, outputs: number, inputs: number, biasGiven: boolean): KernelCase {
  const arrays = () => {
    const random = new RandomSource(`linearWeightGradient ${rows} ${outputs} ${inputs}`);
    return {
      outGradient: random.floats(rows * outputs),
      x: random.floats(rows * inputs),
      weightGradient: random.floats(outputs * inputs, -2, 2),
      biasGradient: random.floats(outputs, -2, 2),
    };
  };
  return {
    kernel: 'linearWeightGradient',
    name: `${rows} rows into [${outputs}, ${inputs}]${biasGiven ? ', bias' : ''}`,
    run: (device, placement) =>
      runPlaced({
        device,
        placement,
        arrays: arrays(),
        outputs: ['weightGradient', 'biasGradient'],
        run: ({ outGradient, x, weightGradient, biasGradient }) =>
          device.linearWeightGradient({ outGradient, x, weightGradient, rows, outputs, inputs, ...(biasGiven && { biasGradient }) }),
      }),
    allowed() {
      const { outGradient, x, weightGradient, biasGradient } = arrays();
      const roundings = ROUNDINGS.linear + sumRoundings(rows);
      const allRows = Array.from({ length: rows }, (_, row) => row);
      return {
        weightGradient: boundsOf(outputs * inputs, (index) => {
          const [n, k] = [Math.floor(index / inputs), index % inputs];
          const terms = allRows.reduce((sum, row) => sum + Math.abs(outGradient[row * outputs + n]! * x[row * inputs + k]!), 0);
          return bound(roundings, Math.abs(weightGradient[index]!) + terms);
        }),
        biasGradient: biasGiven
          ? boundsOf(outputs, (n) => {
              const terms = allRows.reduce((sum, row) => sum + Math.abs(outGradient[row * outputs + n]!), 0);
              return bound(roundings, Math.abs(biasGradient[n]!) + terms);
            })
          : 'exact',
      };
    },
  };
}

/** Values change after the matrix was made: only a refreshed matrix gives the second product. */
function refreshCase(): KernelCase {
  const [rows, outputs, inputs] = [7, 13, 10];
  const arrays = () => {
    const random = new RandomSource('linear refresh');
    return { x: random.floats(rows * inputs), before: random.floats(outputs * inputs), values: random.floats(outputs * inputs) };
  };
  return {
    kernel: 'refreshMatrices',
    name: `[${outputs}, ${inputs}] after a change of its values`,
    run: (device, placement) =>
      runPlaced({
        device,
        placement,
        arrays: { ...arrays(), first: unwritten(rows * outputs), second: unwritten(rows * outputs) },
        outputs: ['first', 'second'],
        extraBytes: device.matrixBytes(outputs, inputs, true),
        run({ x, before, values, first, second }, arena) {
          const matrix = device.createMatrix(arena, before, outputs, inputs, true);
          device.refreshMatrices([matrix]);
          device.linear({ x, matrix, out: first, rows });
          device.copy(before, values);
          device.refreshMatrices([matrix]);
          device.linear({ x, matrix, out: second, rows });
        },
      }),
    allowed() {
      const tolerance = boundsOf(rows * outputs, () => bound(ROUNDINGS.linear + sumRoundings(inputs), inputs));
      return { first: tolerance, second: tolerance };
    },
  };
}

export const linearCases: readonly KernelCase[] = [
  ...pairs(ROWS, MATRICES).flatMap(([rows, [outputs, inputs]], index) => [
    forwardCase(rows, outputs, inputs, index % 2 === 0),
    inputGradientCase(rows, outputs, inputs),
    weightGradientCase(rows, outputs, inputs, index % 2 === 1),
  ]),
  weightGradientCase(300, 7, 13, true),
  weightGradientCase(257, 8, 16, true),
  weightGradientCase(259, 518, 16, true),
  weightGradientCase(7, 9, 649, false),
  refreshCase(),
];
