/** Row independence: a row gives the same bits alone, in any batch, at any place in it. */
import { RandomSource } from '../random-source.ts';
import { type ExactnessCheck, range, takeOutputRows, violation } from './exactness-check.ts';
import { type RowKernel, rowKernels } from './row-kernels.ts';

/** Batches to compare with all rows in order. */
function batches(rows: number): { name: string; chosen: number[] }[] {
  const shuffled = Array.from(new RandomSource(`batches of ${rows}`).permutation(rows));
  return [
    ...range(rows).map((row) => ({ name: `row ${row} alone`, chosen: [row] })),
    { name: 'all rows backwards', chosen: range(rows).reverse() },
    { name: 'all rows shuffled', chosen: shuffled },
    ...[2, 3, 5, 6, 7, 11].map((count) => ({ name: `${count} shuffled rows`, chosen: shuffled.slice(0, count) })),
    { name: 'all rows three times', chosen: [...range(rows), ...range(rows), ...range(rows)] },
  ];
}

function rowIndependence(rowKernel: RowKernel): ExactnessCheck {
  return {
    property: 'row independence',
    name: `${rowKernel.kernel} ${rowKernel.name}`,
    async run(device) {
      const { rows } = rowKernel;
      const whole = await rowKernel.run(device, range(rows));
      for (const { name, chosen } of batches(rows)) {
        const problem = violation(name, takeOutputRows(whole, rows, chosen), await rowKernel.run(device, chosen));
        if (problem) return problem;
      }
      return undefined;
    },
  };
}

export const rowIndependenceChecks: readonly ExactnessCheck[] = rowKernels.map(rowIndependence);
