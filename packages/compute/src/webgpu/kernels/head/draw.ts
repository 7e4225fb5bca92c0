/** The draw: inversion of the cumulative distribution of what the filters left, in index order, first by blocks, then inside one. */
import { kernelVariants, read, real, whole, write } from '../../runtime/kernel.ts';
import { quotientFunction, treeSum } from '../arithmetic.wgsl.ts';
import { exponentialFunction, logarithmFunction } from '../functions.wgsl.ts';
import { BLOCK, temperedFunction } from './logits.ts';
import { resultFunctions } from './result.ts';
import { rankKeyFunction } from './select.ts';
import { STATE_WORDS } from './state.ts';

const THREADS = 128;

/** WGSL `weight(row, v)`: exp(z - peak) of a token that the filters keep, 0 of the others. */
const weightFunction = `
fn weight(row: u32, v: u32) -> f32 {
  let at = params.offset_states + ${STATE_WORDS}u * row;
  let z = tempered(row, v);
  let e = exponential(z - bitcast<f32>(states[at]));
  let key = rank_key(z);
  let kept = key > states[at + 4u] || (key == states[at + 4u] && v <= states[at + 5u]);
  return select(0f, e, kept && e >= params.min_p);
}
`;

/** masses[row, block] = Σ weights of the block's tokens, one workgroup each. */
export const keptMasses = kernelVariants('head-masses', (masked: boolean) => ({
  bindings: [read('logits'), ...(masked ? [read('mask')] : []), read('states', 'u32'), write('masses')],
  parameters: [...whole('tokens', 'blocks'), ...real('inverse', 'min_p')],
  code: `
${exponentialFunction}
${temperedFunction(masked)}
${rankKeyFunction}
${weightFunction}
var<workgroup> sums: array<f32, ${THREADS}>;
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) place: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let start = place.x * ${BLOCK}u;
  let end = min(params.tokens, start + ${BLOCK}u);
  var sum = 0f;
  for (var v = start + lane; v < end; v += ${THREADS}u) { sum += weight(place.y, v); }
  sums[lane] = sum;
  ${treeSum(THREADS, 'sums')}
  if (lane == 0u) { masses[params.offset_masses + place.y * params.blocks + place.x] = sums[0]; }
}`,
}));

/** One workgroup a row: the token, its log-probability and the entropy of the unfiltered distribution. */
export const drawTokens = kernelVariants('head-draw', ([greedy, masked]: readonly [boolean, boolean]) => ({
  bindings: [
    read('logits'),
    ...(masked ? [read('mask')] : []),
    read('states', 'u32'),
    ...(greedy ? [] : [read('masses'), read('bits', 'u32')]),
    write('drawn', 'u32'),
    write('log_probability'),
    write('entropy'),
  ],
  parameters: [...whole('tokens', 'blocks'), ...real('inverse', 'min_p')],
  code: `
${exponentialFunction}
${logarithmFunction}
${quotientFunction}
${temperedFunction(masked)}
${resultFunctions}
${
  greedy
    ? ''
    : `${rankKeyFunction}
${weightFunction}
const SPAN = ${BLOCK / THREADS}u;
var<workgroup> sums: array<f32, ${THREADS}>;
var<workgroup> chosen_block: u32;
var<workgroup> goal: f32;
var<workgroup> chosen: u32;`
}
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) place: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = place.x;
  let state_at = params.offset_states + ${STATE_WORDS}u * row;
${
  greedy
    ? '  let token = states[state_at + 3u];'
    : `
  if (lane == 0u) {
    let at = params.offset_masses + row * params.blocks;
    var total = 0f;
    for (var block = 0u; block < params.blocks; block++) { total += masses[at + block]; }
    let share = f32(bits[params.offset_bits + row]) * 2.3283064365386963e-10f;
    let wanted = share * total;
    // Rounding may leave nothing above the goal: then the last block with any mass, and in it the last token with any.
    var before = 0f;
    for (var block = 0u; block < params.blocks; block++) {
      let mass = masses[at + block];
      if (mass == 0f) { continue; }
      chosen_block = block;
      goal = wanted - before;
      before += mass;
      if (before > wanted) { break; }
    }
  }
  workgroupBarrier();
  let first = chosen_block * ${BLOCK}u + lane * SPAN;
  let end = min(params.tokens, first + SPAN);
  var own = 0f;
  for (var v = first; v < end; v++) { own += weight(row, v); }
  sums[lane] = own;
  workgroupBarrier();
  if (lane == 0u) {
    // Where nothing exceeds the goal, the last invocation with any mass is chosen, and in it the last token with any.
    var before = 0f;
    var left = goal;
    for (var i = 0u; i < ${THREADS}u; i++) {
      if (sums[i] == 0f) { continue; }
      chosen = i;
      left = goal - before;
      before += sums[i];
      if (before > goal) { break; }
    }
    goal = left;
  }
  workgroupBarrier();
  let owner = chosen;
  workgroupBarrier();
  if (lane == owner) {
    var cumulative = 0f;
    for (var v = first; v < end; v++) {
      let w = weight(row, v);
      if (w == 0f) { continue; }
      chosen = v;
      cumulative += w;
      if (cumulative > goal) { break; }
    }
  }
  workgroupBarrier();
  let token = chosen;`
}
  if (lane == 0u) {
    let state = bitcast<vec3<f32>>(vec3<u32>(states[state_at], states[state_at + 1u], states[state_at + 2u]));
    let log_sum = logarithm(state.y);
    drawn[params.offset_drawn + row] = token;
    log_probability[params.offset_log_probability + row] = log_probability_of(tempered(row, token), state, log_sum);
    entropy[params.offset_entropy + row] = entropy_of(state, log_sum);
  }
}`,
}));
