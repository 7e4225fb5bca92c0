import type { GpuRuntime } from '../../runtime/gpu-runtime.ts';
import { kernelVariants, read, whole, write } from '../../runtime/kernel.ts';
import type { GpuBuffer } from '../../runtime/memory.ts';
import { spread } from '../../runtime/workgroups.ts';
import { SUM_THREADS, sumShares } from './sum-shares.ts';

const THREADS = 64;
/** Rows of one share where the sum may be cut. */
const SHARE = 128;

/** One invocation a column, which walks down its share of the rows: the order of the rows is the order of the sum. */
const columnSums = kernelVariants('column-sums', (accumulate: boolean) => ({
  bindings: [read('values'), write('sums')],
  parameters: whole('rows', 'columns', 'share'),
  code: `
@compute @workgroup_size(${THREADS}) fn main(@builtin(global_invocation_id) place: vec3<u32>) {
  let column = place.x;
  if (column >= params.columns) { return; }
  let out = params.offset_sums + place.y * params.columns + column;
  let start = place.y * params.share;
  let end = min(params.rows, start + params.share);
  var sum = ${accumulate ? 'sums[out]' : '0f'};
  for (var row = start; row < end; row++) { sum += values[params.offset_values + row * params.columns + column]; }
  sums[out] = sum;
}`,
}));

/** sums [columns] += the sums of the columns of values [rows, columns], in row order; the fast mode adds shares of the rows. */
export function addColumnSums(runtime: GpuRuntime, values: GpuBuffer, sums: GpuBuffer, rows: number, columns: number): void {
  const groups = Math.ceil(columns / THREADS);
  const count = Math.ceil(rows / SHARE);
  if (runtime.mode === 'exact' || count === 1) {
    runtime.dispatch(columnSums(true), [values, sums], [rows, columns, rows], [groups, 1, 1]);
    return;
  }
  const partial = runtime.scratch('shares of column sums', 'f32', count * columns);
  runtime.dispatch(columnSums(false), [values, partial], [rows, columns, SHARE], [groups, count, 1]);
  runtime.dispatch(sumShares([false, true]), [partial, sums], [1, columns, count, columns], spread(Math.ceil(columns / SUM_THREADS)));
}
