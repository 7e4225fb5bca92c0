import { boundsOf, type KernelCase, pairs } from '../kernel-case.ts';
import { runPlaced, unwritten } from '../place.ts';
import { RandomSource } from '../random-source.ts';
import { bound, ROUNDINGS } from '../tolerances.ts';

/** Gates of every size: where the sigmoid bends, where it is flat, and where exp would overflow f32. */
const GATE_RANGES = [1, 10, 120];

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

function inputs(rows: number, width: number, range: number) {
  const random = new RandomSource(`swiGlu ${rows} ${width} ${range}`);
  const gateUp = random.floats(rows * 2 * width, -2, 2);
  for (let row = 0; row < rows; row++) gateUp.set(random.floats(width, -range, range), row * 2 * width);
  return { gateUp, outGradient: random.floats(rows * width) };
}

function forwardCase(rows: number, width: number, range: number): KernelCase {
  return {
    kernel: 'swiGlu',
    name: `${rows} rows of ${width}, gates up to ${range}`,
    run: (device, placement) =>
      runPlaced({
        device,
        placement,
        arrays: { gateUp: inputs(rows, width, range).gateUp, out: unwritten(rows * width) },
        outputs: ['out'],
        run: ({ gateUp, out }) => device.swiGlu({ gateUp, out, rows, width }),
      }),
    allowed: ({ out }) => ({ out: boundsOf(rows * width, (index) => bound(ROUNDINGS.swiGlu, Math.abs(out![index]!))) }),
  };
}

function backwardCase(rows: number, width: number, range: number): KernelCase {
  return {
    kernel: 'swiGluBackward',
    name: `${rows} rows of ${width}, gates up to ${range}`,
    run: (device, placement) =>
      runPlaced({
        device,
        placement,
        arrays: { ...inputs(rows, width, range), gateUpGradient: unwritten(rows * 2 * width) },
        outputs: ['gateUpGradient'],
        run: (buffers) => device.swiGluBackward({ ...buffers, rows, width }),
      }),
    allowed() {
      const { gateUp, outGradient } = inputs(rows, width, range);
      return {
        gateUpGradient: boundsOf(rows * 2 * width, (index) => {
          const [row, column] = [Math.floor(index / (2 * width)), index % width];
          const gate = gateUp[row * 2 * width + column]!;
          const up = gateUp[row * 2 * width + width + column]!;
          const gradient = Math.abs(outGradient[row * width + column]!) * sigmoid(gate);
          const isGate = index % (2 * width) < width;
          return bound(ROUNDINGS.swiGlu, isGate ? gradient * Math.abs(up) * (1 + Math.abs(gate)) : gradient * Math.abs(gate));
        }),
      };
    },
  };
}

export const swiGluCases: readonly KernelCase[] = pairs([1, 2, 3, 8, 13, 33], [1, 3, 8, 12, 60, 127, 130]).flatMap(
  ([rows, width], index) => {
    const range = GATE_RANGES[index % GATE_RANGES.length]!;
    return [forwardCase(rows, width, range), backwardCase(rows, width, range)];
  },
);
