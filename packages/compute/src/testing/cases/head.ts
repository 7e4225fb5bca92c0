/** The fused head over vocabularies on both sides of a chunk of 1,024 tokens, at several temperatures, with and without a mask. */
import { SUPPRESSED } from '../../device.ts';
import { boundsOf, type KernelCase } from '../kernel-case.ts';
import { runPlaced, unwritten } from '../place.ts';
import { RandomSource } from '../random-source.ts';
import { bound, ROUNDINGS, sumRoundings } from '../tolerances.ts';
import { headMagnitudes } from './head-magnitudes.ts';

/** Which tokens are barred. `leading` bars all of the first 1,024, so that a device's first chunk holds no token at all. */
type MaskKind = 'none' | 'some' | 'leading' | 'all-but-one';

export interface HeadShape {
  readonly rows: number;
  readonly width: number;
  readonly vocabulary: number;
  readonly temperature: number;
  readonly mask: MaskKind;
  /** Hidden states lie within ± this; large ones make the distribution sharp. By default logits have a standard deviation of 2. */
  readonly range?: number;
}

export function describeHead({ rows, width, vocabulary, temperature, mask, range }: HeadShape): string {
  return `${rows} rows of ${width}, vocabulary ${vocabulary}, temperature ${temperature}, mask ${mask}${range ? `, range ${range}` : ''}`;
}

function maskOf(kind: MaskKind, vocabulary: number, random: RandomSource): Float32Array {
  const kept = random.integers(1, vocabulary)[0]!;
  return Float32Array.from({ length: vocabulary }, (_, token) => {
    const barred =
      (kind === 'some' && token !== kept && random.word() % 3 === 0) ||
      (kind === 'leading' && token < Math.min(1024, vocabulary - 1)) ||
      (kind === 'all-but-one' && token !== kept);
    return barred ? SUPPRESSED : 0;
  });
}

/** The half-width at which uniform hidden states, times weights uniform in ±1, give logits of standard deviation 2. */
export function hiddenRange(width: number): number {
  return 6 / Math.sqrt(width);
}

export function headInputs(kernel: string, shape: HeadShape) {
  const { rows, width, vocabulary, range = hiddenRange(width) } = shape;
  const random = new RandomSource(`${kernel} ${describeHead(shape)}`);
  const mask = maskOf(shape.mask, vocabulary, random);
  const allowed = Array.from(mask.keys()).filter((token) => mask[token] === 0);
  return {
    hidden: random.floats(rows * width, -range, range),
    values: random.floats(vocabulary * width),
    mask,
    targets: Uint32Array.from(random.integers(rows, allowed.length), (index) => allowed[index]!),
  };
}

function forwardCase(shape: HeadShape): KernelCase {
  const { rows, width, vocabulary, temperature } = shape;
  return {
    kernel: 'headForward',
    name: describeHead(shape),
    run: (device, placement) =>
      runPlaced({
        device,
        placement,
        arrays: {
          ...headInputs('headForward', shape),
          logProbability: unwritten(rows),
          entropy: unwritten(rows),
          logSumExp: unwritten(rows),
        },
        outputs: ['logProbability', 'entropy', 'logSumExp'],
        extraBytes: device.matrixBytes(vocabulary, width, false),
        run({ values, mask, ...buffers }, arena) {
          const matrix = device.createMatrix(arena, values, vocabulary, width, false);
          device.refreshMatrices([matrix]);
          device.headForward({ ...buffers, matrix, temperature, rows, ...(shape.mask !== 'none' && { mask }) });
        },
      }),
    allowed: () => headMagnitudes(headInputs('headForward', shape), shape).bounds,
  };
}

function backwardCase(shape: HeadShape): KernelCase {
  const { rows, width, vocabulary, temperature } = shape;
  const inputs = () => {
    const random = new RandomSource(`headBackward weights ${describeHead(shape)}`);
    return {
      ...headInputs('headBackward', shape),
      logProbabilityWeight: random.floats(rows),
      entropyWeight: random.floats(rows),
      weightGradient: random.floats(vocabulary * width),
    };
  };
  return {
    kernel: 'headBackward',
    name: describeHead(shape),
    run: (device, placement) =>
      runPlaced({
        device,
        placement,
        arrays: {
          ...inputs(),
          logProbability: unwritten(rows),
          entropy: unwritten(rows),
          logSumExp: unwritten(rows),
          hiddenGradient: unwritten(rows * width),
        },
        outputs: ['hiddenGradient', 'weightGradient'],
        extraBytes: device.matrixBytes(vocabulary, width, true),
        run({ values, mask, logProbability, ...buffers }, arena) {
          const matrix = device.createMatrix(arena, values, vocabulary, width, true);
          const masked = shape.mask !== 'none' && { mask };
          device.refreshMatrices([matrix]);
          device.headForward({ ...buffers, logProbability, matrix, temperature, rows, ...masked });
          device.headBackward({ ...buffers, matrix, temperature, rows, ...masked });
        },
      }),
    allowed() {
      const { hidden, values, targets, logProbabilityWeight, entropyWeight, weightGradient, mask } = inputs();
      const { logits, logSumExp, entropy, roundings } = headMagnitudes({ hidden, values, mask, targets }, shape);
      const forHidden = new Float64Array(rows * width);
      const forWeight = Float64Array.from(weightGradient, Math.abs);
      for (let row = 0; row < rows; row++) {
        for (let v = 0; v < vocabulary; v++) {
          const logProbability = logits[row]![v]! - logSumExp[row]!;
          const probability = Math.exp(logProbability);
          if (probability === 0 && v !== targets[row]) continue;
          const fromLogProbability = Math.abs(logProbabilityWeight[row]!) * ((v === targets[row] ? 1 : 0) + probability);
          const fromEntropy = Math.abs(entropyWeight[row]!) * probability * (1 + Math.abs(logProbability) + entropy[row]!);
          const gradient = (fromLogProbability + fromEntropy) / temperature;
          for (let i = 0; i < width; i++) {
            forHidden[row * width + i]! += gradient * Math.abs(values[v * width + i]!);
            forWeight[v * width + i]! += gradient * Math.abs(hidden[row * width + i]!);
          }
        }
      }
      const each = ROUNDINGS.headBackward + roundings;
      return {
        hiddenGradient: boundsOf(rows * width, (index) => bound(each + sumRoundings(vocabulary), forHidden[index]!)),
        weightGradient: boundsOf(vocabulary * width, (index) => bound(each + sumRoundings(rows), forWeight[index]!)),
      };
    },
  };
}

const VOCABULARIES = [1, 2, 3, 4, 5, 6, 7, 60, 64, 97, 1024, 1025, 2051];
const ROWS = [1, 2, 3, 5, 6, 7, 8, 13, 33];
const WIDTHS = [1, 3, 8, 12, 60, 64, 127, 128, 130];
const TEMPERATURES = [1, 0.6, 1.7];
const MASKS: readonly MaskKind[] = ['none', 'some'];

/** Each vocabulary with four combinations of the other lists, chosen so that every value of each list meets small and large vocabularies. */
const SHAPES: readonly HeadShape[] = VOCABULARIES.flatMap((vocabulary, index) =>
  [0, 1, 2, 3].map((variant) => ({
    vocabulary,
    rows: ROWS[(index * 4 + variant * 7) % ROWS.length]!,
    width: WIDTHS[(index * 2 + variant * 5) % WIDTHS.length]!,
    temperature: TEMPERATURES[(index + variant) % TEMPERATURES.length]!,
    mask: MASKS[(index + (variant >> 1)) % MASKS.length]!,
  })),
);

const EXTREMES: readonly HeadShape[] = [
  { rows: 3, width: 8, vocabulary: 2051, temperature: 1, mask: 'leading' },
  { rows: 7, width: 12, vocabulary: 1025, temperature: 0.6, mask: 'leading' },
  { rows: 3, width: 8, vocabulary: 97, temperature: 1, mask: 'all-but-one' },
  { rows: 2, width: 64, vocabulary: 1500, temperature: 1, mask: 'none', range: 30 },
  { rows: 2, width: 64, vocabulary: 1500, temperature: 1, mask: 'none', range: 1e-3 },
];

export const headCases: readonly KernelCase[] = [...SHAPES, ...EXTREMES].flatMap((shape) => [forwardCase(shape), backwardCase(shape)]);
