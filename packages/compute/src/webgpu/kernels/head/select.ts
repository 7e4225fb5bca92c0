/**
 * Top-k and top-p as a threshold on the logits, found digit by digit from the top: no sorting. Logits become whole numbers of the same
 * order; eight passes over the row each settle four bits of the lowest number that is kept, by counts (top-k) or by mass (top-p).
 */
import type { GpuLimits } from '../../runtime/features.ts';
import { kernelVariants, read, real, whole, write } from '../../runtime/kernel.ts';
import { exponentialFunction } from '../functions.wgsl.ts';
import { temperedFunction } from './logits.ts';
import { STATE_WORDS } from './state.ts';

const DIGITS = 16;

/** Invocations of a row's workgroup: the most whose tables fit. */
export function selectThreads({ maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup }: GpuLimits): number {
  const fits = (threads: number) =>
    threads * DIGITS * 8 + 64 <= maxComputeWorkgroupStorageSize && threads <= maxComputeInvocationsPerWorkgroup;
  return [256, 128].find(fits) ?? 64;
}

/** WGSL \`rank_key(z)\`: whole numbers in the order of the logits. */
export const rankKeyFunction = `
fn rank_key(z: f32) -> u32 {
  let bits = bitcast<u32>(z);
  return select(bits | 0x80000000u, ~bits, (bits >> 31u) == 1u);
}
`;

/**
 * One workgroup a row writes (key, last) into its state: kept are the tokens whose number exceeds key, and those at key up to index
 * last.
 */
export const selectTokens = kernelVariants('head-select', ([threads, masked]: readonly [number, boolean]) => ({
  bindings: [read('logits'), ...(masked ? [read('mask')] : []), write('states', 'u32')],
  parameters: [...whole('tokens', 'top_k', 'first_round', 'rounds'), ...real('inverse', 'top_p')],
  code: `
${exponentialFunction}
${temperedFunction(masked)}
${rankKeyFunction}
var<workgroup> counts: array<u32, ${DIGITS * threads}>;
var<workgroup> masses: array<f32, ${DIGITS * threads}>;
var<workgroup> floor_key: u32;
var<workgroup> floor_last: u32;
var<workgroup> prefix: u32;
var<workgroup> wanted: u32;
var<workgroup> goal: f32;
var<workgroup> equals: u32;

fn is_kept(key: u32, v: u32) -> bool { return key > floor_key || (key == floor_key && v <= floor_last); }

/** Counts and masses of the kept tokens that share the settled digits, by their next digit; totals end up at lane 0 of each digit. */
fn histogram(row: u32, lane: u32, peak: f32, shift: u32) {
  for (var d = 0u; d < ${DIGITS}u; d++) { counts[d * ${threads}u + lane] = 0u; masses[d * ${threads}u + lane] = 0f; }
  for (var v = lane; v < params.tokens; v += ${threads}u) {
    let z = tempered(row, v);
    let key = rank_key(z);
    let settled = select(key >> (shift + 4u), 0u, shift == 28u);
    if (settled == prefix && is_kept(key, v)) {
      let at = ((key >> shift) & 15u) * ${threads}u + lane;
      counts[at] += 1u;
      masses[at] += exponential(z - peak);
    }
  }
  for (var half = ${threads / 2}u; half >= 1u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      for (var d = 0u; d < ${DIGITS}u; d++) {
        counts[d * ${threads}u + lane] += counts[d * ${threads}u + lane + half];
        masses[d * ${threads}u + lane] += masses[d * ${threads}u + lane + half];
      }
    }
  }
  workgroupBarrier();
}

/** The lowest key that is kept and, of its tokens, the last. \`by_mass\`: as few as reach \`goal\`; otherwise \`wanted\` tokens. */
fn tighten(row: u32, lane: u32, peak: f32, by_mass: bool) {
  if (lane == 0u) { prefix = 0u; }
  workgroupBarrier();
  for (var pass_index = 0u; pass_index < 8u; pass_index++) {
    let shift = 28u - 4u * pass_index;
    histogram(row, lane, peak, shift);
    if (lane == 0u) {
      if (by_mass && pass_index == 0u) {
        var total = 0f;
        for (var d = 0u; d < ${DIGITS}u; d++) { total += masses[d * ${threads}u]; }
        goal = params.top_p * total;
      }
      // From the highest digit down; rounding must not lead past the last digit that has tokens with any mass.
      var last = 16u;
      for (var d = 15i; d >= 0i; d--) {
        let at = u32(d) * ${threads}u;
        if (counts[at] == 0u || (by_mass && masses[at] == 0f && last < 16u)) { continue; }
        last = u32(d);
        let enough = select(counts[at] >= wanted, masses[at] >= goal, by_mass);
        if (enough) { break; }
        var more = false;
        for (var lower = 0u; lower < u32(d); lower++) {
          more = more || (counts[lower * ${threads}u] > 0u && (!by_mass || masses[lower * ${threads}u] > 0f));
        }
        if (!more) { break; }
        wanted -= counts[at];
        goal -= masses[at];
      }
      prefix = (prefix << 4u) | last;
      if (pass_index == 7u && by_mass) {
        // The tokens at this key weigh the same each.
        let each = masses[last * ${threads}u] / f32(counts[last * ${threads}u]);
        wanted = clamp(u32(ceil(goal / max(each, 1e-38f))), 1u, counts[last * ${threads}u]);
      }
      if (pass_index == 7u) { equals = counts[last * ${threads}u]; }
    }
    workgroupBarrier();
  }
  // Of equal tokens the first \`wanted\` stay.
  let key = prefix;
  let kept = workgroupUniformLoad(&wanted);
  if (kept < workgroupUniformLoad(&equals)) {
    let span = (params.tokens + ${threads - 1}u) / ${threads}u;
    let start = lane * span;
    let end = min(params.tokens, start + span);
    var found = 0u;
    for (var v = start; v < end; v++) {
      if (rank_key(tempered(row, v)) == key && is_kept(key, v)) { found++; }
    }
    counts[lane] = found;
    workgroupBarrier();
    var before = 0u;
    for (var i = 0u; i < lane; i++) { before += counts[i]; }
    workgroupBarrier();
    if (before < kept && before + found >= kept) {
      var left = kept - before;
      for (var v = start; v < end; v++) {
        if (rank_key(tempered(row, v)) == key && is_kept(key, v)) {
          left--;
          if (left == 0u) { counts[0] = v; break; }
        }
      }
    }
    workgroupBarrier();
    if (lane == 0u) { floor_last = counts[0]; }
  } else if (lane == 0u && key != floor_key) {
    floor_last = 0xffffffffu;
  }
  workgroupBarrier();
  if (lane == 0u) { floor_key = key; }
  workgroupBarrier();
}

@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) place: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = place.x;
  let at = params.offset_states + ${STATE_WORDS}u * row;
  let peak = bitcast<f32>(states[at]);
  if (lane == 0u) { floor_key = 0u; floor_last = 0xffffffffu; wanted = params.top_k; }
  workgroupBarrier();
  // By count, then by mass; whatever is off is no round.
  for (var round = params.first_round; round < params.rounds; round++) { tighten(row, lane, peak, round == 1u); }
  if (lane == 0u) {
    states[at + 4u] = floor_key;
    states[at + 5u] = floor_last;
  }
}`,
}));
