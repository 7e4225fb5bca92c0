/**
 * Conversion between f32 and the bits of bf16 or f16, by whole-number arithmetic alone: adapters may flush the small numbers of their own
 * conversions to zero and round as they like. To the nearest, ties to even; overflow to infinity; NaN stays NaN.
 */
import type { DeviceBuffer } from '../../device.ts';
import type { GpuRuntime } from '../runtime/gpu-runtime.ts';
import { kernelVariants, read, whole, write } from '../runtime/kernel.ts';
import { gpuBuffer } from '../runtime/memory.ts';
import { gridArguments, linearIndex, spread } from '../runtime/workgroups.ts';
import { halvesGrid, writeHalves } from './halves.ts';

const THREADS = 256;

/** WGSL `halfBits(bits of an f32) -> bits of an f16`. */
export const halfBitsFunction = `
fn halfBits(bits: u32) -> u32 {
  let sign = (bits >> 16u) & 0x8000u;
  let magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) { return sign | 0x7e00u; }
  if (magnitude >= 0x47800000u) { return sign | 0x7c00u; }
  if (magnitude >= 0x38800000u) { return sign | ((magnitude + 0xfffu + ((magnitude >> 13u) & 1u) - 0x38000000u) >> 13u); }
  // Subnormal: the significand moves right until it counts steps of 2^-24; below half a step nothing is left.
  if (magnitude < 0x33000000u) { return sign; }
  let shift = 126u - (magnitude >> 23u);
  let significand = (magnitude & 0x7fffffu) | 0x800000u;
  let steps = significand >> shift;
  let rest = significand & ((1u << shift) - 1u);
  let half = 1u << (shift - 1u);
  return sign | (steps + select(0u, 1u, rest > half || (rest == half && (steps & 1u) == 1u)));
}
`;

const NARROW = {
  f16: halfBitsFunction,
  bf16: `
fn halfBits(bits: u32) -> u32 {
  if ((bits & 0x7fffffffu) > 0x7f800000u) { return (bits >> 16u) | 0x40u; }
  return (bits + 0x7fffu + ((bits >> 16u) & 1u)) >> 16u;
}
`,
};

const WIDEN = {
  f16: `
fn wideBits(half: u32) -> u32 {
  let sign = (half & 0x8000u) << 16u;
  let exponent = (half >> 10u) & 31u;
  let fraction = half & 0x3ffu;
  if (exponent == 31u) { return sign | 0x7f800000u | (fraction << 13u); }
  if (exponent > 0u) { return sign | ((exponent + 112u) << 23u) | (fraction << 13u); }
  if (fraction == 0u) { return sign; }
  // A subnormal half is a normal f32: its highest bit becomes the hidden one.
  let top = firstLeadingBit(fraction);
  return sign | ((top + 103u) << 23u) | ((fraction << (23u - top)) & 0x7fffffu);
}
`,
  bf16: 'fn wideBits(half: u32) -> u32 { return half << 16u; }',
};

type Format = keyof typeof NARROW;

const narrow = kernelVariants('cast to', (format: Format) =>
  writeHalves(read('source', 'u32'), `${NARROW[format]}\nfn value(i: u32) -> u32 { return halfBits(source[params.offset_source + i]); }`),
);

const widen = kernelVariants('cast from', (format: Format) => ({
  bindings: [write('out', 'u32'), read('source', 'u16')],
  parameters: whole('count'),
  code: `
${WIDEN[format]}
@compute @workgroup_size(${THREADS}) fn main(${gridArguments}) {
  let i = ${linearIndex(THREADS)};
  if (i >= params.count) { return; }
  let place = params.offset_source + i;
  out[params.offset_out + i] = wideBits((source[place >> 1u] >> ((place & 1u) << 4u)) & 0xffffu);
}`,
}));

export function cast(runtime: GpuRuntime, target: DeviceBuffer, source: DeviceBuffer, format: Format): void {
  if (target.length !== source.length) {
    throw new RangeError(`cast: target has ${target.length} elements and source ${source.length}; they must be equal`);
  }
  if ((target.type === 'u16') === (source.type === 'u16') || target.type === 'u32' || source.type === 'u32') {
    throw new TypeError(`cast converts between f32 and u16 buffers, not from ${source.type} to ${target.type}`);
  }
  for (const [start, count] of runtime.elementRuns(target.length, 4)) {
    const [to, from] = [gpuBuffer(target).slice(start, count), source.slice(start, count)];
    if (target.type === 'u16') {
      const { scalars, grid } = halvesGrid(to);
      runtime.dispatch(narrow(format), [to, from], scalars, grid);
    } else {
      runtime.dispatch(widen(format), [to, from], [count], spread(Math.ceil(count / THREADS)));
    }
  }
}
