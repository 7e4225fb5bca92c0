/**
 * The power of two that brings a gradient's largest element to about 2^14. In f16 that leaves 2^-38 of the largest element above zero: a
 * gradient loses nothing that f32 sums would notice, and no loss scale has to be chosen or watched.
 */
import type { GpuRuntime } from '../../runtime/gpu-runtime.ts';
import { kernelVariants, read, whole, write } from '../../runtime/kernel.ts';
import { type GpuBuffer, startsAt } from '../../runtime/memory.ts';
import { gridArguments, spread, workgroupIndex } from '../../runtime/workgroups.ts';

const THREADS = 256;
/** Elements of one workgroup of the first pass. */
const SPAN = 16384;

const maximumTree = `for (var half = ${THREADS / 2}u; half >= 1u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { largest[lane] = max(largest[lane], largest[lane + half]); }
  }
  workgroupBarrier();`;

const partialMaxima = kernelVariants('gradient-maxima', (vector: boolean) => ({
  bindings: [read('values', vector ? 'vec4<f32>' : 'f32'), write('maxima')],
  parameters: whole('count'),
  code: `
var<workgroup> largest: array<f32, ${THREADS}>;
@compute @workgroup_size(${THREADS}) fn main(${gridArguments}) {
  let number = ${workgroupIndex};
  let start = number * ${SPAN / (vector ? 4 : 1)}u;
  let end = min(params.count, start + ${SPAN / (vector ? 4 : 1)}u);
  var most = ${vector ? 'vec4<f32>()' : '0f'};
  for (var i = start + lane; i < end; i += ${THREADS}u) { most = max(most, abs(values[params.offset_values + i])); }
  largest[lane] = ${vector ? 'max(max(most.x, most.y), max(most.z, most.w))' : 'most'};
  ${maximumTree}
  if (lane == 0u && start < end) { maxima[params.offset_maxima + number] = largest[0]; }
}`,
}));

const scaleOf = kernelVariants('gradient-scale', (_: '') => ({
  bindings: [read('maxima'), write('scale')],
  parameters: whole('count'),
  code: `
var<workgroup> largest: array<f32, ${THREADS}>;
@compute @workgroup_size(${THREADS}) fn main(@builtin(local_invocation_index) lane: u32) {
  var most = 0f;
  for (var i = lane; i < params.count; i += ${THREADS}u) { most = max(most, maxima[params.offset_maxima + i]); }
  largest[lane] = most;
  ${maximumTree}
  if (lane == 0u) {
    // The exponent of the largest element; an all-zero gradient, infinities and NaN are left alone.
    let exponent = i32(bitcast<u32>(largest[0]) >> 23u) - 127;
    let shift = select(clamp(14 - exponent, -100, 100), 0, exponent == -127 || exponent == 128);
    scale[params.offset_scale] = bitcast<f32>(u32(127 + shift) << 23u);
    scale[params.offset_scale + 1u] = bitcast<f32>(u32(127 - shift) << 23u);
  }
}`,
}));

/** scale [2]: the factor for `values` and its inverse. */
export function gradientScale(runtime: GpuRuntime, values: GpuBuffer): GpuBuffer {
  const vector = values.length % 4 === 0 && startsAt(values, 4);
  const runs = runtime.elementRuns(values.length, 4);
  const groupsOf = (length: number) => Math.ceil(length / SPAN);
  const groups = runs.reduce((sum, [, count]) => sum + groupsOf(count), 0);
  const maxima = runtime.scratch('gradient maxima', 'f32', groups);
  const scale = runtime.scratch('gradient scale', 'f32', 2);
  let before = 0;
  for (const [start, count] of runs) {
    const own = groupsOf(count);
    const operands = [values.slice(start, count), maxima.slice(before, own)];
    runtime.dispatch(partialMaxima(vector), operands, [vector ? count / 4 : count], spread(own));
    before += own;
  }
  runtime.dispatch(scaleOf(''), [maxima, scale], [groups], [1, 1, 1]);
  return scale;
}
