import type { GpuRuntime } from '../../runtime/gpu-runtime.ts';
import { kernelVariants, read, whole, write } from '../../runtime/kernel.ts';
import type { GpuBuffer } from '../../runtime/memory.ts';

const THREADS = 64;

/** One invocation a column, which walks down its rows: the order of the rows is the order of the sum. */
const columnSums = kernelVariants('column-sums', (_: '') => ({
  bindings: [read('values'), write('sums')],
  parameters: whole('rows', 'columns'),
  code: `
@compute @workgroup_size(${THREADS}) fn main(@builtin(global_invocation_id) place: vec3<u32>) {
  let column = place.x;
  if (column >= params.columns) { return; }
  var sum = sums[params.offset_sums + column];
  var at = params.offset_values + column;
  for (var row = 0u; row < params.rows; row++) {
    sum += values[at];
    at += params.columns;
  }
  sums[params.offset_sums + column] = sum;
}`,
}));

/** sums [columns] += the sums of the columns of values [rows, columns], in row order. */
export function addColumnSums(runtime: GpuRuntime, values: GpuBuffer, sums: GpuBuffer, rows: number, columns: number): void {
  runtime.dispatch(columnSums(''), [values, sums], [rows, columns], [Math.ceil(columns / THREADS), 1, 1]);
}
