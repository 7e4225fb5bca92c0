/**
 * out [M, N] = A [M, K] · B [K, N], each thread summing a block of the output in registers from tiles staged in workgroup memory.
 *
 * Every output is one chain of fused multiply-adds over k = 0, 1, … K - 1 from 0 (or from the value that `out` holds), whatever the tile
 * sizes, the number of rows and the place of the row: all variants of this kernel agree bit for bit. Only a `share` below K cuts the
 * chain: then workgroup z sums k from z · share on, into the z-th of several matrices that follow each other in `out`.
 */
import type { GpuElement, KernelSource } from '../../runtime/kernel.ts';
import { read, whole, write } from '../../runtime/kernel.ts';

/** How one operand lies in memory. */
export interface OperandLayout {
  /** Whether consecutive k are neighbours; if not, consecutive rows of A (columns of B) are. */
  readonly depthContiguous: boolean;
  /** Whether its first element and its row length are multiples of four, so that it can be read four at a time. */
  readonly vector: boolean;
  readonly storage: 'f32' | 'f16';
}

/** Sizes of the blocks of a product, all multiples of four. */
export interface TileShape {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly threadRows: number;
  readonly threadColumns: number;
  /** Row tiles that are walked before the next column of tiles, so that what both share stays in the cache. */
  readonly group: number;
}

export interface TiledProduct {
  readonly tile: TileShape;
  readonly a: OperandLayout;
  readonly b: OperandLayout;
  readonly vectorOut: boolean;
  /** Whether K (or a share of it) ends inside a tile. */
  readonly tail: boolean;
  readonly bias: boolean;
  /** Whether sums go on from the values of `out`. */
  readonly accumulate: boolean;
}

const lines = (count: number, line: (index: number) => string): string => Array.from({ length: count }, (_, i) => line(i)).join('\n');

function elementOf({ vector, storage }: OperandLayout): GpuElement {
  if (storage === 'f16') return vector ? 'vec2<u32>' : 'u16';
  return vector ? 'vec4<f32>' : 'f32';
}

/** Function `load_a(row, k, end)`: a block of four by four as four vectors, one for each k; zeros outside. */
function blockLoader(name: 'a' | 'b', layout: OperandLayout, extent: string, tail: boolean): string {
  const { depthContiguous, vector, storage } = layout;
  const address = (row: string, k: string) =>
    depthContiguous ? `(${row}) * params.stride_${name} + ${k}` : `(${k}) * params.stride_${name} + ${row}`;
  const header = `fn load_${name}(row: u32, k: u32, end: u32) -> mat4x4<f32> {\n  var block: mat4x4<f32>;`;
  const finish = depthContiguous ? '  return transpose(block);\n}' : '  return block;\n}';
  const place = (c: number) => (depthContiguous ? [`row + ${c}u`, 'k'] : ['row', `k + ${c}u`]) as [string, string];
  if (vector) {
    const value = (at: string) =>
      storage === 'f32' ? `${name}[${at}]` : `vec4<f32>(unpack2x16float(${name}[${at}].x), unpack2x16float(${name}[${at}].y))`;
    // Rows outside the operand read its last ones, which reach no output that is written: no branch stands between two loads.
    const body = lines(4, (c) => {
      const [row, k] = place(c);
      const inside = depthContiguous ? `min(${row}, params.${extent} - 1u)` : `min(${row}, params.${extent} - 4u)`;
      const depth = tail ? `min(${k}, params.depth - ${depthContiguous ? 4 : 1}u)` : k;
      const loaded = value(`params.offset_${name} + (${address(inside, depth)}) / 4u`);
      return `  block[${c}] = ${tail ? `select(vec4<f32>(), ${loaded}, ${k} < end)` : loaded};`;
    });
    return [header, body, finish].join('\n');
  }
  const scalar = storage === 'f32' ? `${name}[at]` : `unpack2x16float(${name}[at >> 1u] >> ((at & 1u) * 16u)).x`;
  const element = [
    `fn ${name}_at(row: u32, k: u32, end: u32) -> f32 {`,
    `  if (row >= params.${extent} || k >= end) { return 0f; }`,
    `  let at = params.offset_${name} + ${address('row', 'k')};`,
    `  return ${scalar};`,
    '}',
  ].join('\n');
  const body = lines(4, (c) => {
    const part = (lane: number) =>
      depthContiguous ? `${name}_at(row + ${c}u, k + ${lane}u, end)` : `${name}_at(row + ${lane}u, k + ${c}u, end)`;
    return `  block[${c}] = vec4<f32>(${[0, 1, 2, 3].map(part).join(', ')});`;
  });
  return [element, header, body, finish].join('\n');
}

/** Blocks of four by four of a staged tile, and which of them is number `v`. */
interface StagedTile {
  readonly name: 'a' | 'b';
  readonly blocks: number;
  /** Vectors from one k to the next; odd, so that stores of different k fall into different banks. */
  readonly stride: number;
  readonly row: (v: string) => string;
  readonly depth: (v: string) => string;
}

function stagedTile(name: 'a' | 'b', extent: number, depth: number, layout: OperandLayout): StagedTile {
  const [across, deep] = [extent / 4, depth / 4];
  const stride = across | 1;
  if (!layout.depthContiguous) {
    return { name, blocks: across * deep, stride, row: (v) => `${v} % ${across}u`, depth: (v) => `${v} / ${across}u` };
  }
  if (across % 4 === 0 && deep % 2 === 0) {
    // Eight threads store two depths of four neighbours: eight different groups of banks, and whole sectors of memory.
    const pairs = deep / 2;
    return {
      name,
      blocks: across * deep,
      stride,
      row: (v) => `((${v} >> 1u) & 3u) + 4u * ((${v} >> 3u) / ${pairs}u)`,
      depth: (v) => `(${v} & 1u) + 2u * ((${v} >> 3u) % ${pairs}u)`,
    };
  }
  return { name, blocks: across * deep, stride, row: (v) => `${v} / ${deep}u`, depth: (v) => `${v} % ${deep}u` };
}

function build(options: TiledProduct): KernelSource {
  const { tile, a, b, vectorOut, tail, bias, accumulate } = options;
  const { rows, columns, depth, threadRows, threadColumns, group } = tile;
  const [threadsAcross, threadsDown] = [columns / threadColumns, rows / threadRows];
  const threads = threadsAcross * threadsDown;
  const [rowGroups, columnGroups] = [threadRows / 4, threadColumns / 4];
  const stagedA = stagedTile('a', rows, depth, a);
  const stagedB = stagedTile('b', columns, depth, b);
  const blocks = stagedA.blocks + stagedB.blocks;
  const slots = Math.ceil(blocks / threads);

  /** Text for what thread and slot do, for the operand whose block it is. */
  const perSlot = (slot: number, each: (staged: StagedTile, v: string) => string): string => {
    const [first, last] = [slot * threads, (slot + 1) * threads];
    const inA = each(stagedA, `(thread + ${first}u)`);
    const inB = each(stagedB, `(thread + ${first}u - ${stagedA.blocks}u)`);
    if (last <= stagedA.blocks) return `  ${inA}`;
    const guardedB = last <= blocks ? `{ ${inB} }` : `if (thread + ${first}u < ${blocks}u) { ${inB} }`;
    return first >= stagedA.blocks ? `  ${guardedB}` : `  if (thread + ${first}u < ${stagedA.blocks}u) { ${inA} } else ${guardedB}`;
  };
  const loadSlots = (k: string) =>
    lines(slots, (slot) =>
      perSlot(slot, ({ name, row, depth: deep }, v) => {
        const origin = name === 'a' ? 'first_row' : 'first_column';
        return `staged${slot} = load_${name}(${origin} + 4u * (${row(v)}), ${k} + 4u * (${deep(v)}), end);`;
      }),
    );
  const storeSlots = (buffer: string) =>
    lines(slots, (slot) =>
      perSlot(slot, ({ name, stride, row, depth: deep }, v) => {
        const base = `(${buffer} * ${depth}u + 4u * (${deep(v)})) * ${stride}u + ${row(v)}`;
        return [0, 1, 2, 3].map((c) => `tile_${name}[${base} + ${c * stride}u] = staged${slot}[${c}];`).join(' ');
      }),
    );

  const sum = (row: number, g: number) => `sum_${row}_${g}`;
  const each = (text: (row: number, g: number) => string): string =>
    lines(threadRows * columnGroups, (index) => text(Math.floor(index / columnGroups), index % columnGroups));
  const rowOf = (row: number) => `first_row + ${(row >> 2) * threadsDown * 4 + (row & 3)}u + 4u * down`;
  const columnOf = (g: number) => `first_column + ${g * threadsAcross * 4}u + 4u * across`;
  const multiply = each((row, g) => `    ${sum(row, g)} = fma(vec4<f32>(a_${row >> 2}[${row & 3}]), b_${g}, ${sum(row, g)});`);

  const code = /* wgsl */ `
var<workgroup> tile_a: array<vec4<f32>, ${2 * depth * stagedA.stride}>;
var<workgroup> tile_b: array<vec4<f32>, ${2 * depth * stagedB.stride}>;

${blockLoader('a', a, 'rows', tail)}
${blockLoader('b', b, 'columns', tail)}
fn read_out(row: u32, column: u32) -> vec4<f32> {
  var value: vec4<f32>;
  if (row >= params.rows) { return value; }
${
  vectorOut
    ? '  if (column < params.columns) { value = out[params.offset_out + (row * params.stride_out + column) / 4u]; }'
    : lines(
        4,
        (c) =>
          `  if (column + ${c}u < params.columns) { value[${c}] = out[params.offset_out + row * params.stride_out + column + ${c}u]; }`,
      )
}
  return value;
}
fn write_out(row: u32, column: u32, base: u32, sum: vec4<f32>) {
  if (row >= params.rows) { return; }
${
  vectorOut
    ? `  if (column < params.columns) {
    out[params.offset_out + (base + row * params.stride_out + column) / 4u] = sum${
      bias ? ` + vec4<f32>(${[0, 1, 2, 3].map((c) => `bias[params.offset_bias + column + ${c}u]`).join(', ')})` : ''
    };
  }`
    : lines(
        4,
        (c) =>
          `  if (column + ${c}u < params.columns) { out[params.offset_out + base + row * params.stride_out + column + ${c}u] = sum[${c}]${bias ? ` + bias[params.offset_bias + column + ${c}u]` : ''}; }`,
      )
}
}

@compute @workgroup_size(${threads})
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) place: vec3<u32>, @builtin(num_workgroups) count: vec3<u32>) {
  let number = place.y * count.x + place.x;
  let band = number / (${group}u * count.x);
  let band_rows = min(${group}u, count.y - ${group}u * band);
  let within = number - band * ${group}u * count.x;
  let first_row = ${rows}u * (${group}u * band + within % band_rows);
  let first_column = ${columns}u * (within / band_rows);
  let across = thread % ${threadsAcross}u;
  let down = thread / ${threadsAcross}u;
  let start = place.z * params.share;
  let end = min(params.depth, start + params.share);
  let steps = (end - start + ${depth - 1}u) / ${depth}u;
${lines(slots, (slot) => `  var staged${slot}: mat4x4<f32>;`)}
${each((row, g) => `  var ${sum(row, g)} = ${accumulate ? `read_out(${rowOf(row)}, ${columnOf(g)})` : 'vec4<f32>()'};`)}
${loadSlots('start')}
${storeSlots('0u')}
  workgroupBarrier();
  for (var step = 0u; step < steps; step++) {
    let more = step + 1u < steps;
    if (more) {
${loadSlots(`(start + (step + 1u) * ${depth}u)`)}
    }
    let buffer = step & 1u;
    let at_a = buffer * ${depth * stagedA.stride}u + down;
    let at_b = buffer * ${depth * stagedB.stride}u + across;
${lines(depth, (k) =>
  [
    '    {',
    lines(rowGroups, (h) => `      let a_${h} = tile_a[at_a + ${k * stagedA.stride + h * threadsDown}u];`),
    lines(columnGroups, (g) => `      let b_${g} = tile_b[at_b + ${k * stagedB.stride + g * threadsAcross}u];`),
    multiply,
    '    }',
  ].join('\n'),
)}
    if (more) {
${storeSlots('(1u - buffer)')}
    }
    workgroupBarrier();
  }
  let base = place.z * params.rows * params.stride_out;
${each((row, g) => `  write_out(${rowOf(row)}, ${columnOf(g)}, base, ${sum(row, g)});`)}
}
`;
  return {
    key: keyOf(options),
    bindings: [
      read('a', elementOf(a)),
      read('b', elementOf(b)),
      ...(bias ? [read('bias')] : []),
      write('out', vectorOut ? 'vec4<f32>' : 'f32'),
    ],
    parameters: whole('rows', 'columns', 'depth', 'share', 'stride_a', 'stride_b', 'stride_out'),
    code,
  };
}

function keyOf({ tile, a, b, vectorOut, tail, bias, accumulate }: TiledProduct): string {
  const layout = (operand: OperandLayout) => Object.values(operand).join(',');
  return `tiled-product ${Object.values(tile).join(',')} ${layout(a)} ${layout(b)} ${vectorOut} ${tail} ${bias} ${accumulate}`;
}

const known = new Map<string, KernelSource>();

/** The kernel for these options. Operands a, b, bias (where given), out; scalars rows, columns, depth, share and the three strides. */
export function tiledProduct(options: TiledProduct): KernelSource {
  const key = keyOf(options);
  let kernel = known.get(key);
  if (!kernel) {
    kernel = build(options);
    known.set(key, kernel);
  }
  return kernel;
}
