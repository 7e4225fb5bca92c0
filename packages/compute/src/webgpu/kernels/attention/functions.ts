/** WGSL that every plain attention kernel starts with, and the frame around a kernel's text. */
import type { Binding, KernelSource } from '../../runtime/kernel.ts';
import { whole } from '../../runtime/kernel.ts';
import { exponentialFunction, logarithmFunction } from '../functions.wgsl.ts';

/** A number as an f32 literal of WGSL. */
export function f32Literal(value: number): string {
  return `${Math.fround(value)}f`;
}

export function attentionFunctions(headWidth: number): string {
  return `${exponentialFunction}${logarithmFunction}
const SCALE = ${f32Literal(1 / Math.sqrt(headWidth))};
// Below every score, and finite: the difference of two of them is a number.
const LOWEST = -3e38f;

fn dotOnto(sum: f32, a: vec4<f32>, b: vec4<f32>) -> f32 {
  return fma(a.w, b.w, fma(a.z, b.z, fma(a.y, b.y, fma(a.x, b.x, sum))));
}
`;
}

/** Makes a kernel whose key lists the options that its text depends on. */
export function attentionKernel(kernel: {
  readonly name: string;
  readonly options: object;
  readonly bindings: readonly Binding[];
  /** Names of u32 scalars. */
  readonly parameters: readonly string[];
  readonly threads: number;
  readonly declarations: string;
  /** Sees `workgroup`, `workgroups` (the grid) and `thread`. */
  readonly body: string;
  readonly directives?: readonly string[];
  /** More parameters of the entry point. */
  readonly builtins?: string;
}): KernelSource {
  const { name, options, bindings, parameters, threads, declarations, body, directives = [], builtins = '' } = kernel;
  const half = bindings.some(({ element }) => element.includes('f16')) ? ['enable f16;'] : [];
  return {
    key: `${name} ${Object.entries(options)
      .map(([option, value]) => `${option}=${value}`)
      .join(' ')}`,
    bindings,
    parameters: whole(...parameters),
    directives: [...new Set([...half, ...directives])],
    code: `${declarations}
@compute @workgroup_size(${threads})
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
  ${builtins}
) {
${body}
}
`,
  };
}
