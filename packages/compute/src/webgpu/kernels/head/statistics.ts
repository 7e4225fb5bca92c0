/**
 * What a softmax needs of its logits z, block by block: m = max z, s = Σ exp(z - m), t = Σ exp(z - m) (z - m). Blocks are reduced side by
 * side and merged in order, so the result depends neither on how the vocabulary is chunked nor on the other rows.
 */
import { kernelVariants, read, real, whole, write } from '../../runtime/kernel.ts';
import { treeSum } from '../arithmetic.wgsl.ts';
import { exponentialFunction } from '../functions.wgsl.ts';
import { BLOCK, temperedFunction } from './logits.ts';

const THREADS = 128;

/** WGSL: the larger of each pair by halves, left in `name`[0]. */
function treeMaximum(size: number, name: string): string {
  return `for (var half = ${size / 2}u; half >= 1u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { ${name}[lane] = max(${name}[lane], ${name}[lane + half]); }
  }
  workgroupBarrier();`;
}

/**
 * statistics[row, block] = (m, s, t, extra) for the blocks of a chunk, one workgroup each. `extra` is the target's logit in the target's
 * block (`target`), or the first token with the largest logit as bits (`largest`).
 */
export const blockStatistics = kernelVariants('head-statistics', ([extra, masked]: readonly ['target' | 'largest', boolean]) => ({
  bindings: [
    read('logits'),
    ...(masked ? [read('mask')] : []),
    ...(extra === 'target' ? [read('targets', 'u32')] : []),
    write('statistics'),
  ],
  parameters: [...whole('tokens', 'first', 'blocks'), ...real('inverse')],
  code: `
${exponentialFunction}
${temperedFunction(masked)}
var<workgroup> sums: array<f32, ${THREADS}>;
var<workgroup> moments: array<f32, ${THREADS}>;
var<workgroup> firsts: array<u32, ${THREADS}>;
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) place: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = place.y;
  let start = place.x * ${BLOCK}u;
  let end = min(params.tokens, start + ${BLOCK}u);
  var peak = -3.4e38f;
  var first = 0xffffffffu;
  for (var v = start + lane; v < end; v += ${THREADS}u) {
    let z = tempered(row, v);
    if (z > peak) { peak = z; first = v; }
  }
  sums[lane] = peak;
  ${treeMaximum(THREADS, 'sums')}
  let top = sums[0];
  ${
    extra === 'largest'
      ? `firsts[lane] = select(0xffffffffu, first, peak == top);
  workgroupBarrier();
  if (lane == 0u) { for (var i = 1u; i < ${THREADS}u; i++) { firsts[0] = min(firsts[0], firsts[i]); } }`
      : ''
  }
  workgroupBarrier();
  var sum = 0f;
  var moment = 0f;
  for (var v = start + lane; v < end; v += ${THREADS}u) {
    let d = tempered(row, v) - top;
    let e = exponential(d);
    sum += e;
    moment = fma(e, d, moment);
  }
  sums[lane] = sum;
  moments[lane] = moment;
  ${treeSum(THREADS, 'sums', 'moments')}
  if (lane == 0u) {
    let at = params.offset_statistics + 4u * (row * params.blocks + params.first / ${BLOCK}u + place.x);
    statistics[at] = top;
    statistics[at + 1u] = sums[0];
    statistics[at + 2u] = moments[0];
    ${
      extra === 'largest'
        ? 'statistics[at + 3u] = bitcast<f32>(params.first + firsts[0]);'
        : `let target_token = targets[params.offset_targets + row];
    if (target_token >= params.first + start && target_token < params.first + end) {
      statistics[at + 3u] = tempered(row, target_token - params.first);
    }`
    }
  }
}`,
}));

/** WGSL `merged(row)`: (m, s, t) of a whole row. */
export const mergedFunction = `
fn merged(row: u32) -> vec3<f32> {
  var at = params.offset_statistics + 4u * row * params.blocks;
  var peak = statistics[at];
  var sum = statistics[at + 1u];
  var moment = statistics[at + 2u];
  for (var block = 1u; block < params.blocks; block++) {
    at += 4u;
    let m = statistics[at];
    let top = max(peak, m);
    let down = exponential(peak - top);
    let fresh = exponential(m - top);
    let kept = down * fma(sum, peak - top, moment);
    moment = fma(fresh, fma(statistics[at + 1u], m - top, statistics[at + 2u]), kept);
    sum = fma(fresh, statistics[at + 1u], down * sum);
    peak = top;
  }
  return vec3<f32>(peak, sum, moment);
}
`;
