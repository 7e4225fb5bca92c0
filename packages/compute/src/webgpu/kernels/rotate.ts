/**
 * Rotary position embedding (Su et al. 2021) in the rotate-half form: element i of a head pairs with element i + E/2.
 *   a' = a · cos − b · sin        b' = b · cos + a · sin
 * Backward turns the other way. Keys and values go to the cache in its own type as they are rotated.
 */
import type { GpuRuntime } from '../runtime/gpu-runtime.ts';
import { kernelVariants, read, whole, write } from '../runtime/kernel.ts';
import { gridArguments, linearIndex, spread } from '../runtime/workgroups.ts';
import { webgpuCache } from './attention/cache.ts';
import type { Call } from './call.ts';
import { halfBitsFunction } from './cast.ts';

const THREADS = 64;

/** WGSL `rotate(place, angle, half)`: turns the pair of elements at `place` and half a head further on, of the array \`vectors\`. */
const rotateFunction = (vectors: string, direction: 1 | -1) => `
fn rotate(place: u32, angle: u32, half: u32) {
  let c = cosine[params.offset_cosine + angle];
  let s = ${direction === 1 ? '' : '-'}sine[params.offset_sine + angle];
  let a = ${vectors}[place];
  let b = ${vectors}[place + half];
  ${vectors}[place] = fma(a, c, -(b * s));
  ${vectors}[place + half] = fma(b, c, a * s);
}
`;

/** The bits of the nearest finite f16: attention may load blocks that reach past a segment, and zero times infinity is no number. */
const storedHalfFunction = `
${halfBitsFunction}
fn storedHalf(x: f32) -> u32 {
  let bits = halfBits(bitcast<u32>(x));
  return select(bits, (bits & 0x8000u) | 0x7bffu, (bits & 0x7fffu) > 0x7bffu);
}
`;

/**
 * An invocation turns and stores \`span\` neighbouring pairs of one head: one pair in f32. In f16 two elements share a word, so it takes two
 * pairs, which make two words; where half a head is an odd number of elements, it takes the whole head.
 */
const rotateStore = kernelVariants('rotateAndStore', (storage: 'f32' | 'f16') => ({
  bindings: [
    write('qkv'),
    read('cosine'),
    read('sine'),
    read('positions', 'u32'),
    read('slots', 'u32'),
    write('cache', storage === 'f16' ? 'u16' : 'f32'),
  ],
  parameters: whole('rows', 'queryHeads', 'keyHeads', 'headWidth', 'valuesStart', 'span'),
  code: `
${rotateFunction('qkv', 1)}
${storage === 'f16' ? storedHalfFunction : ''}
@compute @workgroup_size(${THREADS}) fn main(${gridArguments}) {
  let half = params.headWidth / 2u;
  let heads = params.queryHeads + 2u * params.keyHeads;
  let pieces = half / params.span;
  let index = ${linearIndex(THREADS)};
  let row = index / (heads * pieces);
  if (row >= params.rows) { return; }
  let head = (index / pieces) % heads;
  let first = (index % pieces) * params.span;
  let start = params.offset_qkv + (row * heads + head) * params.headWidth;
  if (head < params.queryHeads + params.keyHeads) {
    let angle = positions[params.offset_positions + row] * half + first;
    for (var i = 0u; i < params.span; i++) { rotate(start + first + i, angle + i, half); }
  }
  if (head < params.queryHeads) { return; }
  let keyHead = (head - params.queryHeads) % params.keyHeads;
  let base = select(0u, params.valuesStart, head >= params.queryHeads + params.keyHeads);
  let slot = slots[params.offset_slots + row];
  let stored = params.offset_cache + base + (slot * params.keyHeads + keyHead) * params.headWidth;
  ${
    storage === 'f32'
      ? `cache[stored + first] = qkv[start + first];
  cache[stored + first + half] = qkv[start + first + half];`
      : `let whole = params.span == half;
  for (var i = 0u; i < select(2u, half, whole); i++) {
    let element = select(first + i * half, 2u * i, whole);
    let low = storedHalf(qkv[start + element]);
    let high = storedHalf(qkv[start + element + 1u]);
    cache[(stored + element) >> 1u] = low | (high << 16u);
  }`
  }
}`,
}));

const rotateBack = kernelVariants('rotateBackward', (_: '') => ({
  bindings: [write('qkvGradient'), read('cosine'), read('sine'), read('positions', 'u32')],
  parameters: whole('rows', 'queryHeads', 'keyHeads', 'headWidth'),
  code: `
${rotateFunction('qkvGradient', -1)}
@compute @workgroup_size(${THREADS}) fn main(${gridArguments}) {
  let half = params.headWidth / 2u;
  let turned = params.queryHeads + params.keyHeads;
  let index = ${linearIndex(THREADS)};
  let row = index / (turned * half);
  if (row >= params.rows) { return; }
  let head = (index / half) % turned;
  let i = index % half;
  let start = params.offset_qkvGradient + (row * (turned + params.keyHeads) + head) * params.headWidth;
  rotate(start + i, positions[params.offset_positions + row] * half + i, half);
}`,
}));

export function rotateAndStore(runtime: GpuRuntime, call: Call<'rotateAndStore'>): void {
  const { cosine, sine, rows, queryHeads } = call;
  const cache = webgpuCache(call.cache);
  const { heads: keyHeads, headWidth, storage, valuesStart } = cache;
  const heads = queryHeads + 2 * keyHeads;
  const half = headWidth / 2;
  const span = storage === 'f32' ? 1 : half % 2 === 0 ? 2 : half;
  for (const [start, count] of runtime.rowRuns(rows, 4 * heads * headWidth)) {
    const qkv = call.qkv.slice(start * heads * headWidth, count * heads * headWidth);
    const operands = [qkv, cosine, sine, call.positions.slice(start, count), call.slots.slice(start, count), cache.buffer];
    const scalars = [count, queryHeads, keyHeads, headWidth, valuesStart, span];
    runtime.dispatch(rotateStore(storage), operands, scalars, spread(Math.ceil((count * heads * half) / span / THREADS)));
  }
}

export function rotateBackward(runtime: GpuRuntime, call: Call<'rotateBackward'>): void {
  const { cosine, sine, rows, queryHeads, keyHeads, headWidth } = call;
  const rowWidth = (queryHeads + 2 * keyHeads) * headWidth;
  for (const [start, count] of runtime.rowRuns(rows, 4 * rowWidth)) {
    const operands = [call.qkvGradient.slice(start * rowWidth, count * rowWidth), cosine, sine, call.positions.slice(start, count)];
    const pairs = (count * (queryHeads + keyHeads) * headWidth) / 2;
    runtime.dispatch(rotateBack(''), operands, [count, queryHeads, keyHeads, headWidth], spread(Math.ceil(pairs / THREADS)));
  }
}
