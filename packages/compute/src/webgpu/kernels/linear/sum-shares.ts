import { kernelVariants, read, whole, write } from '../../runtime/kernel.ts';
import { gridArguments, linearIndex } from '../../runtime/workgroups.ts';

export const SUM_THREADS = 256;

/** out [rows, columns] = (out +) the sum of the matrices [rows, stride] that a product cut along K left behind each other, in their order. */
export const sumShares = kernelVariants('sum-shares', ([bias, accumulate]: readonly [boolean, boolean]) => ({
  bindings: [read('shares'), ...(bias ? [read('bias')] : []), write('out')],
  parameters: whole('rows', 'columns', 'count', 'stride_out'),
  code: `
@compute @workgroup_size(${SUM_THREADS}) fn main(${gridArguments}) {
  let index = ${linearIndex(SUM_THREADS)};
  if (index >= params.rows * params.columns) { return; }
  let row = index / params.columns;
  let column = index - row * params.columns;
  let at = params.offset_out + row * params.stride_out + column;
  var sum = ${accumulate ? 'out[at]' : '0f'};
  for (var share = 0u; share < params.count; share++) {
    sum += shares[params.offset_shares + share * params.rows * params.columns + index];
  }
  out[at] = sum${bias ? ' + bias[params.offset_bias + column]' : ''};
}`,
}));
