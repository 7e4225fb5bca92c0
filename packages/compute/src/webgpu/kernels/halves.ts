/**
 * Kernels that write u16 buffers. Two values share a word of memory, so an invocation makes one whole word of the target and keeps the
 * half that lies outside the target.
 */
import type { GpuRuntime } from '../runtime/gpu-runtime.ts';
import { type Binding, kernelVariants, read, whole, write } from '../runtime/kernel.ts';
import type { GpuBuffer } from '../runtime/memory.ts';
import { gridArguments, linearIndex, spread } from '../runtime/workgroups.ts';

const THREADS = 256;

/** WGSL around `value(i)`, the bits of element i of the target. */
export function writeHalves(source: Binding, value: string) {
  return {
    bindings: [write('out', 'u16'), source],
    parameters: whole('count', 'words'),
    code: `
${value}
@compute @workgroup_size(${THREADS}) fn main(${gridArguments}) {
  let index = ${linearIndex(THREADS)};
  if (index >= params.words) { return; }
  let word = (params.offset_out >> 1u) + index;
  // The low half lies before the target at most in the first word, the high half past it at most in the last.
  let first = 2u * word;
  let low = first >= params.offset_out;
  let high = first + 1u - params.offset_out < params.count;
  var bits = 0u;
  if (!(low && high)) { bits = out[word]; }
  if (low) { bits = (bits & 0xffff0000u) | (value(first - params.offset_out) & 0xffffu); }
  if (high) { bits = (bits & 0xffffu) | (value(first + 1u - params.offset_out) << 16u); }
  out[word] = bits;
}`,
  };
}

/** Scalars and grid of a kernel made by `writeHalves`. */
export function halvesGrid(target: GpuBuffer): { scalars: [number, number]; grid: [number, number, number] } {
  const words = ((target.start + target.length + 1) >> 1) - (target.start >> 1);
  return { scalars: [target.length, words], grid: spread(Math.ceil(words / THREADS)) };
}

const fill = {
  zero: 'fn value(i: u32) -> u32 { return 0u; }',
  copy: `
fn value(i: u32) -> u32 {
  let place = params.offset_source + i;
  return source[place >> 1u] >> ((place & 1u) << 4u);
}`,
};

const halves = kernelVariants('halves', (name: keyof typeof fill) => {
  const kernel = writeHalves(read('source', 'u16'), fill[name]);
  return name === 'zero' ? { ...kernel, bindings: [kernel.bindings[0]!] } : kernel;
});

/** target = source, or zero without a source, for u16 buffers of one length, wherever they start. */
export function copyHalves(runtime: GpuRuntime, target: GpuBuffer, source?: GpuBuffer): void {
  for (const [start, count] of runtime.elementRuns(target.length, 2)) {
    const part = target.slice(start, count);
    const { scalars, grid } = halvesGrid(part);
    if (source) runtime.dispatch(halves('copy'), [part, source.slice(start, count)], scalars, grid);
    else runtime.dispatch(halves('zero'), [part], scalars, grid);
  }
}
