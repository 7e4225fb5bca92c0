/** Gradient of the queries on subgroup matrices: scores and slopes again from f16 factors, dq += (p · (dp − mean)) · k over tiles of keys. */
import { type KernelSource, read, write } from '../../runtime/kernel.ts';
import { ROW_FACTS, rowFact } from './backward-prepare.ts';
import { BLOCK, Fragments } from './fragments.ts';
import { attentionFunctions, attentionKernel, f32Literal } from './functions.ts';
import { SCALE_FACT } from './matrix-prepare.ts';
import { LINE_THREADS, LOG2_E, type MatrixShape, paddedWidth, strides } from './matrix-shape.ts';
import { eachResult, passesOf, passLine, powersOfTwo, storeFour } from './matrix-softmax.ts';
import { stageVectors } from './matrix-stage.ts';
import { geometryOf, unroll } from './plain-shape.ts';
import { forEachRun, viewFunctions } from './runs.ts';

export function matrixBackwardQueriesBytes(shape: MatrixShape): number {
  const { headWidth, subgroups, blocks, staged } = shape;
  const { tile, scores, weights } = strides(headWidth, staged);
  return 4 * staged * tile + subgroups * blocks * BLOCK * (8 * scores + 2 * weights);
}

/** Grid: [blocks of rows, key heads x head blocks, 1]. */
export function matrixBackwardQueriesKernel(shape: MatrixShape): KernelSource {
  const { queryHeads, keyHeads, headWidth, subgroups, subgroupSize, blocks, staged } = shape;
  const fragments = new Fragments(shape, {
    keyTile: 'vec4<u32>',
    valueTile: 'vec4<u32>',
    weights: 'vec4<u32>',
    scores: 'vec4<f32>',
    slopes: 'vec4<f32>',
  });
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
  const factor = (name: string, column: number) => /* wgsl */ `
    for (var index = lane; index < ${subgroupLines * 2}u; index += ${subgroupSize}u) {
      let line = subgroupLine + index / 2u;
      let element = ${column * BLOCK}u + 8u * (index % 2u);
      var words = vec4<u32>();
      if (line / ${headsPerBlock}u < count && line % ${headsPerBlock}u < heads && element < ${headWidth}u) {
        let base = ((firstOfRun + line / ${headsPerBlock}u) * ${queryHeads}u + firstHead + line % ${headsPerBlock}u) * ${headWidth}u + element;
        words = ${name}[params.offset_${name} + base / 8u];
      }
      weights[line * ${weights / 8}u + index % 2u] = words;
    }
    workgroupBarrier();
    ${unroll(blocks, (block) => fragments.left(`${name}${block}_${column}`, 'weights', `(subgroupLine + ${block * BLOCK}u) * ${weights}u`, weights))}
    workgroupBarrier();`;

  const run = /* wgsl */ `
    let firstOfRun = first;
    ${unroll(
      passes,
      (pass) => /* wgsl */ `
    let line${pass} = ${passLine(pass, softmax)};
    var seenOf${pass} = 0u;
    var top${pass} = 0f;
    var mean${pass} = 0f;
    if (line${pass} / ${headsPerBlock}u < count && line${pass} % ${headsPerBlock}u < heads) {
      let row = firstOfRun + line${pass} / ${headsPerBlock}u;
      let facts = params.offset_lineFacts + 2u * (row * ${queryHeads}u + firstHead + line${pass} % ${headsPerBlock}u);
      seenOf${pass} = seenBy(row);
      top${pass} = lineFacts[facts] * LOG2_E;
      mean${pass} = lineFacts[facts + 1u] * familyScale(row);
    }`,
    )}
    ${unroll(blocks, (block) => unroll(columns, (column) => fragments.zero(output(block, column))))}
    ${unroll(columns, (column) => `${factor('queries', column)}\n${factor('gradients', column)}`)}

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
        ${unroll(blocks, (block) => `${fragments.zero(`score${block}`)}\n${fragments.zero(`slope${block}`)}`)}
        ${unroll(
          columns,
          (column) => /* wgsl */ `
        ${fragments.right(`key${column}`, 'keyTile', `${key * BLOCK * tile + column * BLOCK}u`, tile, true)}
        ${fragments.right(`value${column}`, 'valueTile', `${key * BLOCK * tile + column * BLOCK}u`, tile, true)}
        ${unroll(
          blocks,
          (block) => `${fragments.multiply(`score${block}`, `queries${block}_${column}`, `key${column}`)}
        ${fragments.multiply(`slope${block}`, `gradients${block}_${column}`, `value${column}`)}`,
        )}`,
        )}
        ${unroll(blocks, (block) => {
          const place = `(subgroupLine + ${block * BLOCK}u) * ${scores}u + ${key * BLOCK}u`;
          return `${fragments.store('scores', place, `score${block}`, scores)}\n${fragments.store('slopes', place, `slope${block}`, scores)}`;
        })}
      }`,
      )}
      workgroupBarrier();
      ${unroll(
        passes,
        (pass) => /* wgsl */ `
      for (var four = quad; four < ${staged / 4}u; four += ${LINE_THREADS}u) {
        let at = line${pass} * ${scores / 4}u + four;
        let key = vec4<u32>(tileStart + 4u * four) + vec4<u32>(0u, 1u, 2u, 3u);
        let weight = select(vec4<f32>(), powersOfTwo(scores[at] - top${pass}), key < vec4<u32>(seenOf${pass}));
        let gradient = weight * (slopes[at] - mean${pass});
        let place = line${pass} * ${weights / 4}u + four;
        ${storeFour('weights', 'place', 'gradient')}
      }`,
      )}
      workgroupBarrier();
      ${unroll(
        staged / BLOCK,
        (key) => /* wgsl */ `
      {
        ${unroll(blocks, (block) => fragments.left(`weight${block}`, 'weights', `(subgroupLine + ${block * BLOCK}u) * ${weights}u + ${key * BLOCK}u`, weights))}
        ${unroll(
          columns,
          (column) => /* wgsl */ `
        ${fragments.right(`key${column}`, 'keyTile', `${key * BLOCK * tile + column * BLOCK}u`, tile, false)}
        ${unroll(blocks, (block) => fragments.multiply(output(block, column), `weight${block}`, `key${column}`))}`,
        )}
      }`,
      )}
      workgroupBarrier();
    }
    ${eachResult(
      fragments,
      softmax,
      columns,
      output,
      /* wgsl */ `
      if (line / ${headsPerBlock}u < count && line % ${headsPerBlock}u < heads && element < ${headWidth}u) {
        let row = firstOfRun + line / ${headsPerBlock}u;
        let base = row * ${rowWidth}u + (firstHead + line % ${headsPerBlock}u) * ${headWidth}u;
        let at = params.offset_qkvGradient + base + element;
        let scaled = value * (SCALE / familyScale(row));
        qkvGradient[at] = scaled.x;
        qkvGradient[at + 1u] = scaled.y;
        qkvGradient[at + 2u] = scaled.z;
        qkvGradient[at + 3u] = scaled.w;
      }`,
    )}`;

  return attentionKernel({
    name: 'attention matrix backward queries',
    options: shape,
    bindings: [
      read('queries', 'vec4<u32>'),
      read('gradients', 'vec4<u32>'),
      read('cache', 'vec4<u32>'),
      read('rowFacts', 'u32'),
      read('lineFacts'),
      write('qkvGradient'),
    ],
    parameters: ['rows', 'valuesStart'],
    threads,
    directives: fragments.directives,
    builtins: '@builtin(subgroup_invocation_id) lane: u32, @builtin(subgroup_id) subgroup: u32,',
    declarations: /* wgsl */ `
${attentionFunctions(headWidth)}
${viewFunctions(rowFact)}
const LOG2_E = ${f32Literal(LOG2_E)};
fn familyScale(row: u32) -> f32 { return bitcast<f32>(rowFacts[params.offset_rowFacts + row * ${ROW_FACTS}u + ${SCALE_FACT}u]); }
${fragments.declarations}
${powersOfTwo}
var<workgroup> keyTile: array<vec4<u32>, ${(staged * tile) / 8}>;
var<workgroup> valueTile: array<vec4<u32>, ${(staged * tile) / 8}>;
var<workgroup> weights: array<vec4<u32>, ${(lines * weights) / 8}>;
var<workgroup> scores: array<vec4<f32>, ${(lines * scores) / 4}>;
var<workgroup> slopes: array<vec4<f32>, ${(lines * scores) / 4}>;`,
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
