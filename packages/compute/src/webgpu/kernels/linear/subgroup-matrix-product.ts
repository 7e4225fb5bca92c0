/**
 * The product of `tiledProduct` by the matrix units of a GPU: f16 operands, sums in f32. Tiles are staged in workgroup memory as f16, 128
 * bits at a time; the next tile is on its way from memory while this one is multiplied. f32 operands are converted on the way, after
 * multiplication by a power of two from the `scale` buffer where the operand is a gradient, whose small numbers f16 would lose.
 *
 * Needs element counts and strides in multiples of eight along the contiguous dimension of either operand.
 */
import type { KernelSource } from '../../runtime/kernel.ts';
import { read, whole, write } from '../../runtime/kernel.ts';
import type { OperandLayout } from './tiled-product.ts';

/** Sizes of the blocks of a product. */
export interface MatrixTile {
  /** The block of the output that a workgroup makes. */
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  /** The part of it that a subgroup makes. */
  readonly subgroupRows: number;
  readonly subgroupColumns: number;
  /** Row blocks that are walked before the next column of blocks, so that what both share stays in the cache. */
  readonly group: number;
}

/** What the adapter multiplies at once: [rows, depth] times [depth, columns]. */
export interface MatrixShape {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly subgroupSize: number;
}

export interface SubgroupMatrixProduct {
  readonly tile: MatrixTile;
  readonly shape: MatrixShape;
  readonly a: Omit<OperandLayout, 'vector'>;
  readonly b: Omit<OperandLayout, 'vector'>;
  /** Whether A is multiplied by scale[0] when it is converted, and the result by scale[1]. */
  readonly scaled: boolean;
  /** Whether K (or a share of it) ends inside a tile. */
  readonly tail: boolean;
  readonly bias: boolean;
  readonly accumulate: boolean;
}

const lines = (count: number, line: (index: number) => string): string => Array.from({ length: count }, (_, i) => line(i)).join('\n');

/** Bytes of workgroup memory that a tile takes. */
export function matrixTileBytes({ rows, columns, depth, subgroupRows, subgroupColumns }: MatrixTile, shape: MatrixShape): number {
  const staged = Math.max(rows * (depth + 8), depth * (rows + 8)) + Math.max(columns * (depth + 8), depth * (columns + 8));
  const subgroups = (rows / subgroupRows) * (columns / subgroupColumns);
  return 2 * staged + 4 * subgroups * shape.rows * shape.columns;
}

interface Staging {
  readonly name: 'a' | 'b';
  readonly layout: Omit<OperandLayout, 'vector'>;
  /** Lines of the tile, vectors of eight halves in a line, and vectors from one line to the next (one more, against bank conflicts). */
  readonly lines: number;
  readonly vectors: number;
  readonly stride: number;
}

function staging(name: 'a' | 'b', extent: number, depth: number, layout: Omit<OperandLayout, 'vector'>): Staging {
  const [count, length] = layout.depthContiguous ? [extent, depth] : [depth, extent];
  return { name, layout, lines: count, vectors: length / 8, stride: length / 8 + 1 };
}

/**
 * Function `load_a(line, at, end)`: eight neighbours as they lie in memory. Lines and columns outside the operand read its last ones, which
 * reach no output that is written; only k from \`end\` on must read as zeros. No branch stands between a load and the next one.
 */
function loader({ name, layout }: Staging, extent: string, tail: boolean): string {
  const { depthContiguous, storage } = layout;
  const [line, at] = depthContiguous
    ? [`min(line, params.${extent} - 1u)`, tail ? 'min(at, params.depth - 8u)' : 'at']
    : [tail ? 'min(line, params.depth - 1u)' : 'line', `min(at, params.${extent} - 8u)`];
  const type = storage === 'f16' ? 'vec4<u32>' : 'mat2x4<f32>';
  const cell = `params.offset_${name} + (${line} * params.stride_${name} + ${at}) / ${storage === 'f16' ? 8 : 4}u`;
  const value = storage === 'f16' ? `${name}[cell]` : `mat2x4<f32>(${name}[cell], ${name}[cell + 1u])`;
  const checked = tail ? `  if (${depthContiguous ? 'at' : 'line'} >= end) { return ${type}(); }\n` : '';
  return `fn load_${name}(line: u32, at: u32, end: u32) -> ${type} {\n  let cell = ${cell};\n${checked}  return ${value};\n}`;
}

function build(options: SubgroupMatrixProduct): KernelSource {
  const { tile, shape, a, b, scaled, tail, bias, accumulate } = options;
  const { rows, columns, depth, subgroupRows, subgroupColumns, group } = tile;
  const [across, down] = [columns / subgroupColumns, rows / subgroupRows];
  const subgroups = across * down;
  const threads = subgroups * shape.subgroupSize;
  const stagedA = staging('a', rows, depth, a);
  const stagedB = staging('b', columns, depth, b);
  const [fragmentRows, fragmentColumns] = [subgroupRows / shape.rows, subgroupColumns / shape.columns];
  const slotsOf = ({ lines: count, vectors }: Staging) => Math.ceil((count * vectors) / threads);
  const slots = [
    ...Array.from({ length: slotsOf(stagedA) }, (_, slot) => ({ staged: stagedA, slot, register: `held_a${slot}` })),
    ...Array.from({ length: slotsOf(stagedB) }, (_, slot) => ({ staged: stagedB, slot, register: `held_b${slot}` })),
  ];
  const numberOf = (slot: number) => `(thread + ${slot * threads}u)`;
  const guarded = ({ staged, slot }: (typeof slots)[number], text: string) =>
    (slot + 1) * threads > staged.lines * staged.vectors ? `if (${numberOf(slot)} < ${staged.lines * staged.vectors}u) { ${text} }` : text;
  const loads = (k: string) =>
    slots
      .map((each) => {
        const { staged, slot, register } = each;
        const [line, at] = [`${numberOf(slot)} / ${staged.vectors}u`, `8u * (${numberOf(slot)} % ${staged.vectors}u)`];
        const origin = staged.name === 'a' ? 'first_row' : 'first_column';
        const place = staged.layout.depthContiguous ? `${origin} + ${line}, ${k} + ${at}` : `${k} + ${line}, ${origin} + ${at}`;
        return guarded(each, `${register} = load_${staged.name}(${place}, end);`);
      })
      .join('\n');
  const stores = slots
    .map((each) => {
      const { staged, slot, register } = each;
      const line = `(${numberOf(slot)} / ${staged.vectors}u)`;
      const at = `${line} * ${staged.stride}u + ${numberOf(slot)} % ${staged.vectors}u`;
      const factor = scaled && staged.name === 'a' ? ' * factor' : '';
      const value = staged.layout.storage === 'f16' ? register : `halves(${register}[0]${factor}, ${register}[1]${factor})`;
      return guarded(each, `tile_${staged.name}[${at}] = ${value};`);
    })
    .join('\n');

  const each = (text: (i: number, j: number) => string) =>
    lines(fragmentRows * fragmentColumns, (index) => text(Math.floor(index / fragmentColumns), index % fragmentColumns));
  /** Where a fragment starts in the staged tile, in vectors; `k` is a multiple of the fragment's depth. */
  const fragmentAt = ({ layout, stride }: Staging, outer: string, k: number) =>
    layout.depthContiguous ? `(${outer}) * ${stride}u + ${k / 8}u` : `${k * stride}u + (${outer}) / 8u`;
  const majorA = a.depthContiguous ? 'row_major' : 'col_major';
  const majorB = b.depthContiguous ? 'col_major' : 'row_major';
  const left = `subgroup_matrix_left<f16, ${shape.depth}, ${shape.rows}>`;
  const right = `subgroup_matrix_right<f16, ${shape.columns}, ${shape.depth}>`;
  const result = `subgroup_matrix_result<f32, ${shape.columns}, ${shape.rows}>`;
  const multiply = lines(depth / shape.depth, (step) => {
    const k = step * shape.depth;
    const lefts = lines(fragmentRows, (i) => {
      const at = fragmentAt(stagedA, `own_row + ${i * shape.rows}u`, k);
      return `    let a${i}_${step} = subgroupMatrixLoad<${left}, ${majorA}>(&tile_a, ${at}, ${stagedA.stride}u);`;
    });
    const rights = lines(fragmentColumns, (j) => {
      const at = fragmentAt(stagedB, `own_column + ${j * shape.columns}u`, k);
      return `    let b${j}_${step} = subgroupMatrixLoad<${right}, ${majorB}>(&tile_b, ${at}, ${stagedB.stride}u);`;
    });
    const sums = each((i, j) => `    sum_${i}_${j} = subgroupMatrixMultiplyAccumulate(a${i}_${step}, b${j}_${step}, sum_${i}_${j});`);
    return [lefts, rights, sums].join('\n');
  });
  const outAt = (i: number, j: number) =>
    `params.offset_out + plane + (first_row + own_row + ${i * shape.rows}u) * params.stride_out + first_column + own_column + ${j * shape.columns}u`;
  const fragment = shape.rows * shape.columns;
  const direct = !bias;

  const code = /* wgsl */ `
var<workgroup> tile_a: array<vec4<u32>, ${stagedA.lines * stagedA.stride}>;
var<workgroup> tile_b: array<vec4<u32>, ${stagedB.lines * stagedB.stride}>;
var<workgroup> spill: array<f32, ${subgroups * fragment}>;

fn halves(low: vec4<f32>, high: vec4<f32>) -> vec4<u32> {
  let most = vec4<f32>(65504f);
  let l = clamp(low, -most, most);
  let h = clamp(high, -most, most);
  return vec4<u32>(pack2x16float(l.xy), pack2x16float(l.zw), pack2x16float(h.xy), pack2x16float(h.zw));
}
${loader(stagedA, 'rows', tail)}
${loader(stagedB, 'columns', tail)}

/** One fragment from workgroup memory to \`out\`, where it may cross the edge. */
fn write_fragment(base: u32, row: u32, column: u32, plane: u32, lane: u32) {
  for (var e = lane; e < ${fragment}u; e += ${shape.subgroupSize}u) {
    let r = row + e / ${shape.columns}u;
    let c = column + e % ${shape.columns}u;
    if (r < params.rows && c < params.columns) {
      let at = params.offset_out + plane + r * params.stride_out + c;
      out[at] = spill[base + e]${accumulate ? ' + out[at]' : ''}${bias ? ' + bias[params.offset_bias + c]' : ''};
    }
  }
}

@compute @workgroup_size(${threads})
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) place: vec3<u32>, @builtin(num_workgroups) count: vec3<u32>,
  @builtin(subgroup_id) subgroup: u32, @builtin(subgroup_invocation_id) lane: u32) {
  let number = place.y * count.x + place.x;
  let band = number / (${group}u * count.x);
  let band_rows = min(${group}u, count.y - ${group}u * band);
  let within = number - band * ${group}u * count.x;
  let first_row = ${rows}u * (${group}u * band + within % band_rows);
  let first_column = ${columns}u * (within / band_rows);
  let own_row = ${subgroupRows}u * (subgroup / ${across}u);
  let own_column = ${subgroupColumns}u * (subgroup % ${across}u);
  let start = place.z * params.share;
  let end = min(params.depth, start + params.share);
  let steps = (end - start + ${depth - 1}u) / ${depth}u;
  let plane = place.z * params.rows * params.stride_out;
  ${direct ? `let inside = first_row + ${rows}u <= params.rows && first_column + ${columns}u <= params.columns;` : ''}
${each((i, j) => `  var sum_${i}_${j} = ${result}();`)}
${
  accumulate && direct
    ? `  if (inside) {\n${each((i, j) => {
        const loaded = `subgroupMatrixLoad<${result}, row_major>(&out, ${outAt(i, j)}, params.stride_out)`;
        return `    sum_${i}_${j} = ${scaled ? `subgroupMatrixScalarMultiply(${loaded}, scale[params.offset_scale])` : loaded};`;
      })}\n  }`
    : ''
}
${scaled ? '  let factor = scale[params.offset_scale];' : ''}
${slots.map(({ staged, register }) => `  var ${register}: ${staged.layout.storage === 'f16' ? 'vec4<u32>' : 'mat2x4<f32>'};`).join('\n')}
${loads('start')}
${stores}
  workgroupBarrier();
  for (var step = 0u; step < steps; step++) {
    let more = step + 1u < steps;
    if (more) {
${loads(`(start + (step + 1u) * ${depth}u)`)}
    }
${multiply}
    workgroupBarrier();
    if (more) {
${stores}
    }
    workgroupBarrier();
  }
${scaled ? each((i, j) => `  sum_${i}_${j} = subgroupMatrixScalarMultiply(sum_${i}_${j}, scale[params.offset_scale + 1u]);`) : ''}
${
  direct
    ? `  if (inside) {\n${each((i, j) => `    subgroupMatrixStore<row_major>(&out, ${outAt(i, j)}, sum_${i}_${j}, params.stride_out);`)}\n    return;\n  }`
    : ''
}
  let base = subgroup * ${fragment}u;
${each(
  (i, j) => `  subgroupMatrixStore<row_major>(&spill, base, sum_${i}_${j}, ${shape.columns}u);
  workgroupBarrier();
  write_fragment(base, first_row + own_row + ${i * shape.rows}u, first_column + own_column + ${j * shape.columns}u, plane, lane);
  workgroupBarrier();`,
)}
}
`;
  return {
    key: keyOf(options),
    bindings: [
      read('a', a.storage === 'f16' ? 'vec4<u32>' : 'vec4<f32>'),
      read('b', b.storage === 'f16' ? 'vec4<u32>' : 'vec4<f32>'),
      ...(scaled ? [read('scale')] : []),
      ...(bias ? [read('bias')] : []),
      write('out'),
    ],
    parameters: whole('rows', 'columns', 'depth', 'share', 'stride_a', 'stride_b', 'stride_out'),
    directives: [
      'enable f16;',
      'enable subgroups;',
      'enable chromium_experimental_subgroup_matrix;',
      'diagnostic(off, chromium.subgroup_matrix_uniformity);',
    ],
    code,
  };
}

function keyOf({ tile, shape, a, b, scaled, tail, bias, accumulate }: SubgroupMatrixProduct): string {
  const parts = [tile, shape, a, b].map((part) => Object.values(part).join(','));
  return `subgroup-matrix-product ${parts.join(' ')} ${scaled} ${tail} ${bias} ${accumulate}`;
}

const known = new Map<string, KernelSource>();

/** The kernel for these options. Operands a, b, scale, bias (where given), out; scalars rows, columns, depth, share and the strides. */
export function subgroupMatrixProduct(options: SubgroupMatrixProduct): KernelSource {
  const key = keyOf(options);
  let kernel = known.get(key);
  if (!kernel) {
    kernel = build(options);
    known.set(key, kernel);
  }
  return kernel;
}
