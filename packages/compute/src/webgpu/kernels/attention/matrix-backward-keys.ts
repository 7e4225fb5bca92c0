/**
 * Gradients of keys and values on subgroup matrices: a subgroup holds 16 tokens' keys and values and their gradients in registers and walks
 * over tiles of lines that may see them: dv += p · g, dk += (p · (dp − mean)) · q. Query heads of a key head may be cut into groups, each
 * with a workgroup of its own, where there are too few tokens to fill the GPU; \`sumHeadGroupsKernel\` adds those up.
 */
import { type KernelSource, read, write } from '../../runtime/kernel.ts';
import { ROW_FACTS, rowFact } from './backward-prepare.ts';
import { BLOCK, Fragments, halfBytes } from './fragments.ts';
import { attentionFunctions, attentionKernel, f32Literal } from './functions.ts';
import { SCALE_FACT } from './matrix-prepare.ts';
import { LOG2_E, type MatrixShape, paddedWidth, strides } from './matrix-shape.ts';
import { eachResult } from './matrix-softmax.ts';
import { stageVectors } from './matrix-stage.ts';
import { unroll } from './plain-shape.ts';

export interface MatrixBackwardKeysShape extends Omit<MatrixShape, 'blocks'> {
  /** Groups that the query heads of a key head are cut into; divides their number. */
  readonly headGroups: number;
}

export function matrixBackwardKeysBytes(shape: Omit<MatrixBackwardKeysShape, 'headGroups'>): number {
  const { headWidth, subgroups, staged } = shape;
  const half = halfBytes(shape);
  const { tile, scores, weights } = strides(headWidth, staged);
  return 2 * half * staged * tile + subgroups * BLOCK * 2 * (4 * scores + half * weights);
}

/** Grid: [rows / (subgroups x 16), key heads, head groups]. */
export function matrixBackwardKeysKernel(shape: MatrixBackwardKeysShape): KernelSource {
  const { queryHeads, keyHeads, headWidth, subgroups, subgroupSize, staged, headGroups } = shape;
  const fragments = new Fragments(shape);
  const threads = subgroups * subgroupSize;
  const keys = subgroups * BLOCK;
  const heads = queryHeads / keyHeads / headGroups;
  const { tile, scores, weights } = strides(headWidth, staged);
  const softmax = { subgroupSize, blocks: 1, keys: staged, scoreStride: scores, weightStride: weights };
  const columns = paddedWidth(headWidth) / BLOCK;
  const linesPerLane = Math.ceil(staged / subgroupSize);
  const staging = stageVectors({ threads, rows: staged, headWidth, stride: tile, tiles: ['queryTile', 'gradientTile'] });
  const fetch = (start: string) =>
    staging.fetch(
      (row, element) => /* wgsl */ `
          let line = ${start} + ${row};
          if (line < endLine && ${element} < ${headWidth}u) {
            let at = (line / ${heads}u * ${queryHeads}u + firstHead + line % ${heads}u) * ${headWidth}u + ${element};
            first = queries[params.offset_queries + at / 4u];
            second = gradients[params.offset_gradients + at / 4u];
          }`,
    );
  const factor = (name: string, base: string, column: number) => /* wgsl */ `
  for (var index = lane; index < ${BLOCK * (BLOCK / 4)}u; index += ${subgroupSize}u) {
    let key = subgroupLine + index / ${BLOCK / 4}u;
    let element = ${column * BLOCK}u + 4u * (index % ${BLOCK / 4}u);
    var words = vec2<u32>();
    if (firstKey + key < params.rows && element < ${headWidth}u) {
      let at = ${base}(${rowFact('slot', 'firstKey + key')} * ${keyHeads}u + keyHead) * ${headWidth}u + element;
      words = cache[params.offset_cache + at / 4u];
    }
    let values = halves(words);
    let place = key * ${weights}u + 4u * (index % ${BLOCK / 4}u);
    weights[place] = values.x; weights[place + 1u] = values.y; weights[place + 2u] = values.z; weights[place + 3u] = values.w;
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
        ${target.name}[params.offset_${target.name} + ${target.row} + ${start}u + keyHead * ${headWidth}u + element] = value * (${factor} / familyScale(row));
      }`,
    );

  return attentionKernel({
    name: 'attention matrix backward keys',
    options: shape,
    bindings: [
      read('queries', 'vec2<u32>'),
      read('gradients', 'vec2<u32>'),
      read('cache', 'vec2<u32>'),
      read('rowFacts', 'u32'),
      read('lineFacts'),
      write(target.name),
    ],
    parameters: ['rows', 'valuesStart'],
    threads,
    directives: fragments.directives,
    builtins: '@builtin(subgroup_invocation_id) lane: u32,',
    declarations: /* wgsl */ `
${attentionFunctions(headWidth)}
const LOG2_E = ${f32Literal(LOG2_E)};
const LN2 = ${f32Literal(Math.LN2)};
fn familyScale(row: u32) -> f32 { return bitcast<f32>(rowFacts[params.offset_rowFacts + row * ${ROW_FACTS}u + ${SCALE_FACT}u]); }
${fragments.declarations([
  { name: 'queryTile', element: 'half' },
  { name: 'gradientTile', element: 'half' },
  { name: 'weights', element: 'half' },
  { name: 'scoreGradients', element: 'half' },
  { name: 'scores', element: 'f32' },
  { name: 'slopes', element: 'f32' },
])}
var<workgroup> queryTile: array<half, ${staged * tile}>;
var<workgroup> gradientTile: array<half, ${staged * tile}>;
var<workgroup> weights: array<half, ${keys * weights}>;
var<workgroup> scoreGradients: array<half, ${keys * weights}>;
var<workgroup> scores: array<f32, ${keys * scores}>;
var<workgroup> slopes: array<f32, ${keys * scores}>;`,
    body: /* wgsl */ `
  ${fragments.begin('lane')}
  let firstKey = workgroup.x * ${keys}u;
  let keyHead = workgroup.y;
  let firstHead = keyHead * ${queryHeads / keyHeads}u + workgroup.z * ${heads}u;
  let subgroupLine = thread / ${subgroupSize}u * ${BLOCK}u;
  var endRow = 0u;
  for (var key = firstKey; key < min(firstKey + ${keys}u, params.rows); key++) { endRow = max(endRow, ${rowFact('lastSeer', 'key')} + 1u); }
  let endLine = endRow * ${heads}u;
  ${unroll(columns, (column) => `${factor('key', '', column)}\n${factor('value', 'params.valuesStart + ', column)}`)}
  ${unroll(columns, (column) => `${fragments.zero(`keyOut${column}`)}\n${fragments.zero(`valueOut${column}`)}`)}

  ${staging.declarations}
  ${fetch(`firstKey * ${heads}u`)}
  for (var firstLine = firstKey * ${heads}u; firstLine < endLine; firstLine += ${staged}u) {
    ${staging.store}
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

    ${unroll(
      linesPerLane,
      (each) => /* wgsl */ `
    ${staged % subgroupSize === 0 ? '{' : `if (lane + ${each * subgroupSize}u < ${staged}u) {`}
      let column = lane + ${each * subgroupSize}u;
      let line = firstLine + column;
      let row = min(line / ${heads}u, params.rows - 1u);
      let family = ${rowFact('familyFirst', 'row')};
      let prefixEnd = family + ${rowFact('prefixLength', 'row')};
      let ownStart = row + 1u - ${rowFact('ownLength', 'row')};
      let facts = params.offset_lineFacts + 2u * (row * ${queryHeads}u + firstHead + line % ${heads}u);
      let top = lineFacts[facts] * LOG2_E;
      let mean = lineFacts[facts + 1u] * familyScale(row);
      for (var key = 0u; key < ${BLOCK}u; key++) {
        let token = firstKey + subgroupLine + key;
        let visible = line < endLine && token >= family && (token < prefixEnd || (token >= ownStart && token <= row));
        let at = (subgroupLine + key) * ${scores}u + column;
        let weight = select(0f, powerOfTwo(scores[at] - top), visible);
        let place = (subgroupLine + key) * ${weights}u + column;
        weights[place] = half(weight);
        scoreGradients[place] = half(weight * (slopes[at] - mean));
      }
    }`,
    )}
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
