/**
 * Attention on subgroup matrices: f16 products added up in f32, an online softmax over tiles of keys, one tile staged for all query heads
 * of a key head. Elements of a matrix cannot be touched in registers, so scores and weights pass through workgroup memory, and the output
 * is scaled to a new reference only when the largest score has grown by more than HEADROOM.
 */
import { type KernelSource, read, write } from '../../runtime/kernel.ts';
import { BLOCK, Fragments, halfBytes } from './fragments.ts';
import { attentionFunctions, attentionKernel, f32Literal } from './functions.ts';
import { LINE_THREADS, LOG2_E, type MatrixShape, paddedWidth, strides } from './matrix-shape.ts';
import { eachResult, passesOf, passLine, scaleResults, softmaxPass } from './matrix-softmax.ts';
import { stageVectors } from './matrix-stage.ts';
import { geometryOf, unroll } from './plain-shape.ts';
import { forEachRun, separateTables, viewFunctions } from './runs.ts';

export interface MatrixForwardShape extends MatrixShape {
  readonly logSumExp: boolean;
}

export function matrixForwardBytes(shape: MatrixForwardShape): number {
  const { headWidth, subgroups, blocks, staged } = shape;
  const half = halfBytes(shape);
  const { tile, scores, weights } = strides(headWidth, staged);
  const lines = subgroups * blocks * BLOCK;
  return 2 * half * staged * tile + lines * (4 * scores + half * weights + 4) + 16;
}

/** Grid: [blocks of rows, key heads x head blocks, 1]. The cache holds f16, a head is a multiple of 4 wide. */
export function matrixForwardKernel(shape: MatrixForwardShape): KernelSource {
  const { queryHeads, keyHeads, headWidth, subgroups, subgroupSize, blocks, staged, logSumExp } = shape;
  const fragments = new Fragments(shape);
  const threads = subgroups * subgroupSize;
  const subgroupLines = blocks * BLOCK;
  const lines = subgroups * subgroupLines;
  const { group, headsPerBlock, headBlocks, rowsPerBlock, rowWidth } = geometryOf(shape, lines);
  const { tile, scores, weights } = strides(headWidth, staged);
  const softmax = { subgroupSize, blocks, keys: staged, scoreStride: scores, weightStride: weights };
  const passes = passesOf(softmax);
  const columns = paddedWidth(headWidth) / BLOCK;
  const output = (block: number, column: number) => `out${block}_${column}`;

  const staging = stageVectors({ threads, rows: staged, headWidth, stride: tile, tiles: ['keyTile', 'valueTile'] });
  const fetch = (start: string) =>
    staging.fetch(
      (row, element) => /* wgsl */ `
          let key = ${start} + ${row};
          if (key < view.seen && ${element} < ${headWidth}u) {
            let at = (slotOf(view, key) * ${keyHeads}u + keyHead) * ${headWidth}u + ${element};
            first = cache[params.offset_cache + at / 4u];
            second = cache[params.offset_cache + (params.valuesStart + at) / 4u];
          }`,
    );

  const run = /* wgsl */ `
    ${unroll(
      passes,
      (pass) => /* wgsl */ `
    let line${pass} = ${passLine(pass, softmax)};
    var seenOf${pass} = 0u;
    if (line${pass} / ${headsPerBlock}u < count && line${pass} % ${headsPerBlock}u < heads) { seenOf${pass} = seenBy(first + line${pass} / ${headsPerBlock}u); }
    var top${pass} = LOWEST;
    var sum${pass} = 0f;`,
    )}
    ${unroll(blocks, (block) => unroll(columns, (column) => fragments.zero(output(block, column))))}
    ${unroll(
      columns,
      (column) => /* wgsl */ `
    for (var index = lane; index < ${subgroupLines * BLOCK}u; index += ${subgroupSize}u) {
      let line = subgroupLine + index / ${BLOCK}u;
      let element = ${column * BLOCK}u + index % ${BLOCK}u;
      var value = 0f;
      if (line / ${headsPerBlock}u < count && line % ${headsPerBlock}u < heads && element < ${headWidth}u) {
        let base = (first + line / ${headsPerBlock}u) * ${rowWidth}u + (firstHead + line % ${headsPerBlock}u) * ${headWidth}u;
        value = qkv[params.offset_qkv + base + element] * SCALE_LOG2;
      }
      weights[line * ${weights}u + index % ${BLOCK}u] = half(value);
    }
    workgroupBarrier();
    ${unroll(blocks, (block) => fragments.left(`query${block}_${column}`, 'weights', `(subgroupLine + ${block * BLOCK}u) * ${weights}u`, weights))}
    workgroupBarrier();`,
    )}

    ${staging.declarations}
    ${fetch('0u')}
    for (var tileStart = 0u; tileStart < view.seen; tileStart += ${staged}u) {
      ${staging.store}
      workgroupBarrier();
      ${fetch(`tileStart + ${staged}u`)}

      ${unroll(
        staged / BLOCK,
        (key) => /* wgsl */ `
      {
        ${unroll(blocks, (block) => fragments.zero(`score${block}`))}
        ${unroll(
          columns,
          (column) => /* wgsl */ `
        ${fragments.right(`key${column}`, 'keyTile', `${key * BLOCK * tile + column * BLOCK}u`, tile, true)}
        ${unroll(blocks, (block) => fragments.multiply(`score${block}`, `query${block}_${column}`, `key${column}`))}`,
        )}
        ${unroll(blocks, (block) => fragments.store('scores', `(subgroupLine + ${block * BLOCK}u) * ${scores}u + ${key * BLOCK}u`, `score${block}`, scores))}
      }`,
      )}
      workgroupBarrier();

      ${unroll(passes, (pass) => softmaxPass(softmax, pass, (key) => `tileStart + ${key} < seenOf${pass}`, 'tileStart == 0u', 'tileStart + 1u'))}
      let mark = workgroupUniformLoad(&rescale);
      if (mark == tileStart + 1u) {
        ${scaleResults(fragments, softmax, columns, output)}
      }

      ${unroll(
        staged / BLOCK,
        (key) => /* wgsl */ `
      {
        ${unroll(blocks, (block) => fragments.left(`weight${block}`, 'weights', `(subgroupLine + ${block * BLOCK}u) * ${weights}u + ${key * BLOCK}u`, weights))}
        ${unroll(
          columns,
          (column) => /* wgsl */ `
        ${fragments.right(`value${column}`, 'valueTile', `${key * BLOCK * tile + column * BLOCK}u`, tile, false)}
        ${unroll(blocks, (block) => fragments.multiply(output(block, column), `weight${block}`, `value${column}`))}`,
        )}
      }`,
      )}
      workgroupBarrier();
    }

    ${unroll(
      passes,
      (pass) => /* wgsl */ `
    sum${pass} += subgroupShuffleXor(sum${pass}, 1u);
    sum${pass} += subgroupShuffleXor(sum${pass}, 2u);
    if (quad == 0u && seenOf${pass} > 0u) {
      keep[line${pass}] = 1f / sum${pass};
      ${
        logSumExp
          ? `logSumExp[params.offset_logSumExp + (first + line${pass} / ${headsPerBlock}u) * ${queryHeads}u + firstHead + line${pass} % ${headsPerBlock}u] = (top${pass} + log2(sum${pass})) * LN2;`
          : ''
      }
    }`,
    )}
    workgroupBarrier();
    ${eachResult(
      fragments,
      softmax,
      columns,
      output,
      /* wgsl */ `
      if (line / ${headsPerBlock}u < count && line % ${headsPerBlock}u < heads && element < ${headWidth}u) {
        let base = ((first + line / ${headsPerBlock}u) * ${queryHeads}u + firstHead + line % ${headsPerBlock}u) * ${headWidth}u;
        out[params.offset_out + base + element] = value * keep[line];
      }`,
    )}`;

  return attentionKernel({
    name: 'attention matrix',
    options: shape,
    bindings: [
      read('qkv'),
      read('cache', 'vec2<u32>'),
      ...['prefixStart', 'prefixLength', 'ownStart', 'ownLength'].map((name) => read(name, 'u32')),
      write('out'),
      ...(logSumExp ? [write('logSumExp')] : []),
    ],
    parameters: ['rows', 'valuesStart'],
    threads,
    directives: fragments.directives,
    builtins: '@builtin(subgroup_invocation_id) lane: u32,',
    declarations: /* wgsl */ `
${attentionFunctions(headWidth)}
${viewFunctions(separateTables)}
const SCALE_LOG2 = ${f32Literal(LOG2_E / Math.sqrt(headWidth))};
const LN2 = ${f32Literal(Math.LN2)};
${fragments.declarations([
  { name: 'keyTile', element: 'half' },
  { name: 'valueTile', element: 'half' },
  { name: 'weights', element: 'half' },
  { name: 'scores', element: 'f32' },
])}
var<workgroup> keyTile: array<half, ${staged * tile}>;
var<workgroup> valueTile: array<half, ${staged * tile}>;
var<workgroup> weights: array<half, ${lines * weights}>;
var<workgroup> scores: array<f32, ${lines * scores}>;
var<workgroup> keep: array<f32, ${lines}>;
var<workgroup> rescale: u32;`,
    body: /* wgsl */ `
  ${fragments.begin('lane')}
  let firstRow = (workgroups.x - 1u - workgroup.x) * ${rowsPerBlock}u;
  let endRow = min(firstRow + ${rowsPerBlock}u, params.rows);
  let keyHead = workgroup.y / ${headBlocks}u;
  let headOffset = workgroup.y % ${headBlocks}u * ${headsPerBlock}u;
  let firstHead = keyHead * ${group}u + headOffset;
  let heads = min(${headsPerBlock}u, ${group}u - headOffset);
  let subgroupLine = thread / ${subgroupSize}u * ${subgroupLines}u;
  let quad = lane % ${LINE_THREADS}u;
  ${forEachRun('firstRow', 'endRow', run)}`,
  });
}
