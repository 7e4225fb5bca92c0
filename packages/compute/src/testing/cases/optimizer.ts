import type { AdamWStep } from '../../device.ts';
import { boundsOf, type KernelCase, pairs } from '../kernel-case.ts';
import { runPlaced, unwritten } from '../place.ts';
import { RandomSource } from '../random-source.ts';
import { blockedSumRoundings, bound, ROUNDINGS } from '../tolerances.ts';

/** Lengths on both sides of powers of two, where blocks begin and end. */
const SUM_LENGTHS = [1, 2, 3, 5, 8, 13, 127, 1024, 1025, 8191, 8192, 8193, 16384, 65537, 100003];

function sumOfSquaresCase(length: number): KernelCase {
  return {
    kernel: 'sumOfSquares',
    name: `${length} elements`,
    run: (device, placement) =>
      runPlaced({
        device,
        placement,
        arrays: { values: new RandomSource(`sumOfSquares ${length}`).floats(length, 0.5, 1.5), out: unwritten(1) },
        outputs: ['out'],
        run: ({ values, out }) => device.sumOfSquares({ values, out }),
      }),
    allowed: ({ out }) => ({ out: boundsOf(1, () => bound(ROUNDINGS.sumOfSquares + blockedSumRoundings(length), out![0]!)) }),
  };
}

/** Magnitudes far from 1. */
function extremeSumOfSquaresCase(name: string, value: number): KernelCase {
  const length = 1000;
  return {
    kernel: 'sumOfSquares',
    name,
    run: (device, placement) =>
      runPlaced({
        device,
        placement,
        arrays: { values: new Float32Array(length).fill(value), out: unwritten(1) },
        outputs: ['out'],
        run: ({ values, out }) => device.sumOfSquares({ values, out }),
      }),
    allowed: ({ out }) => ({ out: boundsOf(1, () => bound(ROUNDINGS.sumOfSquares + blockedSumRoundings(length), out![0]!)) }),
  };
}

interface AdamWVariant {
  readonly name: string;
  readonly step: number;
  readonly options?: Partial<AdamWStep>;
}

const VARIANTS: readonly AdamWVariant[] = [
  { name: 'first step', step: 1 },
  { name: 'later step', step: 37 },
  { name: 'weight decay', step: 3, options: { weightDecay: 0.1 } },
  { name: 'gradient scale', step: 2, options: { gradientScale: 0.037 } },
  { name: 'decay and scale, short memory', step: 5, options: { weightDecay: 0.01, gradientScale: 0.5, beta1: 0.5, beta2: 0.75 } },
  { name: 'large epsilon', step: 4, options: { epsilon: 0.1 } },
];

function adamWCase(length: number, variant: AdamWVariant): KernelCase {
  const base = { learningRate: 1e-2, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, gradientScale: 1, ...variant.options };
  const step: AdamWStep = { ...base, correction1: 1 - base.beta1 ** variant.step, correction2: 1 - base.beta2 ** variant.step };
  const inputs = () => {
    const random = new RandomSource(`adamW ${length} ${variant.name}`);
    return {
      parameters: random.floats(length),
      gradients: random.floats(length, -3, 3),
      first: variant.step === 1 ? new Float32Array(length) : random.floats(length),
      second: variant.step === 1 ? new Float32Array(length) : random.floats(length, 0, 1),
    };
  };
  return {
    kernel: 'adamW',
    name: `${length} elements, ${variant.name}`,
    run: (device, placement) =>
      runPlaced({
        device,
        placement,
        arrays: inputs(),
        outputs: ['parameters', 'first', 'second'],
        run: (buffers) => device.adamW({ ...buffers, step }),
      }),
    allowed({ parameters, second }) {
      const { parameters: before, gradients, first } = inputs();
      const firstMagnitude = (i: number) =>
        step.beta1 * Math.abs(first[i]!) + (1 - step.beta1) * Math.abs(step.gradientScale * gradients[i]!);
      return {
        parameters: boundsOf(length, (i) => {
          const root = Math.sqrt(second![i]! / step.correction2) + step.epsilon;
          const change = step.learningRate * (firstMagnitude(i) / step.correction1 / root + step.weightDecay * Math.abs(before[i]!));
          return bound(ROUNDINGS.adamW, change) + bound(3, Math.max(Math.abs(before[i]!), Math.abs(parameters![i]!)));
        }),
        first: boundsOf(length, (i) => bound(ROUNDINGS.adamW, firstMagnitude(i))),
        second: boundsOf(length, (i) => bound(ROUNDINGS.adamW, second![i]!)),
      };
    },
  };
}

export const optimizerCases: readonly KernelCase[] = [
  ...SUM_LENGTHS.map(sumOfSquaresCase),
  extremeSumOfSquaresCase('1000 elements of 1e15', 1e15),
  extremeSumOfSquaresCase('1000 elements of 1e-15', 1e-15),
  ...pairs([1, 3, 4, 7, 33, 130], VARIANTS).map(([length, variant]) => adamWCase(length, variant)),
  adamWCase(8195, VARIANTS[2]!),
];
