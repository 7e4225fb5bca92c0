/**
 * Gradients of keys and values on subgroup matrices: a subgroup holds 16 tokens' keys and values and their gradients in registers and walks
 * over tiles of lines that may see them: dv += p · g, dk += (p · (dp − mean)) · q. Query heads of a key head may be cut into groups, each
 * with a workgroup of its own, where there are too few tokens to fill the GPU; \`sumHeadGroupsKernel\` adds those up.
 */
import { type KernelSource, read, write } from '../../runtime/kernel.ts';
import { ROW_FACTS, rowFact } from './backward-prepare.ts';
import { BLOCK, Fragments } from './fragments.ts';
import { attentionFunctions, attentionKernel, f32Literal } from './functions.ts';
import { SCALE_FACT } from './matrix-prepare.ts';
import { LOG2_E, type MatrixShape, paddedWidth, strides } from './matrix-shape.ts';
import { eachResult, powersOfTwo, storeFour } from './matrix-softmax.ts';
import { stageVectors } from './matrix-stage.ts';
import { unroll } from './plain-shape.ts';

export interface MatrixBackwardKeysShape extends Omit<MatrixShape, 'blocks'> {
  /** Groups that the query heads of a key head are cut into; divides their number. */
  readonly headGroups: number;
}

export function matrixBackwardKeysBytes(shape: Omit<MatrixBackwardKeysShape, 'headGroups'>): number {
  const { headWidth, subgroups, staged } = shape;
  const { tile, scores, weights } = strides(headWidth, staged);
  return 4 * staged * tile + subgroups * BLOCK * (8 * scores + 4 * weights) + 24 * staged;
}

/** Grid: [rows / (subgroups x 16), key heads, head groups]. */
export function matrixBackwardKeysKernel(shape: MatrixBackwardKeysShape): KernelSource {
  const { queryHeads, keyHeads, headWidth, subgroups, subgroupSize, staged, headGroups } = shape;
  const fragments = new Fragments(shape, {
    queryTile: 'vec4<u32>',
    gradientTile: 'vec4<u32>',
    weights: 'vec4<u32>',
    scoreGradients: 'vec4<u32>',
    scores: 'vec4<f32>',
    slopes: 'vec4<f32>',
  });
  const threads = subgroups * subgroupSize;
  const keys = subgroups * BLOCK;
  const heads = queryHeads / keyHeads / headGroups;
  const { tile, scores, weights } = strides(headWidth, staged);
  const softmax = { subgroupSize, blocks: 1, keys: staged, scoreStride: scores, weightStride: weights };
  const columns = paddedWidth(headWidth) / BLOCK;
  const fourLanes = Math.min(subgroupSize, staged / 4);
  const staging = stageVectors({ threads, rows: staged, headWidth, stride: tile, tiles: ['queryTile', 'gradientTile'] });
  const fetch = (start: string) =>
    staging.fetch(
      (row, element) => /* wgsl */ `
          let line = ${start} + ${row};
          if (line < endLine && ${element} < ${headWidth}u) {
            let at = (line / ${heads}u * ${queryHeads}u + firstHead + line % ${heads}u) * ${headWidth}u + ${element};
            first = queries[params.offset_queries + at / 8u];
            second = gradients[params.offset_gradients + at / 8u];
          }`,
    );
  const factor = (name: string, base: string, column: number) => /* wgsl */ `
  for (var index = lane; index < ${BLOCK * 2}u; index += ${subgroupSize}u) {
    let key = subgroupLine + index / 2u;
    let element = ${column * BLOCK}u + 8u * (index % 2u);
    var words = vec4<u32>();
    if (firstKey + key < params.rows && element < ${headWidth}u) {
      let at = ${base}(${rowFact('slot', 'firstKey + key')} * ${keyHeads}u + keyHead) * ${headWidth}u + element;
      words = cache[params.offset_cache + (at) / 8u];
    }
    weights[key * ${weights / 8}u + index % 2u] = words;
  }
  workgroupBarrier();
  ${fragments.left(`${name}${column}`, 'weights', `subgroupLine * ${weights}u`, weights)}
  workgroupBarrier();`;
  const rowWidth = (queryHeads + 2 * keyHeads) * headWidth;
  const target =
    headGroups === 1
      ? { name: 'qkvGradient', row: `row * ${rowWidth}u + ${queryHeads * headWidth}u` }
      : { name: 'shares', row: `(workgroup.z * params.rows + row) * ${2 * keyHeads * headWidth}u` };
  const result = (name: string, start: number, factor: string) =>
    eachResult(
      fragments,
      softmax,
      columns,
      (_, column) => `${name}${column}`,
      /* wgsl */ `
      let row = firstKey + line;
      if (row < params.rows && element < ${headWidth}u) {
        let at = params.offset_${target.name} + ${target.row} + ${start}u + keyHead * ${headWidth}u + element;
        let scaled = value * (${factor} / familyScale(row));
        ${target.name}[at] = scaled.x;
        ${target.name}[at + 1u] = scaled.y;
        ${target.name}[at + 2u] = scaled.z;
        ${target.name}[at + 3u] = scaled.w;
      }`,
    );

  return attentionKernel({
    name: 'attention matrix backward keys',
    options: shape,
    bindings: [
      read('queries', 'vec4<u32>'),
      read('gradients', 'vec4<u32>'),
      read('cache', 'vec4<u32>'),
      read('rowFacts', 'u32'),
      read('lineFacts'),
      write(target.name),
    ],
    parameters: ['rows', 'valuesStart'],
    threads,
    directives: fragments.directives,
    builtins: '@builtin(subgroup_invocation_id) lane: u32, @builtin(subgroup_id) subgroup: u32,',
    declarations: /* wgsl */ `
${attentionFunctions(headWidth)}
const LOG2_E = ${f32Literal(LOG2_E)};
const LN2 = ${f32Literal(Math.LN2)};
fn familyScale(row: u32) -> f32 { return bitcast<f32>(rowFacts[params.offset_rowFacts + row * ${ROW_FACTS}u + ${SCALE_FACT}u]); }

// What the tile's lines see and where their softmax stands, table by table: family, prefixEnd, ownStart and row; top and mean.
var<workgroup> bounds: array<vec4<u32>, ${staged}>;
var<workgroup> levels: array<vec4<f32>, ${staged / 2}>;
fn noteLine(number: u32, line: u32, endLine: u32, firstHead: u32) {
  let row = min(line / ${heads}u, params.rows - 1u);
  let family = ${rowFact('familyFirst', 'row')};
  let facts = params.offset_lineFacts + 2u * (row * ${queryHeads}u + firstHead + line % ${heads}u);
  let four = number / 4u;
  let part = number % 4u;
  // Tokens come after no family that starts at the largest number: a line past the end sees nothing.
  bounds[four][part] = select(0xffffffffu, family, line < endLine);
  bounds[${staged / 4}u + four][part] = family + ${rowFact('prefixLength', 'row')};
  bounds[${(2 * staged) / 4}u + four][part] = row + 1u - ${rowFact('ownLength', 'row')};
  bounds[${(3 * staged) / 4}u + four][part] = row;
  levels[four][part] = lineFacts[facts] * LOG2_E;
  levels[${staged / 4}u + four][part] = lineFacts[facts + 1u] * familyScale(row);
}
${fragments.declarations}
${powersOfTwo}
var<workgroup> queryTile: array<vec4<u32>, ${(staged * tile) / 8}>;
var<workgroup> gradientTile: array<vec4<u32>, ${(staged * tile) / 8}>;
var<workgroup> weights: array<vec4<u32>, ${(keys * weights) / 8}>;
var<workgroup> scoreGradients: array<vec4<u32>, ${(keys * weights) / 8}>;
var<workgroup> scores: array<vec4<f32>, ${(keys * scores) / 4}>;
var<workgroup> slopes: array<vec4<f32>, ${(keys * scores) / 4}>;`,
    body: /* wgsl */ `
  ${fragments.begin('lane')}
  let firstKey = workgroup.x * ${keys}u;
  let keyHead = workgroup.y;
  let firstHead = keyHead * ${queryHeads / keyHeads}u + workgroup.z * ${heads}u;
  let subgroupLine = subgroup * ${BLOCK}u;
  var endRow = 0u;
  for (var key = firstKey; key < min(firstKey + ${keys}u, params.rows); key++) { endRow = max(endRow, ${rowFact('lastSeer', 'key')} + 1u); }
  let endLine = endRow * ${heads}u;
  ${unroll(columns, (column) => `${factor('key', '', column)}\n${factor('value', 'params.valuesStart + ', column)}`)}
  ${unroll(columns, (column) => `${fragments.zero(`keyOut${column}`)}\n${fragments.zero(`valueOut${column}`)}`)}

  ${staging.declarations}
  ${fetch(`firstKey * ${heads}u`)}
  for (var firstLine = firstKey * ${heads}u; firstLine < endLine; firstLine += ${staged}u) {
    ${staging.store}
    for (var number = thread; number < ${staged}u; number += ${threads}u) { noteLine(number, firstLine + number, endLine, firstHead); }
    workgroupBarrier();
    ${fetch(`firstLine + ${staged}u`)}
    ${unroll(
      staged / BLOCK,
      (block) => /* wgsl */ `
    {
      ${fragments.zero('score')}
      ${fragments.zero('slope')}
      ${unroll(
        columns,
        (column) => /* wgsl */ `
      ${fragments.right(`query${column}`, 'queryTile', `${block * BLOCK * tile + column * BLOCK}u`, tile, true)}
      ${fragments.multiply('score', `key${column}`, `query${column}`)}
      ${fragments.right(`gradient${column}`, 'gradientTile', `${block * BLOCK * tile + column * BLOCK}u`, tile, true)}
      ${fragments.multiply('slope', `value${column}`, `gradient${column}`)}`,
      )}
      ${fragments.store('scores', `subgroupLine * ${scores}u + ${block * BLOCK}u`, 'score', scores)}
      ${fragments.store('slopes', `subgroupLine * ${scores}u + ${block * BLOCK}u`, 'slope', scores)}
    }`,
    )}
    workgroupBarrier();

    for (var four = lane % ${fourLanes}u; four < ${staged / 4}u; four += ${fourLanes}u) {
      let family = bounds[four];
      let prefixEnd = bounds[${staged / 4}u + four];
      let ownStart = bounds[${(2 * staged) / 4}u + four];
      let row = bounds[${(3 * staged) / 4}u + four];
      let top = levels[four];
      let mean = levels[${staged / 4}u + four];
      for (var key = lane / ${fourLanes}u; key < ${BLOCK}u; key += ${subgroupSize / fourLanes}u) {
        let token = vec4<u32>(firstKey + subgroupLine + key);
        let seen = (token >= family) & ((token < prefixEnd) | ((token >= ownStart) & (token <= row)));
        let at = (subgroupLine + key) * ${scores / 4}u + four;
        let weight = select(vec4<f32>(), powersOfTwo(scores[at] - top), seen);
        let gradient = weight * (slopes[at] - mean);
        let place = (subgroupLine + key) * ${weights / 4}u + four;
        ${storeFour('weights', 'place', 'weight')}
        ${storeFour('scoreGradients', 'place', 'gradient')}
      }
    }
    workgroupBarrier();

    ${unroll(
      staged / BLOCK,
      (block) => /* wgsl */ `
    {
      ${fragments.left('weight', 'weights', `subgroupLine * ${weights}u + ${block * BLOCK}u`, weights)}
      ${fragments.left('scoreGradient', 'scoreGradients', `subgroupLine * ${weights}u + ${block * BLOCK}u`, weights)}
      ${unroll(
        columns,
        (column) => /* wgsl */ `
      ${fragments.right(`gradient${column}`, 'gradientTile', `${block * BLOCK * tile + column * BLOCK}u`, tile, false)}
      ${fragments.multiply(`valueOut${column}`, 'weight', `gradient${column}`)}
      ${fragments.right(`query${column}`, 'queryTile', `${block * BLOCK * tile + column * BLOCK}u`, tile, false)}
      ${fragments.multiply(`keyOut${column}`, 'scoreGradient', `query${column}`)}`,
      )}
    }`,
    )}
    workgroupBarrier();
  }
  ${result('keyOut', 0, 'LN2')}
  ${result('valueOut', keyHeads * headWidth, '1f')}`,
  });
}
