import { kernelVariants, read, whole, write } from '../../runtime/kernel.ts';
import { quotientFunction } from '../arithmetic.wgsl.ts';
import { exponentialFunction, logarithmFunction } from '../functions.wgsl.ts';
import { BLOCK } from './logits.ts';
import { resultFunctions } from './result.ts';
import { mergedFunction } from './statistics.ts';

export const FINISH_THREADS = 64;

/** log p of the target, entropy and log-sum-exp from the statistics of all blocks, one invocation a row. */
export const finishForward = kernelVariants('head-finish', (_: '') => ({
  bindings: [read('statistics'), read('targets', 'u32'), write('log_probability'), write('entropy'), write('log_sum_exp')],
  parameters: whole('rows', 'blocks'),
  code: `
${exponentialFunction}
${logarithmFunction}
${quotientFunction}
${mergedFunction}
${resultFunctions}
@compute @workgroup_size(${FINISH_THREADS})
fn main(@builtin(global_invocation_id) place: vec3<u32>) {
  let row = place.x;
  if (row >= params.rows) { return; }
  let state = merged(row);
  let log_sum = logarithm(state.y);
  let block = targets[params.offset_targets + row] / ${BLOCK}u;
  let z = statistics[params.offset_statistics + 4u * (row * params.blocks + block) + 3u];
  log_probability[params.offset_log_probability + row] = log_probability_of(z, state, log_sum);
  entropy[params.offset_entropy + row] = entropy_of(state, log_sum);
  log_sum_exp[params.offset_log_sum_exp + row] = state.x + log_sum;
}`,
}));
