import { boundsOf, type KernelCase, pairs } from '../kernel-case.ts';
import { runPlaced, unwritten } from '../place.ts';
import { RandomSource } from '../random-source.ts';
import { bound, ROUNDINGS, sumRoundings } from '../tolerances.ts';

const ROWS = [1, 2, 3, 8, 13, 33];
const TABLES: readonly (readonly [entries: number, width: number])[] = [
  [1, 3],
  [7, 1],
  [5, 12],
  [60, 64],
  [97, 127],
  [3, 130],
];

function embeddingCase(rows: number, entries: number, width: number): KernelCase {
  return {
    kernel: 'embedding',
    name: `${rows} rows of a table [${entries}, ${width}]`,
    run(device, placement) {
      const random = new RandomSource(`embedding ${rows} ${entries} ${width}`);
      return runPlaced({
        device,
        placement,
        arrays: { table: random.floats(entries * width), ids: random.integers(rows, entries), out: unwritten(rows * width) },
        outputs: ['out'],
        run: ({ table, ids, out }) => device.embedding({ table, ids, out, rows, width }),
      });
    },
    allowed: () => ({ out: 'exact' }),
  };
}

/** `distinct` ids at most: few of them mean that a row of the table gets many gradients. */
function embeddingBackwardCase(rows: number, entries: number, width: number, distinct: number): KernelCase {
  const inputs = () => {
    const random = new RandomSource(`embeddingBackward ${rows} ${entries} ${width} ${distinct}`);
    return {
      tableGradient: random.floats(entries * width),
      ids: random.integers(rows, distinct),
      outGradient: random.floats(rows * width),
    };
  };
  return {
    kernel: 'embeddingBackward',
    name: `${rows} rows into a table [${entries}, ${width}], ids below ${distinct}`,
    run: (device, placement) =>
      runPlaced({
        device,
        placement,
        arrays: inputs(),
        outputs: ['tableGradient'],
        run: (buffers) => device.embeddingBackward({ ...buffers, rows, width }),
      }),
    allowed() {
      const { tableGradient, ids, outGradient } = inputs();
      const magnitude = Float64Array.from(tableGradient, Math.abs);
      outGradient.forEach((value, index) => {
        magnitude[ids[Math.floor(index / width)]! * width + (index % width)]! += Math.abs(value);
      });
      const roundings = ROUNDINGS.embeddingBackward + sumRoundings(rows);
      return { tableGradient: boundsOf(magnitude.length, (index) => bound(roundings, magnitude[index]!)) };
    },
  };
}

export const embeddingCases: readonly KernelCase[] = pairs(ROWS, TABLES).flatMap(([rows, [entries, width]]) => [
  embeddingCase(rows, entries, width),
  embeddingBackwardCase(rows, entries, width, entries),
  ...(entries > 2 ? [embeddingBackwardCase(rows, entries, width, 2)] : []),
]);
