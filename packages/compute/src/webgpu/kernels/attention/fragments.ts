/**
 * Blocks of 16 x 16 that a subgroup multiplies together: the adapter's subgroup matrices, f16 times f16 added up in f32, or the same
 * operations spelled out in plain WGSL in f32, so that the kernels on top are proved on adapters without the unit.
 */
import type { SubgroupMatrixConfig } from '../../runtime/features.ts';
import { f32Literal } from './functions.ts';

/** Side of a block. */
export const BLOCK = 16;

export interface FragmentUnit {
  readonly kind: 'subgroup-matrix' | 'spelled-out';
  readonly subgroupSize: number;
}

/** Bytes of a factor's element in workgroup memory. */
export function halfBytes({ kind }: FragmentUnit): number {
  return kind === 'subgroup-matrix' ? 2 : 4;
}

export function hasFragments(configurations: readonly SubgroupMatrixConfig[]): boolean {
  return configurations.some(
    ({ componentType, resultComponentType, M, N, K }) =>
      componentType === 'f16' && resultComponentType === 'f32' && M === BLOCK && N === BLOCK && K === BLOCK,
  );
}

/** An array that blocks are loaded from or stored to. */
export interface FragmentArray {
  readonly name: string;
  /** \`half\`: workgroup memory of the unit's factors; \`f32\`: workgroup memory; \`stored\`: a storage buffer of f16. */
  readonly element: 'half' | 'f32' | 'stored';
}

/** WGSL statements over blocks. Offsets and strides count elements; blocks lie row by row, or column by column where \`columns\` is set. */
export class Fragments {
  constructor(readonly unit: FragmentUnit) {}

  private get real(): boolean {
    return this.unit.kind === 'subgroup-matrix';
  }

  /** Type of factors in workgroup memory. */
  get half(): string {
    return this.real ? 'f16' : 'f32';
  }

  get directives(): string[] {
    const matrices = ['enable f16;', 'enable subgroups;', 'enable chromium_experimental_subgroup_matrix;'];
    const uniformity = ['diagnostic(off, subgroup_uniformity);'];
    return this.real
      ? [...matrices, 'diagnostic(off, chromium.subgroup_matrix_uniformity);', ...uniformity]
      : ['enable subgroups;', ...uniformity];
  }

  declarations(arrays: readonly FragmentArray[]): string {
    const half = `alias half = ${this.half};`;
    // Four stored halves at once, as they come from a binding of \`vec2<u32>\`.
    const widen = this.real
      ? 'fn halves(words: vec2<u32>) -> vec4<half> { return bitcast<vec4<f16>>(words); }'
      : 'fn halves(words: vec2<u32>) -> vec4<half> { return vec4<f32>(unpack2x16float(words.x), unpack2x16float(words.y)); }';
    if (this.real) return `${half}\n${widen}\nfn powerOfTwo(x: f32) -> f32 { return exp2(x); }`;
    const { subgroupSize } = this.unit;
    const owned = (BLOCK * BLOCK) / subgroupSize;
    const read = ({ name, element }: FragmentArray, at: string) =>
      element === 'stored' ? `unpack2x16float(${name}[(${at}) >> 1u] >> (((${at}) & 1u) * 16u)).x` : `${name}[${at}]`;
    return `${half}
${widen}
fn powerOfTwo(x: f32) -> f32 { return exponential(x * ${f32Literal(Math.LN2)}); }
alias Factor = array<f32, ${BLOCK * BLOCK}>;
alias Result = array<f32, ${owned}>;
var<private> fragmentLane: u32;
fn multiplyOnto(sum: ptr<function, Result>, left: ptr<function, Factor>, right: ptr<function, Factor>) {
  for (var i = 0u; i < ${owned}u; i++) {
    let element = fragmentLane + ${subgroupSize}u * i;
    let row = element / ${BLOCK}u * ${BLOCK}u;
    let column = element % ${BLOCK}u;
    var value = (*sum)[i];
    for (var k = 0u; k < ${BLOCK}u; k++) { value = fma((*left)[row + k], (*right)[k * ${BLOCK}u + column], value); }
    (*sum)[i] = value;
  }
}
${arrays
  .map((array) => {
    const load = `
fn loadFactor_${array.name}(factor: ptr<function, Factor>, start: u32, stride: u32, columns: bool) {
  for (var i = 0u; i < ${BLOCK * BLOCK}u; i++) {
    let row = i / ${BLOCK}u;
    let column = i % ${BLOCK}u;
    let at = start + select(row * stride + column, column * stride + row, columns);
    (*factor)[i] = ${read(array, 'at')};
  }
}`;
    const results = `
fn storeResult_${array.name}(start: u32, result: ptr<function, Result>, stride: u32) {
  for (var i = 0u; i < ${owned}u; i++) {
    let element = fragmentLane + ${subgroupSize}u * i;
    ${array.name}[start + element / ${BLOCK}u * stride + element % ${BLOCK}u] = (*result)[i];
  }
}
fn loadResult_${array.name}(result: ptr<function, Result>, start: u32, stride: u32) {
  for (var i = 0u; i < ${owned}u; i++) {
    let element = fragmentLane + ${subgroupSize}u * i;
    (*result)[i] = ${array.name}[start + element / ${BLOCK}u * stride + element % ${BLOCK}u];
  }
}`;
    return array.element === 'f32' ? results : load;
  })
  .join('\n')}`;
  }

  /** First statement of an entry point; \`lane\` is the invocation's number in its subgroup. */
  begin(lane: string): string {
    return this.real ? '' : `fragmentLane = ${lane};`;
  }

  left(name: string, array: string, start: string, stride: string | number): string {
    return this.factor('left', name, array, start, stride, false);
  }

  right(name: string, array: string, start: string, stride: string | number, columns: boolean): string {
    return this.factor('right', name, array, start, stride, columns);
  }

  private factor(side: 'left' | 'right', name: string, array: string, start: string, stride: string | number, columns: boolean): string {
    return this.real
      ? `let ${name} = subgroupMatrixLoad<subgroup_matrix_${side}<f16, ${BLOCK}, ${BLOCK}>>(&${array}, ${start}, ${columns}, u32(${stride}));`
      : `var ${name}: Factor; loadFactor_${array}(&${name}, ${start}, u32(${stride}), ${columns});`;
  }

  /** A block of zeros. */
  zero(name: string): string {
    return this.real ? `var ${name} = subgroup_matrix_result<f32, ${BLOCK}, ${BLOCK}>();` : `var ${name} = Result();`;
  }

  /** sum += left · right */
  multiply(sum: string, left: string, right: string): string {
    return this.real
      ? `${sum} = subgroupMatrixMultiplyAccumulate(${left}, ${right}, ${sum});`
      : `multiplyOnto(&${sum}, &${left}, &${right});`;
  }

  store(array: string, start: string, result: string, stride: string | number): string {
    return this.real
      ? `subgroupMatrixStore(&${array}, ${start}, ${result}, false, u32(${stride}));`
      : `storeResult_${array}(${start}, &${result}, u32(${stride}));`;
  }

  reload(result: string, array: string, start: string, stride: string | number): string {
    return this.real
      ? `${result} = subgroupMatrixLoad<subgroup_matrix_result<f32, ${BLOCK}, ${BLOCK}>>(&${array}, ${start}, false, u32(${stride}));`
      : `loadResult_${array}(&${result}, ${start}, u32(${stride}));`;
  }
}
