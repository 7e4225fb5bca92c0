/**
 * What a compute kernel is to the runtime: WGSL text with the names of its buffers and scalars. The runtime writes the declarations in
 * front of the text, so that a kernel reads
 *
 *   params.rows, params.epsilon     its scalars, in the order of `parameters`
 *   x[params.offset_x + i]          element i of the operand named x, whatever slice of which allocation it is
 *
 * A vector binding (`vec4<f32>`) needs an operand whose first element is a multiple of the vector's width; `startsAt` tells.
 * A `u16` binding is an array of u32 words with two values each, low half first; its offset counts values.
 */

export type ScalarElement = 'f32' | 'u32' | 'i32' | 'f16' | 'u16' | 'atomic<u32>';
export type GpuElement = ScalarElement | `vec${2 | 4}<${'f32' | 'u32' | 'f16'}>`;

export interface Binding {
  readonly name: string;
  readonly access: 'read' | 'read_write';
  readonly element: GpuElement;
}

export interface Parameter {
  readonly name: string;
  readonly type: 'u32' | 'i32' | 'f32';
}

/** One compute kernel. Equal keys mean equal kernels: a key names the kernel and every option that its text depends on. */
export interface KernelSource {
  readonly key: string;
  /** Operands in the order in which `GpuRuntime.dispatch` takes them. */
  readonly bindings: readonly Binding[];
  /** Scalars in the order in which `GpuRuntime.dispatch` takes them. */
  readonly parameters: readonly Parameter[];
  /** WGSL with an entry point `main`, without declarations of the above. */
  readonly code: string;
  /** Lines that must come first: `enable f16;`, `diagnostic(off, …);`. */
  readonly directives?: readonly string[];
}

const SCALAR_BYTES: Readonly<Record<string, number>> = { f32: 4, u32: 4, i32: 4, f16: 2, u16: 2, 'atomic<u32>': 4 };

/** Bytes that one step of a binding's offset stands for. */
export function elementBytes(element: GpuElement): number {
  const vector = /^vec([24])<(\w+)>$/.exec(element);
  return vector ? Number(vector[1]) * SCALAR_BYTES[vector[2]!]! : SCALAR_BYTES[element]!;
}

/** The whole module: directives, the struct of scalars and offsets, the bindings, the kernel's text. */
export function shaderText({ bindings, parameters, code, directives = [] }: KernelSource): string {
  const fields = [...parameters.map(({ name, type }) => `  ${name}: ${type},`), ...bindings.map(({ name }) => `  offset_${name}: u32,`)];
  const buffers = bindings.map(({ name, access, element }, index) => {
    const stored = element === 'u16' ? 'u32' : element;
    return `@group(0) @binding(${index + 1}) var<storage, ${access}> ${name}: array<${stored}>;`;
  });
  const uniform = '@group(0) @binding(0) var<uniform> params: Params;';
  return [...directives, 'struct Params {', ...fields, '}', uniform, ...buffers, code].join('\n');
}

/** Makes each variant of a kernel once: the options' text form is the name of the variant. */
export function kernelVariants<Options extends string | number | boolean | readonly (string | number | boolean)[]>(
  name: string,
  build: (options: Options) => Omit<KernelSource, 'key'>,
): (options: Options) => KernelSource {
  const known = new Map<string, KernelSource>();
  return (options) => {
    const variant = String(options);
    let kernel = known.get(variant);
    if (!kernel) {
      kernel = { key: variant === '' ? name : `${name} ${variant}`, ...build(options) };
      known.set(variant, kernel);
    }
    return kernel;
  };
}

/** Shorthands for tables of bindings and parameters. */
export const read = (name: string, element: GpuElement = 'f32'): Binding => ({ name, access: 'read', element });
export const write = (name: string, element: GpuElement = 'f32'): Binding => ({ name, access: 'read_write', element });
export const whole = (...names: readonly string[]): Parameter[] => names.map((name) => ({ name, type: 'u32' }));
export const real = (...names: readonly string[]): Parameter[] => names.map((name) => ({ name, type: 'f32' }));
