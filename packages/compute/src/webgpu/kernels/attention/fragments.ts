/**
 * Blocks of 16 x 16 that a subgroup multiplies together: the adapter's subgroup matrices, f16 times f16 added up in f32, or the same
 * operations spelled out in plain WGSL, so that the kernels on top are proved on adapters without the unit. Factors lie in memory as
 * packed halves either way.
 */
import type { SubgroupMatrixConfig } from '../../runtime/features.ts';
import { f32Literal } from './functions.ts';

/** Side of a block. */
export const BLOCK = 16;

export interface FragmentUnit {
  readonly kind: 'subgroup-matrix' | 'spelled-out';
  readonly subgroupSize: number;
}

export function hasFragments(configurations: readonly SubgroupMatrixConfig[]): boolean {
  return configurations.some(
    ({ componentType, resultComponentType, M, N, K }) =>
      componentType === 'f16' && resultComponentType === 'f32' && M === BLOCK && N === BLOCK && K === BLOCK,
  );
}

/**
 * Elements of a matrix in one element of an array: eight packed halves, or four sums in f32. Vectors of 128 bits, whatever is stored in
 * them: drivers load blocks by 16 bytes, and round down the start of an array that is aligned to less.
 */
const PER_ELEMENT = { 'vec4<u32>': 8, 'vec4<f32>': 4 } as const;

/** Arrays that blocks are loaded from or stored to, by name. */
export type FragmentArrays = Readonly<Record<string, keyof typeof PER_ELEMENT>>;

/** WGSL statements over blocks. Starts and strides count halves or sums and are whole array elements. */
export class Fragments {
  constructor(
    readonly unit: FragmentUnit,
    private readonly arrays: FragmentArrays,
  ) {}

  private get real(): boolean {
    return this.unit.kind === 'subgroup-matrix';
  }

  get directives(): string[] {
    const uniformity = ['diagnostic(off, subgroup_uniformity);'];
    if (!this.real) return ['enable subgroups;', ...uniformity];
    const enabled = ['enable f16;', 'enable subgroups;', 'enable chromium_experimental_subgroup_matrix;'];
    return [...enabled, 'diagnostic(off, chromium.subgroup_matrix_uniformity);', ...uniformity];
  }

  get declarations(): string {
    if (this.real) return 'fn powerOfTwo(x: f32) -> f32 { return exp2(x); }';
    const { subgroupSize } = this.unit;
    const owned = (BLOCK * BLOCK) / subgroupSize;
    const each = (body: string) => `
  for (var i = 0u; i < ${owned}u; i++) {
    let element = fragmentLane + ${subgroupSize}u * i;
    let row = element / ${BLOCK}u;
    let column = element % ${BLOCK}u;
    ${body}
  }`;
    const functions = Object.entries(this.arrays).map(([name, element]) => {
      if (element === 'vec4<f32>') {
        const place = `${name}[(start + row * stride + column) / 4u][(start + row * stride + column) % 4u]`;
        return `
fn storeResult_${name}(start: u32, result: ptr<function, Result>, stride: u32) {${each(`${place} = (*result)[i];`)}
}
fn loadResult_${name}(result: ptr<function, Result>, start: u32, stride: u32) {${each(`(*result)[i] = ${place};`)}
}`;
      }
      return `
fn loadFactor_${name}(factor: ptr<function, Factor>, start: u32, stride: u32, columns: bool) {
  for (var i = 0u; i < ${BLOCK * BLOCK}u; i++) {
    let row = i / ${BLOCK}u;
    let column = i % ${BLOCK}u;
    let at = start + select(row * stride + column, column * stride + row, columns);
    (*factor)[i] = unpack2x16float(${name}[at / 8u][at / 2u % 4u])[at % 2u];
  }
}`;
    });
    return `
fn powerOfTwo(x: f32) -> f32 { return exponential(x * ${f32Literal(Math.LN2)}); }
alias Factor = array<f32, ${BLOCK * BLOCK}>;
alias Result = array<f32, ${owned}>;
var<private> fragmentLane: u32;
fn multiplyOnto(sum: ptr<function, Result>, left: ptr<function, Factor>, right: ptr<function, Factor>) {${each(`
    var value = (*sum)[i];
    for (var k = 0u; k < ${BLOCK}u; k++) { value = fma((*left)[row * ${BLOCK}u + k], (*right)[k * ${BLOCK}u + column], value); }
    (*sum)[i] = value;`)}
}
${functions.join('\n')}`;
  }

  /** First statement of an entry point; \`lane\` is the invocation's number in its subgroup. */
  begin(lane: string): string {
    return this.real ? '' : `fragmentLane = ${lane};`;
  }

  /** A left factor, rows one after the other. */
  left(name: string, array: string, start: string, stride: number): string {
    return this.factor('left', name, array, start, stride, false);
  }

  /** A right factor: its rows, or with \`columns\` its columns, one after the other. */
  right(name: string, array: string, start: string, stride: number, columns: boolean): string {
    return this.factor('right', name, array, start, stride, columns);
  }

  private factor(side: 'left' | 'right', name: string, array: string, start: string, stride: number, columns: boolean): string {
    if (!this.real) return `var ${name}: Factor; loadFactor_${array}(&${name}, ${start}, ${stride}u, ${columns});`;
    const type = `subgroup_matrix_${side}<f16, ${BLOCK}, ${BLOCK}>`;
    return `let ${name} = subgroupMatrixLoad<${type}, ${columns ? 'col_major' : 'row_major'}>(&${array}, ${this.place(array, start, stride)});`;
  }

  private place(array: string, start: string, stride: number, value = ''): string {
    const unit = PER_ELEMENT[this.arrays[array]!];
    return `(${start}) / ${unit}u, ${value}${stride / unit}u`;
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

  store(array: string, start: string, result: string, stride: number): string {
    return this.real
      ? `subgroupMatrixStore<row_major>(&${array}, ${this.place(array, start, stride, `${result}, `)});`
      : `storeResult_${array}(${start}, &${result}, ${stride}u);`;
  }

  reload(result: string, array: string, start: string, stride: number): string {
    return this.real
      ? `${result} = subgroupMatrixLoad<subgroup_matrix_result<f32, ${BLOCK}, ${BLOCK}>, row_major>(&${array}, ${this.place(array, start, stride)});`
      : `loadResult_${array}(&${result}, ${start}, ${stride}u);`;
  }
}
