import { kernelVariants, read, whole, write } from '../../runtime/kernel.ts';
import { exponentialFunction } from '../functions.wgsl.ts';
import { mergedFunction } from './statistics.ts';

export const MERGE_THREADS = 64;

/**
 * Words of a row's state while it is sampled: peak, sum and moment of its logits (bits of f32), its first token with the largest logit,
 * then the lowest rank key that is kept and the last token kept at that key.
 */
export const STATE_WORDS = 8;

/** The state of each row and the mass of each block, Σ exp(z - peak), from the statistics of all blocks. */
export const mergeStates = kernelVariants('head-merge', (_: '') => ({
  bindings: [read('statistics'), write('states', 'u32'), write('masses')],
  parameters: whole('rows', 'blocks'),
  code: `
${exponentialFunction}
${mergedFunction}
@compute @workgroup_size(${MERGE_THREADS})
fn main(@builtin(global_invocation_id) place: vec3<u32>) {
  let row = place.x;
  if (row >= params.rows) { return; }
  let state = merged(row);
  var largest = 0xffffffffu;
  for (var block = 0u; block < params.blocks; block++) {
    let at = params.offset_statistics + 4u * (row * params.blocks + block);
    masses[params.offset_masses + row * params.blocks + block] = exponential(statistics[at] - state.x) * statistics[at + 1u];
    if (statistics[at] == state.x) { largest = min(largest, bitcast<u32>(statistics[at + 3u])); }
  }
  let out = params.offset_states + ${STATE_WORDS}u * row;
  states[out] = bitcast<u32>(state.x);
  states[out + 1u] = bitcast<u32>(state.y);
  states[out + 2u] = bitcast<u32>(state.z);
  states[out + 3u] = largest;
  // Every token is kept until a filter says otherwise.
  states[out + 4u] = 0u;
  states[out + 5u] = 0xffffffffu;
}`,
}));
