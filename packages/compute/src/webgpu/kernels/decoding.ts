/** What keeps decoding on the device: random words by counter, and the step from one token to the next. */
import { keyWords } from '../../random.ts';
import type { GpuRuntime } from '../runtime/gpu-runtime.ts';
import { kernelVariants, read, whole, write } from '../runtime/kernel.ts';
import { gridArguments, linearIndex, spread } from '../runtime/workgroups.ts';
import type { Call } from './call.ts';

const THREADS = 64;

/** First word of Philox-4x32-10, as in ../../random.ts; WGSL has no 64-bit product, so its upper half is put together from 16-bit halves. */
const philox = `
fn multiplyHigh(a: u32, b: u32) -> u32 {
  let lowHigh = (a & 0xffffu) * (b >> 16u);
  let highLow = (a >> 16u) * (b & 0xffffu);
  let middle = (((a & 0xffffu) * (b & 0xffffu)) >> 16u) + (lowHigh & 0xffffu) + (highLow & 0xffffu);
  return (a >> 16u) * (b >> 16u) + (lowHigh >> 16u) + (highLow >> 16u) + (middle >> 16u);
}
fn philox(counter: vec4<u32>, seed: vec2<u32>) -> u32 {
  var c = counter;
  var key = seed;
  for (var round = 0u; round < 10u; round++) {
    let first = c.x * 0xd2511f53u;
    let second = c.z * 0xcd9e8d57u;
    c = vec4<u32>(multiplyHigh(0xcd9e8d57u, c.z) ^ c.y ^ key.x, second, multiplyHigh(0xd2511f53u, c.x) ^ c.w ^ key.y, first);
    key += vec2<u32>(0x9e3779b9u, 0xbb67ae85u);
  }
  return c.x;
}`;

const bitsKernel = kernelVariants('drawBits', (_: '') => ({
  bindings: [read('prompts', 'u32'), read('samples', 'u32'), read('tokens', 'u32'), write('bits', 'u32')],
  parameters: whole('seedLow', 'seedHigh', 'step', 'rows'),
  code: `${philox}
@compute @workgroup_size(${THREADS}) fn main(${gridArguments}) {
  let r = ${linearIndex(THREADS)};
  if (r >= params.rows) { return; }
  let counter = vec4<u32>(tokens[params.offset_tokens + r], samples[params.offset_samples + r], prompts[params.offset_prompts + r], params.step);
  bits[params.offset_bits + r] = philox(counter, vec2<u32>(params.seedLow, params.seedHigh));
}`,
}));

const advanceKernel = kernelVariants('advanceRows', (_: '') => ({
  bindings: [
    read('tokens', 'u32'),
    read('stops', 'u32'),
    write('remaining', 'u32'),
    write('ids', 'u32'),
    write('positions', 'u32'),
    write('slots', 'u32'),
    read('ownStart', 'u32'),
    write('ownLength', 'u32'),
  ],
  parameters: whole('rows'),
  code: `
@compute @workgroup_size(${THREADS}) fn main(${gridArguments}) {
  let r = ${linearIndex(THREADS)};
  if (r >= params.rows) { return; }
  let before = remaining[params.offset_remaining + r];
  if (before == 0u) { return; }
  let token = tokens[params.offset_tokens + r];
  let left = select(0u, before - 1u, stops[params.offset_stops + token] == 0u);
  remaining[params.offset_remaining + r] = left;
  if (left == 0u) { return; }
  let length = ownLength[params.offset_ownLength + r];
  ids[params.offset_ids + r] = token;
  slots[params.offset_slots + r] = ownStart[params.offset_ownStart + r] + length;
  positions[params.offset_positions + r] += 1u;
  ownLength[params.offset_ownLength + r] = length + 1u;
}`,
}));

export function drawBits(runtime: GpuRuntime, { seed, step, prompts, samples, tokens, bits, rows }: Call<'drawBits'>): void {
  const key = keyWords(seed, step);
  runtime.dispatch(bitsKernel(''), [prompts, samples, tokens, bits], [...key, step, rows], spread(Math.ceil(rows / THREADS)));
}

export function advanceRows(runtime: GpuRuntime, call: Call<'advanceRows'>): void {
  const { tokens, stops, remaining, ids, positions, slots, ownStart, ownLength, rows } = call;
  const operands = [tokens, stops, remaining, ids, positions, slots, ownStart, ownLength];
  runtime.dispatch(advanceKernel(''), operands, [rows], spread(Math.ceil(rows / THREADS)));
}
