/**
 * Gated unit of Shazeer (2020): out = silu(gate) · up.
 * Backward, with s = σ(gate): dgate = g · up · s · (1 + gate · (1 − s)), dup = g · gate · s.
 */
import type { GpuRuntime } from '../runtime/gpu-runtime.ts';
import { kernelVariants, read, whole, write } from '../runtime/kernel.ts';
import { gridArguments, linearIndex, spread } from '../runtime/workgroups.ts';
import { quotientFunction } from './arithmetic.wgsl.ts';
import type { Call } from './call.ts';
import { exponentialFunction } from './functions.wgsl.ts';

const THREADS = 256;

/** WGSL of an invocation for element i of `rows` x `width`, whose gate stands at `gate` and up `width` further on. */
const perElement = (body: string) => `
${exponentialFunction}${quotientFunction}
@compute @workgroup_size(${THREADS}) fn main(${gridArguments}) {
  let i = ${linearIndex(THREADS)};
  if (i >= params.rows * params.width) { return; }
  let at = (i / params.width) * 2u * params.width + i % params.width;
  let gate = gateUp[params.offset_gateUp + at];
  let up = gateUp[params.offset_gateUp + at + params.width];
  ${body}
}`;

const forward = kernelVariants('swiGlu', (_: '') => ({
  bindings: [read('gateUp'), write('out')],
  parameters: whole('rows', 'width'),
  code: perElement('out[params.offset_out + i] = quotient(gate, 1f + exponential(-gate)) * up;'),
}));

const backward = kernelVariants('swiGlu backward', (_: '') => ({
  bindings: [read('gateUp'), read('outGradient'), write('gateUpGradient')],
  parameters: whole('rows', 'width'),
  code: perElement(`
  let gradient = outGradient[params.offset_outGradient + i];
  let open = quotient(1f, 1f + exponential(-gate));
  let slope = open * fma(gate, 1f - open, 1f);
  gateUpGradient[params.offset_gateUpGradient + at] = (gradient * up) * slope;
  gateUpGradient[params.offset_gateUpGradient + at + params.width] = gradient * (gate * open);`),
}));

export function swiGlu(runtime: GpuRuntime, { gateUp, out, rows, width }: Call<'swiGlu'>): void {
  for (const [start, count] of runtime.rowRuns(rows, 8 * width)) {
    const operands = [gateUp.slice(start * 2 * width, count * 2 * width), out.slice(start * width, count * width)];
    runtime.dispatch(forward(''), operands, [count, width], spread(Math.ceil((count * width) / THREADS)));
  }
}

export function swiGluBackward(runtime: GpuRuntime, call: Call<'swiGluBackward'>): void {
  const { gateUp, outGradient, gateUpGradient, rows, width } = call;
  for (const [start, count] of runtime.rowRuns(rows, 8 * width)) {
    const wide = [start * 2 * width, count * 2 * width] as const;
    const operands = [gateUp.slice(...wide), outGradient.slice(start * width, count * width), gateUpGradient.slice(...wide)];
    runtime.dispatch(backward(''), operands, [count, width], spread(Math.ceil((count * width) / THREADS)));
  }
}
