/**
 * Attention on subgroup matrices: f16 products added up in f32, an online softmax over tiles of keys, one tile staged for all query heads
 * of a key head. Elements of a matrix cannot be touched in registers, so scores and weights pass through workgroup memory, and the output
 * is scaled to a new reference only when the largest score has grown by more than HEADROOM.
 */
import { type KernelSource, read, write } from '../../runtime/kernel.ts';
import { BLOCK, Fragments } from './fragments.ts';
import { attentionFunctions, attentionKernel, f32Literal } from './functions.ts';
import { LINE_THREADS, LOG2_E, type MatrixShape, paddedWidth, strides } from './matrix-shape.ts';
import { eachResult, eightQueries, passesOf, passLine, powersOfTwo, scaleResults, softmaxPass } from './matrix-softmax.ts';
import { stageVectors } from './matrix-stage.ts';
import { geometryOf, unroll } from './plain-shape.ts';
import { forEachRun, separateTables, viewFunctions } from './runs.ts';

export interface MatrixForwardShape extends MatrixShape {
  readonly logSumExp: boolean;
}

export function matrixForwardBytes(shape: MatrixForwardShape): number {
  const { headWidth, subgroups, blocks, staged } = shape;
  const { tile, scores, weights } = strides(headWidth, staged);
  const lines = subgroups * blocks * BLOCK;
  return 4 * staged * tile + lines * (4 * scores + 2 * weights + 4) + 16;
}

/** Grid: [blocks of rows, key heads x head blocks, 1]. The cache holds f16, a head is a multiple of 8 wide. */
export function matrixForwardKernel(shape: MatrixForwardShape): KernelSource {
  const { queryHeads, keyHeads, headWidth, subgroups, subgroupSize, blocks, staged, logSumExp } = shape;
  const fragments = new Fragments(shape, { keyTile: 'vec4<u32>', valueTile: 'vec4<u32>', weights: 'vec4<u32>', scores: 'vec4<f32>' });
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
            first = cache[params.offset_cache + at / 8u];
            second = cache[params.offset_cache + (params.valuesStart + at) / 8u];
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
    for (var index = lane; index < ${2 * subgroupLines}u; index += ${subgroupSize}u) {
      let line = subgroupLine + index / 2u;
      let element = ${column * BLOCK}u + 8u * (index % 2u);
      var words = vec4<u32>();
      if (line / ${headsPerBlock}u < count && line % ${headsPerBlock}u < heads && element < ${headWidth}u) {
        let at = params.offset_qkv + (first + line / ${headsPerBlock}u) * ${rowWidth}u + (firstHead + line % ${headsPerBlock}u) * ${headWidth}u + element;
        words = eightQueries(at);
      }
      weights[line * ${weights / 8}u + index % 2u] = words;
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
        let at = params.offset_out + base + element;
        let scaled = value * keep[line];
        out[at] = scaled.x;
        out[at + 1u] = scaled.y;
        out[at + 2u] = scaled.z;
        out[at + 3u] = scaled.w;
      }`,
    )}`;

  return attentionKernel({
    name: 'attention matrix',
    options: shape,
    bindings: [
      read('qkv'),
      read('cache', 'vec4<u32>'),
      ...['prefixStart', 'prefixLength', 'ownStart', 'ownLength'].map((name) => read(name, 'u32')),
      write('out'),
      ...(logSumExp ? [write('logSumExp')] : []),
    ],
    parameters: ['rows', 'valuesStart'],
    threads,
    directives: fragments.directives,
    builtins: '@builtin(subgroup_invocation_id) lane: u32, @builtin(subgroup_id) subgroup: u32,',
    declarations: /* wgsl */ `
${attentionFunctions(headWidth)}
${viewFunctions(separateTables)}
const SCALE_LOG2 = ${f32Literal(LOG2_E / Math.sqrt(headWidth))};
${eightQueries}
const LN2 = ${f32Literal(Math.LN2)};
${fragments.declarations}
${powersOfTwo}
var<workgroup> keyTile: array<vec4<u32>, ${(staged * tile) / 8}>;
var<workgroup> valueTile: array<vec4<u32>, ${(staged * tile) / 8}>;
var<workgroup> weights: array<vec4<u32>, ${(lines * weights) / 8}>;
var<workgroup> scores: array<vec4<f32>, ${(lines * scores) / 4}>;
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
  let subgroupLine = subgroup * ${subgroupLines}u;
  let quad = lane % ${LINE_THREADS}u;
  ${forEachRun('firstRow', 'endRow', run)}`,
  });
}
