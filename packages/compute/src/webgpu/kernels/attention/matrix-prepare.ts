/**
 * Factors of the backward products in f16. Gradients of a mean over thousands of tokens lie below what f16 resolves, so those of a family
 * are multiplied by one power of two that puts the largest near 16; everything that a key collects comes from its own family, so its
 * gradient is divided by the same number at the end. Queries are scaled so that their scores are powers of two.
 */
import { type KernelSource, read, write } from '../../runtime/kernel.ts';
import { ROW_FACTS } from './backward-prepare.ts';
import { attentionKernel, f32Literal } from './functions.ts';
import { LOG2_E } from './matrix-shape.ts';
import type { AttentionHeads } from './plain-shape.ts';

export const MATRIX_PREPARE_THREADS = 256;
/** Binary exponent of a family's largest gradient in f16. */
const LARGEST_EXPONENT = 4;
/** Word of the row facts that holds the family's scale as f32. */
export const SCALE_FACT = 7;

/** Largest magnitude of each line's gradient. Grid: from `spread`. */
export function lineMaximaKernel(headWidth: number): KernelSource {
  return attentionKernel({
    name: 'attention line maxima',
    options: { headWidth },
    bindings: [read('outGradient'), write('lineMaxima')],
    parameters: ['lines'],
    threads: MATRIX_PREPARE_THREADS,
    declarations: '',
    body: /* wgsl */ `
  let line = (workgroup.x + workgroup.y * workgroups.x) * ${MATRIX_PREPARE_THREADS}u + thread;
  if (line >= params.lines) { return; }
  var largest = 0f;
  for (var element = 0u; element < ${headWidth}u; element++) {
    largest = max(largest, abs(outGradient[params.offset_outGradient + line * ${headWidth}u + element]));
  }
  lineMaxima[params.offset_lineMaxima + line] = largest;`,
  });
}

/** The scale of each family, into the facts of its rows. Grid: from `spread` over families. */
export function familyScalesKernel(queryHeads: number): KernelSource {
  return attentionKernel({
    name: 'attention family scales',
    options: { queryHeads },
    bindings: [read('lineMaxima'), read('familyStart', 'u32'), write('rowFacts', 'u32')],
    parameters: ['families'],
    threads: MATRIX_PREPARE_THREADS,
    declarations: `var<workgroup> maxima: array<f32, ${MATRIX_PREPARE_THREADS}>;`,
    body: /* wgsl */ `
  let family = workgroup.x + workgroup.y * workgroups.x;
  if (family >= params.families) { return; }
  let first = familyStart[params.offset_familyStart + family];
  let end = familyStart[params.offset_familyStart + family + 1u];
  var largest = 0f;
  for (var line = first * ${queryHeads}u + thread; line < end * ${queryHeads}u; line += ${MATRIX_PREPARE_THREADS}u) {
    largest = max(largest, lineMaxima[params.offset_lineMaxima + line]);
  }
  maxima[thread] = largest;
  workgroupBarrier();
  for (var half = ${MATRIX_PREPARE_THREADS / 2}u; half > 0u; half /= 2u) {
    if (thread < half) { maxima[thread] = max(maxima[thread], maxima[thread + half]); }
    workgroupBarrier();
  }
  // 2^(LARGEST_EXPONENT - exponent of the largest), between 2^-100 and 2^100; 1 for a family without gradient.
  let exponent = i32((bitcast<u32>(maxima[0]) >> 23u) & 255u) - 127;
  let scale = select(clamp(${LARGEST_EXPONENT} - exponent, -100, 100), 0, maxima[0] == 0f);
  for (var row = first + thread; row < end; row += ${MATRIX_PREPARE_THREADS}u) {
    rowFacts[params.offset_rowFacts + row * ${ROW_FACTS}u + ${SCALE_FACT}u] = u32(scale + 127) << 23u;
  }`,
  });
}

/** Queries and gradients in f16, four elements a thread. Grid: from \`spread\`. */
export function halfFactorsKernel(shape: AttentionHeads): KernelSource {
  const { queryHeads, keyHeads, headWidth } = shape;
  const vectors = (queryHeads * headWidth) / 4;
  const rowWidth = (queryHeads + 2 * keyHeads) * headWidth;
  const four = (name: string, base: string) => [0, 1, 2, 3].map((lane) => `${name}[params.offset_${name} + ${base} + ${lane}u]`).join(', ');
  return attentionKernel({
    name: 'attention half factors',
    options: shape,
    bindings: [read('qkv'), read('outGradient'), read('rowFacts', 'u32'), write('queries', 'vec2<u32>'), write('gradients', 'vec2<u32>')],
    parameters: ['rows'],
    threads: MATRIX_PREPARE_THREADS,
    declarations: `
fn halvesOf(x: vec4<f32>) -> vec2<u32> { return vec2<u32>(pack2x16float(x.xy), pack2x16float(x.zw)); }`,
    body: /* wgsl */ `
  let index = (workgroup.x + workgroup.y * workgroups.x) * ${MATRIX_PREPARE_THREADS}u + thread;
  let row = index / ${vectors}u;
  if (row >= params.rows) { return; }
  let queryBase = row * ${rowWidth}u + 4u * (index % ${vectors}u);
  let gradientBase = 4u * index;
  let scale = bitcast<f32>(rowFacts[params.offset_rowFacts + row * ${ROW_FACTS}u + ${SCALE_FACT}u]);
  queries[params.offset_queries + index] = halvesOf(vec4<f32>(${four('qkv', 'queryBase')}) * ${f32Literal(LOG2_E / Math.sqrt(headWidth))});
  gradients[params.offset_gradients + index] = halvesOf(vec4<f32>(${four('outGradient', 'gradientBase')}) * scale);`,
  });
}

/** Adds the shares of several groups of query heads, in order. Grid: from \`spread\` over rows x key and value elements. */
export function sumHeadGroupsKernel(shape: AttentionHeads): KernelSource {
  const { queryHeads, keyHeads, headWidth } = shape;
  const width = 2 * keyHeads * headWidth;
  return attentionKernel({
    name: 'attention sum head groups',
    options: shape,
    bindings: [read('shares'), write('qkvGradient')],
    parameters: ['rows', 'groups'],
    threads: MATRIX_PREPARE_THREADS,
    declarations: '',
    body: /* wgsl */ `
  let index = (workgroup.x + workgroup.y * workgroups.x) * ${MATRIX_PREPARE_THREADS}u + thread;
  if (index >= params.rows * ${width}u) { return; }
  var sum = 0f;
  for (var each = 0u; each < params.groups; each++) { sum += shares[params.offset_shares + each * params.rows * ${width}u + index]; }
  qkvGradient[params.offset_qkvGradient + index / ${width}u * ${queryHeads * headWidth + width}u + ${queryHeads * headWidth}u + index % ${width}u] = sum;`,
  });
}
