/**
 * Root-mean-square normalisation (Zhang and Sennrich 2019) of a vector x of `width` W, one workgroup a vector:
 *   s = (mean(x²) + eps)^-1/2        out_i = x_i · s · w_i
 * Backward, with g = dL/dout:
 *   dL/dx_i = s · (w_i g_i − x_i · s² · mean_j(w_j g_j x_j))        dL/dw_i += g_i · x_i · s
 * Sums over a vector go by strided shares and then by halves; the shape of that depends on the width alone.
 */
import type { DeviceBuffer } from '../../device.ts';
import type { GpuRuntime } from '../runtime/gpu-runtime.ts';
import { kernelVariants, read, real, whole, write } from '../runtime/kernel.ts';
import { gridArguments, spread, workgroupIndex } from '../runtime/workgroups.ts';
import { inverseRootFunction, quotientFunction, treeSum } from './arithmetic.wgsl.ts';
import type { Call } from './call.ts';

/** `count` lines of WGSL. */
const upTo = (count: number, line: (n: number) => string): string => Array.from({ length: count }, (_, n) => line(n)).join(' ');

const threadsFor = (width: number): number => (width <= 256 ? 64 : 256);

/** WGSL: vector `vector` of the grid, its row and group. */
const vectorOfGroup = `
  let vector = ${workgroupIndex};
  if (vector >= params.rows * params.groups) { return; }
  let row = vector / params.groups;
  let column = (vector % params.groups) * params.width;`;

/** Elements that an invocation keeps in registers; wider vectors are read twice. */
const MOST_KEPT = 8;

interface ForwardText {
  readonly threads: number;
  readonly residual: boolean;
  readonly target: 'x' | 'out';
}

const RESIDUAL = 'residual[params.offset_residual + row * params.stride + column + ';

/** An invocation's `count` elements, all loaded before any is used: a lone row waits for memory once. */
function keptText({ threads, residual, target }: ForwardText, count: number): { load: string; store: string } {
  const all = (line: (n: number) => string) => upTo(count, line);
  const value = (n: number) => `x[start + at${n}]${residual ? ` + ${RESIDUAL}at${n}]` : ''}`;
  return {
    load: `
  let last = params.width - 1u;
  ${all((n) => `let i${n} = lane + ${n * threads}u; let at${n} = min(i${n}, last);`)}
  ${all((n) => `let value${n} = select(0f, ${value(n)}, i${n} <= last);`)}
  ${all((n) => `let weight${n} = weight[params.offset_weight + at${n}];`)}
  ${all((n) => `squares = fma(value${n}, value${n}, squares);`)}
  ${residual ? all((n) => `if (i${n} <= last) { x[start + i${n}] = value${n}; }`) : ''}`,
    store: all((n) => `if (i${n} <= last) { ${target}[to + i${n}] = (value${n} * scale) * weight${n}; }`),
  };
}

function loopText({ threads, residual, target }: ForwardText): { load: string; store: string } {
  const each = (body: string) => `for (var i = lane; i < params.width; i += ${threads}u) { ${body} }`;
  const sum = residual ? `let value = x[start + i] + ${RESIDUAL}i]; x[start + i] = value;` : 'let value = x[start + i];';
  return {
    load: each(`${sum} squares = fma(value, value, squares);`),
    store: each(`${target}[to + i] = (x[start + i] * scale) * weight[params.offset_weight + i];`),
  };
}

const forward = kernelVariants('rmsNorm', ([threads, kept, residual, inPlace]: readonly [number, number, boolean, boolean]) => {
  const target = inPlace ? 'x' : 'out';
  const text = { threads, residual, target } as const;
  const { load, store } = kept === 0 ? loopText(text) : keptText(text, kept);
  return {
    bindings: [
      residual || inPlace ? write('x') : read('x'),
      read('weight'),
      ...(residual ? [read('residual')] : []),
      ...(inPlace ? [] : [write('out')]),
    ],
    parameters: [...whole('rows', 'width', 'groups', 'stride', 'outStride'), ...real('epsilon')],
    code: `
${inverseRootFunction}${quotientFunction}
var<workgroup> shares: array<f32, ${threads}>;
@compute @workgroup_size(${threads}) fn main(${gridArguments}) {
  ${vectorOfGroup}
  let start = params.offset_x + row * params.stride + column;
  var squares = 0f;
  ${load}
  shares[lane] = squares;
  ${treeSum(threads, 'shares')}
  let scale = inverseRoot(quotient(shares[0], f32(params.width)) + params.epsilon);
  let to = params.offset_${target} + row * params.outStride + column;
  ${store}
}`,
  };
});

/** Elements of a vector that fall to one invocation, or 0 where they are too many to be kept. */
function keptOf(width: number): number {
  const count = Math.ceil(width / threadsFor(width));
  return count <= MOST_KEPT ? count : 0;
}

const inputGradient = kernelVariants('rmsNorm input gradient', ([threads, accumulate]: readonly [number, boolean]) => ({
  bindings: [read('x'), read('weight'), read('outGradient'), write('xGradient'), write('roots')],
  parameters: [...whole('rows', 'width', 'groups', 'stride', 'gradientStride'), ...real('epsilon')],
  code: `
${inverseRootFunction}${quotientFunction}
var<workgroup> squares: array<f32, ${threads}>;
var<workgroup> products: array<f32, ${threads}>;
@compute @workgroup_size(${threads}) fn main(${gridArguments}) {
  ${vectorOfGroup}
  let start = params.offset_x + row * params.stride + column;
  let gradient = row * params.gradientStride + column;
  var square = 0f;
  var product = 0f;
  for (var i = lane; i < params.width; i += ${threads}u) {
    let value = x[start + i];
    square = fma(value, value, square);
    product = fma(outGradient[params.offset_outGradient + gradient + i] * weight[params.offset_weight + i], value, product);
  }
  squares[lane] = square;
  products[lane] = product;
  ${treeSum(threads, 'squares', 'products')}
  let root = inverseRoot(quotient(squares[0], f32(params.width)) + params.epsilon);
  let pull = (quotient(products[0], f32(params.width)) * root) * root;
  if (lane == 0u) { roots[params.offset_roots + vector] = root; }
  for (var i = lane; i < params.width; i += ${threads}u) {
    let direct = outGradient[params.offset_outGradient + gradient + i] * weight[params.offset_weight + i];
    let place = params.offset_xGradient + gradient + i;
    let value = fma(-x[start + i], pull, direct);
    xGradient[place] = ${accumulate ? 'fma(value, root, xGradient[place])' : 'value * root'};
  }
}`,
}));

const COLUMN_THREADS = 64;
/** Vectors whose values a column loads before it adds them: the loads wait for memory together. */
const AT_ONCE = 8;

/**
 * Column sums of g · x · s down the vectors, one invocation a column. In exact order a single share continues weightGradient; otherwise
 * each row of workgroups leaves the sum of its share of the vectors.
 */
const weightShares = kernelVariants('rmsNorm weight gradient', (accumulate: boolean) => ({
  bindings: [read('x'), read('outGradient'), read('roots'), write('sums')],
  parameters: whole('rows', 'width', 'groups', 'stride', 'gradientStride', 'share'),
  code: `
// The factors of a vector in column i: x · s and g.
fn factors(vector: u32, i: u32) -> vec2<f32> {
  let row = vector / params.groups;
  let column = (vector % params.groups) * params.width + i;
  let value = x[params.offset_x + row * params.stride + column] * roots[params.offset_roots + vector];
  return vec2<f32>(value, outGradient[params.offset_outGradient + row * params.gradientStride + column]);
}
@compute @workgroup_size(${COLUMN_THREADS}) fn main(${gridArguments}) {
  let i = group.x * ${COLUMN_THREADS}u + lane;
  if (i >= params.width) { return; }
  let place = params.offset_sums + group.y * params.width + i;
  var sum = ${accumulate ? 'sums[place]' : '0f'};
  let end = min(params.rows * params.groups, (group.y + 1u) * params.share);
  var vector = group.y * params.share;
  for (; vector + ${AT_ONCE}u <= end; vector += ${AT_ONCE}u) {
    ${upTo(AT_ONCE, (n) => `let pair${n} = factors(vector + ${n}u, i);`)}
    ${upTo(AT_ONCE, (n) => `sum = fma(pair${n}.y, pair${n}.x, sum);`)}
  }
  for (; vector < end; vector++) {
    let pair = factors(vector, i);
    sum = fma(pair.y, pair.x, sum);
  }
  sums[place] = sum;
}`,
}));

/** weightGradient += the shares, one after the other. */
const addShares = kernelVariants('rmsNorm add shares', (_: '') => ({
  bindings: [read('sums'), write('weightGradient')],
  parameters: whole('width', 'count'),
  code: `
@compute @workgroup_size(${COLUMN_THREADS}) fn main(${gridArguments}) {
  let i = group.x * ${COLUMN_THREADS}u + lane;
  if (i >= params.width) { return; }
  var sum = weightGradient[params.offset_weightGradient + i];
  for (var share = 0u; share < params.count; share++) { sum += sums[params.offset_sums + share * params.width + i]; }
  weightGradient[params.offset_weightGradient + i] = sum;
}`,
}));

/** Vectors of a share in fast mode. */
const SHARE = 64;

/** The part of a buffer that rows start … start + count - 1 of this stride lie in; the last row may end early. */
function rowsOf(buffer: DeviceBuffer, start: number, count: number, stride: number, rowWidth: number): DeviceBuffer {
  return buffer.slice(start * stride, (count - 1) * stride + rowWidth);
}

export function rmsNorm(runtime: GpuRuntime, call: Call<'rmsNorm'>): void {
  const { x, residual, weight, out, rows, width, epsilon, groups = 1 } = call;
  const { stride = groups * width, outStride = groups * width } = call;
  const inPlace = out === x;
  const kernel = forward([threadsFor(width), keptOf(width), residual !== undefined, inPlace]);
  for (const [start, count] of runtime.rowRuns(rows, 4 * Math.max(stride, outStride))) {
    const part = (buffer: DeviceBuffer, rowStride: number) => rowsOf(buffer, start, count, rowStride, groups * width);
    const operands = [part(x, stride), weight, ...(residual ? [part(residual, stride)] : []), ...(inPlace ? [] : [part(out, outStride)])];
    runtime.dispatch(kernel, operands, [count, width, groups, stride, outStride, epsilon], spread(count * groups));
  }
}

export function rmsNormBackward(runtime: GpuRuntime, call: Call<'rmsNormBackward'>): void {
  const { weight, weightGradient, rows, width, epsilon, accumulate, groups = 1 } = call;
  const { stride = groups * width, gradientStride = groups * width } = call;
  for (const [start, count] of runtime.rowRuns(rows, 4 * Math.max(stride, gradientStride))) {
    const part = (buffer: DeviceBuffer, rowStride: number) => rowsOf(buffer, start, count, rowStride, groups * width);
    const x = part(call.x, stride);
    const outGradient = part(call.outGradient, gradientStride);
    const vectors = count * groups;
    const roots = call.scratch.slice(start * groups, vectors);
    const shape = [count, width, groups, stride, gradientStride];
    const operands = [x, weight, outGradient, part(call.xGradient, gradientStride), roots];
    runtime.dispatch(inputGradient([threadsFor(width), accumulate]), operands, [...shape, epsilon], spread(vectors));

    const columnGroups = Math.ceil(width / COLUMN_THREADS);
    if (runtime.mode === 'exact' || vectors <= SHARE) {
      runtime.dispatch(weightShares(true), [x, outGradient, roots, weightGradient], [...shape, vectors], [columnGroups, 1, 1]);
      continue;
    }
    // No more shares than a grid has rows.
    const share = Math.max(SHARE, Math.ceil(vectors / 4096));
    const shares = Math.ceil(vectors / share);
    const sums = runtime.scratch('rmsNorm weight shares', 'f32', shares * width);
    runtime.dispatch(weightShares(false), [x, outGradient, roots, sums], [...shape, share], [columnGroups, shares, 1]);
    runtime.dispatch(addShares(''), [sums, weightGradient.slice(0, width)], [width, shares], [columnGroups, 1, 1]);
  }
}
