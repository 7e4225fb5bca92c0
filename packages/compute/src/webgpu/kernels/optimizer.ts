/**
 * sumOfSquares: out = Σ v², by blocks of 8192 and then over the blocks, each by strided shares and halves.
 * adamW (Loshchilov and Hutter 2019), with g = gradientScale · gradient and c1, c2 the bias corrections of the step:
 *   m = β1 m + (1 − β1) g        v = β2 v + (1 − β2) g²
 *   θ −= learningRate · (m / c1 / (sqrt(v / c2) + ε) + weightDecay · θ)
 */
import type { GpuRuntime } from '../runtime/gpu-runtime.ts';
import { kernelVariants, read, real, whole, write } from '../runtime/kernel.ts';
import { gridArguments, linearIndex, spread, workgroupIndex } from '../runtime/workgroups.ts';
import { quotientFunction, rootFunction, treeSum } from './arithmetic.wgsl.ts';
import type { Call } from './call.ts';

const THREADS = 256;
const BLOCK = 8192;

/** One workgroup a block of \`block\` elements: out[b] = Σ of f(value) over block b. */
const blockSums = kernelVariants('sum', (kind: 'squares' | 'values') => ({
  bindings: [read('values'), write('out')],
  parameters: whole('count', 'block', 'blocks'),
  code: `
var<workgroup> shares: array<f32, ${THREADS}>;
@compute @workgroup_size(${THREADS}) fn main(${gridArguments}) {
  let block = ${workgroupIndex};
  if (block >= params.blocks) { return; }
  let end = min(params.count, (block + 1u) * params.block);
  var sum = 0f;
  for (var i = block * params.block + lane; i < end; i += ${THREADS}u) {
    let value = values[params.offset_values + i];
    sum = ${kind === 'squares' ? 'fma(value, value, sum)' : 'sum + value'};
  }
  shares[lane] = sum;
  ${treeSum(THREADS, 'shares')}
  if (lane == 0u) { out[params.offset_out + block] = shares[0]; }
}`,
}));

export function sumOfSquares(runtime: GpuRuntime, { values, out }: Call<'sumOfSquares'>): void {
  const blocks = Math.ceil(values.length / BLOCK);
  const sums = runtime.scratch('block sums', 'f32', Math.max(1, blocks));
  for (const [start, count] of runtime.elementRuns(values.length, 4)) {
    const partBlocks = Math.ceil(count / BLOCK);
    const operands = [values.slice(start, count), sums.slice(start / BLOCK, partBlocks)];
    runtime.dispatch(blockSums('squares'), operands, [count, BLOCK, partBlocks], spread(partBlocks));
  }
  runtime.dispatch(blockSums('values'), [sums, out], [blocks, blocks, 1], [1, 1, 1]);
}

const step = kernelVariants('adamW', (_: '') => ({
  bindings: [write('parameters'), read('gradients'), write('first'), write('second')],
  parameters: [...whole('count'), ...real('keep', 'rate', 'beta1', 'rest1', 'beta2', 'rest2', 'epsilon', 'inverseRoot2', 'gradientScale')],
  code: `
${quotientFunction}${rootFunction}
@compute @workgroup_size(${THREADS}) fn main(${gridArguments}) {
  let i = ${linearIndex(THREADS)};
  if (i >= params.count) { return; }
  let g = gradients[params.offset_gradients + i] * params.gradientScale;
  let m = fma(first[params.offset_first + i], params.beta1, g * params.rest1);
  let v = fma(second[params.offset_second + i], params.beta2, (g * g) * params.rest2);
  first[params.offset_first + i] = m;
  second[params.offset_second + i] = v;
  let change = quotient(m * params.rate, fma(root(v), params.inverseRoot2, params.epsilon));
  let place = params.offset_parameters + i;
  parameters[place] = fma(parameters[place], params.keep, -change);
}`,
}));

export function adamW(runtime: GpuRuntime, call: Call<'adamW'>): void {
  const { learningRate, beta1, beta2, epsilon, weightDecay, correction1, correction2, gradientScale } = call.step;
  // Taken in f64: from a beta already rounded to f32, 1 - beta2 would be off by 1e-5.
  const scalars = [
    1 - learningRate * weightDecay,
    learningRate / correction1,
    beta1,
    1 - beta1,
    beta2,
    1 - beta2,
    epsilon,
    1 / Math.sqrt(correction2),
    gradientScale,
  ];
  const operands = [call.parameters, call.gradients, call.first, call.second];
  for (const [start, count] of runtime.elementRuns(call.parameters.length, 4)) {
    const parts = operands.map((operand) => operand.slice(start, count));
    runtime.dispatch(step(''), parts, [count, ...scalars], spread(Math.ceil(count / THREADS)));
  }
}
