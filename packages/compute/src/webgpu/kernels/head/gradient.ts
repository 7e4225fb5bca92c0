import { kernelVariants, read, real, whole, write } from '../../runtime/kernel.ts';
import { gridArguments, linearIndex } from '../../runtime/workgroups.ts';
import { exponentialFunction } from '../functions.wgsl.ts';
import { maskTerm } from './logits.ts';

export const GRADIENT_THREADS = 256;

/**
 * Raw logits of a chunk become the gradient by them, in place:
 * (w · (1[v = target] - p) - h · p · (log p + H)) / temperature, with w and h the row's weights of log-probability and entropy.
 */
export const logitGradient = kernelVariants('head-gradient', (masked: boolean) => ({
  bindings: [
    write('logits'),
    ...(masked ? [read('mask')] : []),
    read('targets', 'u32'),
    read('entropy'),
    read('log_sum_exp'),
    read('weights'),
    read('entropy_weights'),
  ],
  parameters: [...whole('rows', 'tokens', 'first'), ...real('inverse')],
  code: `
${exponentialFunction}
@compute @workgroup_size(${GRADIENT_THREADS})
fn main(${gridArguments}) {
  let index = ${linearIndex(GRADIENT_THREADS)};
  if (index >= params.rows * params.tokens) { return; }
  let row = index / params.tokens;
  let v = index - row * params.tokens;
  let at = params.offset_logits + index;
  let z = fma(logits[at], params.inverse, ${maskTerm(masked)});
  let log_p = z - log_sum_exp[params.offset_log_sum_exp + row];
  let weight = weights[params.offset_weights + row];
  let slope = fma(entropy_weights[params.offset_entropy_weights + row], log_p + entropy[params.offset_entropy + row], weight);
  let here = select(0f, weight, params.first + v == targets[params.offset_targets + row]);
  logits[at] = fma(-exponential(log_p), slope, here) * params.inverse;
}`,
}));
