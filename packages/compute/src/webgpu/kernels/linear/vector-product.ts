/**
 * out [R, N] = x [R, K] · W^T + bias for few rows, where reading W is the whole cost: every value of W is read once, 16 bytes at a time,
 * and meets all rows. A team of lanes splits K between them; the lanes' sums are added in a fixed order, by subgroups where they exist.
 */
import type { KernelSource } from '../../runtime/kernel.ts';
import { read, whole, write } from '../../runtime/kernel.ts';

export interface VectorProduct {
  /** Rows of x that one workgroup works on. */
  readonly rows: number;
  /** Outputs of one team. */
  readonly outputs: number;
  /** Lanes of a team, and teams of a workgroup. */
  readonly lanes: number;
  readonly teams: number;
  readonly storage: 'f32' | 'f16';
  /** Lanes of a subgroup; 0 adds through workgroup memory alone. */
  readonly subgroupSize: number;
  readonly bias: boolean;
}

const lines = (count: number, line: (index: number) => string): string => Array.from({ length: count }, (_, i) => line(i)).join('\n');

function build(options: VectorProduct): KernelSource {
  const { rows, outputs, lanes, teams, storage, subgroupSize, bias } = options;
  const threads = lanes * teams;
  /** Elements of K that a lane takes at once. */
  const step = storage === 'f16' ? 8 : 4;
  const sums = rows * outputs;
  const shares = subgroupSize > 0 ? lanes / subgroupSize : lanes;
  const each = (text: (i: number, n: number) => string) => lines(sums, (index) => text(Math.floor(index / outputs), index % outputs));
  const dots = (half: number) =>
    each((i, n) => {
      const at = (part: string, x: string) => `sum_${i}_${n} = fma(w${n}_${half}.${part}, ${x}.${part}, sum_${i}_${n});`;
      return `    ${['x', 'y', 'z', 'w'].map((part) => at(part, `x${i}_${half}`)).join(' ')}`;
    });
  const loadX = (half: number) =>
    lines(
      rows,
      (i) => `    let x${i}_${half} = x[params.offset_x + (min(row + ${i}u, params.rows - 1u) * params.depth + k) / 4u + ${half}u];`,
    );
  const loadW = lines(outputs, (n) => {
    const at = `w[params.offset_w + (min(output + ${n}u, params.columns - 1u) * params.depth + k) / ${step}u]`;
    return storage === 'f16'
      ? `    let raw${n} = ${at};
    let w${n}_0 = vec4<f32>(unpack2x16float(raw${n}.x), unpack2x16float(raw${n}.y));
    let w${n}_1 = vec4<f32>(unpack2x16float(raw${n}.z), unpack2x16float(raw${n}.w));`
      : `    let w${n}_0 = ${at};`;
  });
  const reduced = (i: number, n: number) => (subgroupSize > 0 ? `subgroupAdd(sum_${i}_${n})` : `sum_${i}_${n}`);
  const slot = subgroupSize > 0 ? `lane / ${subgroupSize}u` : 'lane';
  const code = /* wgsl */ `
var<workgroup> partial: array<f32, ${teams * sums * shares}>;

@compute @workgroup_size(${threads})
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) place: vec3<u32>, @builtin(num_workgroups) count: vec3<u32>) {
  let lane = thread % ${lanes}u;
  let team = thread / ${lanes}u;
  let row = place.y * ${rows}u;
  let output = (place.x * ${teams}u + team) * ${outputs}u;
${each((i, n) => `  var sum_${i}_${n} = 0f;`)}
  for (var k = lane * ${step}u; k < params.depth; k += ${lanes * step}u) {
${loadW}
${loadX(0)}
${dots(0)}
${storage === 'f16' ? `${loadX(1)}\n${dots(1)}` : ''}
  }
${each((i, n) => `  let total_${i}_${n} = ${reduced(i, n)};`)}
  ${subgroupSize > 0 ? `if (lane % ${subgroupSize}u == 0u) {` : '{'}
${each((i, n) => `    partial[(team * ${sums}u + ${i * outputs + n}u) * ${shares}u + ${slot}] = total_${i}_${n};`)}
  }
  workgroupBarrier();
  for (var s = lane; s < ${sums}u; s += ${lanes}u) {
    var total = 0f;
    for (var share = 0u; share < ${shares}u; share++) { total += partial[(team * ${sums}u + s) * ${shares}u + share]; }
    let r = row + s / ${outputs}u;
    let n = output + s % ${outputs}u;
    if (r < params.rows && n < params.columns) {
      out[params.offset_out + r * params.stride_out + n] = total${bias ? ' + bias[params.offset_bias + n]' : ''};
    }
  }
}
`;
  return {
    key: keyOf(options),
    bindings: [
      read('x', 'vec4<f32>'),
      read('w', storage === 'f16' ? 'vec4<u32>' : 'vec4<f32>'),
      ...(bias ? [read('bias')] : []),
      write('out'),
    ],
    parameters: whole('rows', 'columns', 'depth', 'stride_out'),
    directives: subgroupSize > 0 ? ['enable subgroups;'] : [],
    code,
  };
}

const keyOf = (options: VectorProduct): string => `vector-product ${Object.values(options).join(' ')}`;
const known = new Map<string, KernelSource>();

/** The kernel for these options. Operands x, w, bias (where given), out; scalars rows, columns, depth and the stride of out. */
export function vectorProduct(options: VectorProduct): KernelSource {
  const key = keyOf(options);
  let kernel = known.get(key);
  if (!kernel) {
    kernel = build(options);
    known.set(key, kernel);
  }
  return kernel;
}
