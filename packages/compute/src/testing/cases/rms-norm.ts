import { boundsOf, type KernelCase, pairs } from '../kernel-case.ts';
import { runPlaced } from '../place.ts';
import { RandomSource } from '../random-source.ts';
import { bound, ROUNDINGS, sumRoundings } from '../tolerances.ts';

const EPSILON = 1e-6;

interface Shape {
  readonly rows: number;
  readonly width: number;
  /** Defaults are the contract's: one vector a row, rows without gaps. */
  readonly groups?: number;
  readonly stride?: number;
  readonly outStride?: number;
  /** Multiplies the input: tiny values bring epsilon to the fore. */
  readonly scale?: number;
}

function describe({ rows, width, groups, stride, outStride, scale }: Shape): string {
  const parts = [`${rows} rows of ${width}`];
  if (groups) parts.push(`${groups} groups`);
  if (stride) parts.push(`stride ${stride}`);
  if (outStride) parts.push(`out stride ${outStride}`);
  if (scale) parts.push(`scale ${scale}`);
  return parts.join(', ');
}

function layout({ width, groups = 1, stride = groups * width, outStride = groups * width }: Shape) {
  return { groups, stride, outStride };
}

/** Calls `visit` for every vector with its starts in x and in out. */
function forEachVector(shape: Shape, visit: (xStart: number, outStart: number) => void): void {
  const { groups, stride, outStride } = layout(shape);
  for (let row = 0; row < shape.rows; row++) {
    for (let group = 0; group < groups; group++) visit(row * stride + group * shape.width, row * outStride + group * shape.width);
  }
}

/** The stride arguments that the shape names, and no others. */
function given({ groups, stride }: Shape) {
  return { ...(groups && { groups }), ...(stride && { stride }) };
}

function forwardCase(shape: Shape, residualGiven: boolean): KernelCase {
  const { rows, width, outStride: namedOutStride } = shape;
  const { stride, outStride } = layout(shape);
  const inputs = () => {
    const random = new RandomSource(`rmsNorm ${describe(shape)}`);
    const scale = shape.scale ?? 1;
    return {
      x: random.floats(rows * stride, -scale, scale),
      residual: random.floats(rows * stride, -2 * scale, 2 * scale),
      weight: random.floats(width, 0.5, 1.5),
    };
  };
  return {
    kernel: 'rmsNorm',
    name: `${describe(shape)}${residualGiven ? ', residual' : ''}`,
    run: (device, placement) =>
      runPlaced({
        device,
        placement,
        // Filled with a number: what lies between strided vectors must stay as it is.
        arrays: { ...inputs(), out: new Float32Array(rows * outStride).fill(3) },
        outputs: ['x', 'out'],
        run: ({ x, residual, weight, out }) =>
          device.rmsNorm({
            x,
            weight,
            out,
            rows,
            width,
            epsilon: EPSILON,
            ...given(shape),
            ...(namedOutStride && { outStride: namedOutStride }),
            ...(residualGiven && { residual }),
          }),
      }),
    allowed: ({ x, out }) => ({
      x: residualGiven ? boundsOf(x!.length, (index) => bound(ROUNDINGS.add, Math.abs(x![index]!))) : 'exact',
      out: boundsOf(out!.length, (index) => bound(ROUNDINGS.rmsNorm + sumRoundings(width), Math.abs(out![index]!))),
    }),
  };
}

function inPlaceCase(rows: number, width: number, groups: number, stride: number): KernelCase {
  return {
    kernel: 'rmsNorm',
    name: `${rows} rows of ${width}, ${groups} groups, stride ${stride}, in place`,
    run(device, placement) {
      const random = new RandomSource(`rmsNorm in place ${rows} ${width}`);
      return runPlaced({
        device,
        placement,
        arrays: { x: random.floats(rows * stride), weight: random.floats(width) },
        outputs: ['x'],
        run: ({ x, weight }) => device.rmsNorm({ x, weight, out: x, rows, width, epsilon: EPSILON, groups, stride, outStride: stride }),
      });
    },
    allowed: ({ x }) => ({ x: boundsOf(x!.length, (index) => bound(ROUNDINGS.rmsNorm + sumRoundings(width), Math.abs(x![index]!))) }),
  };
}

function backwardCase(shape: Shape, accumulate: boolean): KernelCase {
  const { rows, width, outStride: namedGradientStride } = shape;
  const { groups, stride, outStride: gradientStride } = layout(shape);
  const inputs = () => {
    const random = new RandomSource(`rmsNormBackward ${describe(shape)}`);
    const scale = shape.scale ?? 1;
    return {
      x: random.floats(rows * stride, -scale, scale),
      weight: random.floats(width, 0.5, 1.5),
      outGradient: random.floats(rows * gradientStride),
      xGradient: random.floats(rows * gradientStride, -2, 2),
      weightGradient: random.floats(width, -3, 3),
    };
  };
  return {
    kernel: 'rmsNormBackward',
    name: `${describe(shape)}${accumulate ? ', accumulate' : ''}`,
    run: (device, placement) =>
      runPlaced({
        device,
        placement,
        arrays: { ...inputs(), scratch: new Float32Array(rows * groups) },
        outputs: ['xGradient', 'weightGradient'],
        run: (buffers) =>
          device.rmsNormBackward({
            ...buffers,
            rows,
            width,
            epsilon: EPSILON,
            accumulate,
            ...given(shape),
            ...(namedGradientStride && { gradientStride: namedGradientStride }),
          }),
      }),
    allowed() {
      const { x, weight, outGradient, xGradient, weightGradient } = inputs();
      const forX = Float64Array.from(xGradient, (value) => (accumulate ? Math.abs(value) : 0));
      const forWeight = Float64Array.from(weightGradient, Math.abs);
      forEachVector(shape, (xStart, gradientStart) => {
        const columns = Array.from({ length: width }, (_, i) => i);
        const meanSquare = columns.reduce((sum, i) => sum + x[xStart + i]! ** 2, 0) / width;
        const root = 1 / Math.sqrt(meanSquare + EPSILON);
        const product = (i: number) => Math.abs(weight[i]! * outGradient[gradientStart + i]!);
        const mean = columns.reduce((sum, i) => sum + product(i) * Math.abs(x[xStart + i]!), 0) / width;
        for (const i of columns) {
          forX[gradientStart + i]! += root * (product(i) + Math.abs(x[xStart + i]!) * root ** 2 * mean);
          forWeight[i]! += Math.abs(outGradient[gradientStart + i]! * x[xStart + i]! * root);
        }
      });
      return {
        xGradient: boundsOf(forX.length, (index) => bound(ROUNDINGS.rmsNormBackward + sumRoundings(width), forX[index]!)),
        weightGradient: boundsOf(width, (index) =>
          bound(ROUNDINGS.rmsNormBackward + sumRoundings(width) + sumRoundings(rows * groups), forWeight[index]!),
        ),
      };
    },
  };
}

const PLAIN = pairs([1, 2, 3, 5, 6, 7, 8, 13, 33], [1, 3, 8, 12, 60, 64, 127, 128, 130]).map(([rows, width]): Shape => ({ rows, width }));

/** Query and key heads inside rows of queries, keys and values, and other gaps. */
const STRIDED: readonly Shape[] = [
  { rows: 5, width: 8, groups: 4 },
  { rows: 3, width: 16, groups: 3, stride: 80, outStride: 80 },
  { rows: 7, width: 64, groups: 2, stride: 256 },
  { rows: 13, width: 2, groups: 5, stride: 11, outStride: 17 },
  { rows: 2, width: 130, stride: 133 },
  { rows: 33, width: 12, groups: 2, outStride: 29 },
  { rows: 4, width: 64, scale: 1e-4 },
  { rows: 4, width: 64, scale: 1e4 },
];

export const rmsNormCases: readonly KernelCase[] = [
  ...PLAIN.map((shape, index) => forwardCase(shape, index % 2 === 0)),
  ...STRIDED.flatMap((shape) => [forwardCase(shape, false), forwardCase(shape, true)]),
  inPlaceCase(5, 16, 3, 80),
  inPlaceCase(2, 7, 2, 15),
  ...PLAIN.map((shape, index) => backwardCase(shape, index % 2 === 0)),
  ...STRIDED.flatMap((shape) => [backwardCase(shape, false), backwardCase(shape, true)]),
];
