/** Gradient of the queries on subgroup matrices: scores and slopes again from f16 factors, dq += (p · (dp − mean)) · k over tiles of keys. */
import { type KernelSource, read, write } from '../../runtime/kernel.ts';
import { factTables, ROW_FACTS } from './backward-prepare.ts';
import { BLOCK, Fragments, halfBytes } from './fragments.ts';
import { attentionFunctions, attentionKernel, f32Literal } from './functions.ts';
import { SCALE_FACT } from './matrix-prepare.ts';
import { LINE_THREADS, LOG2_E, type MatrixShape, paddedWidth, strides } from './matrix-shape.ts';
import { eachResult, passesOf, passLine } from './matrix-softmax.ts';
import { stageVectors } from './matrix-stage.ts';
import { geometryOf, unroll } from './plain-shape.ts';
import { forEachRun, viewFunctions } from './runs.ts';

export function matrixBackwardQueriesBytes(shape: MatrixShape): number {
  const { headWidth, subgroups, blocks, staged } = shape;
  const half = halfBytes(shape);
  const { tile, scores, weights } = strides(headWidth, staged);
  return 2 * half * staged * tile + subgroups * blocks * BLOCK * (2 * 4 * scores + half * weights);
}

/** Grid: [blocks of rows, key heads x head blocks, 1]. */
export function matrixBackwardQueriesKernel(shape: MatrixShape): KernelSource {
  const { queryHeads, keyHeads, headWidth, subgroups, subgroupSize, blocks, staged } = shape;
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
  const factor = (name: string, column: number) => /* wgsl */ `
    for (var index = lane; index < ${subgroupLines * (BLOCK / 4)}u; index += ${subgroupSize}u) {
      let line = subgroupLine + index / ${BLOCK / 4}u;
      let element = ${column * BLOCK}u + 4u * (index % ${BLOCK / 4}u);
      var words = vec2<u32>();
      if (line / ${headsPerBlock}u < count && line % ${headsPerBlock}u < heads && element < ${headWidth}u) {
        let base = ((firstOfRun + line / ${headsPerBlock}u) * ${queryHeads}u + firstHead + line % ${headsPerBlock}u) * ${headWidth}u + element;
        words = ${name}[params.offset_${name} + base / 4u];
      }
      let values = halves(words);
      let place = line * ${weights}u + 4u * (index % ${BLOCK / 4}u);
      weights[place] = values.x; weights[place + 1u] = values.y; weights[place + 2u] = values.z; weights[place + 3u] = values.w;
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
      for (var key = quad; key < ${staged}u; key += ${LINE_THREADS}u) {
        let at = line${pass} * ${scores}u + key;
        let weight = select(0f, powerOfTwo(scores[at] - top${pass}), tileStart + key < seenOf${pass});
        weights[line${pass} * ${weights}u + key] = half(weight * (slopes[at] - mean${pass}));
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
        qkvGradient[params.offset_qkvGradient + base + element] = value * (SCALE / familyScale(row));
      }`,
    )}`;

  return attentionKernel({
    name: 'attention matrix backward queries',
    options: shape,
    bindings: [
      read('queries', 'vec2<u32>'),
      read('gradients', 'vec2<u32>'),
      read('cache', 'vec2<u32>'),
      read('rowFacts', 'u32'),
      read('lineFacts'),
      write('qkvGradient'),
    ],
    parameters: ['rows', 'valuesStart'],
    threads,
    directives: fragments.directives,
    builtins: '@builtin(subgroup_invocation_id) lane: u32,',
    declarations: /* wgsl */ `
${attentionFunctions(headWidth)}
${viewFunctions(factTables)}
const LOG2_E = ${f32Literal(LOG2_E)};
fn familyScale(row: u32) -> f32 { return bitcast<f32>(rowFacts[params.offset_rowFacts + row * ${ROW_FACTS}u + ${SCALE_FACT}u]); }
${fragments.declarations([
  { name: 'keyTile', element: 'half' },
  { name: 'valueTile', element: 'half' },
  { name: 'weights', element: 'half' },
  { name: 'scores', element: 'f32' },
  { name: 'slopes', element: 'f32' },
])}
var<workgroup> keyTile: array<half, ${staged * tile}>;
var<workgroup> valueTile: array<half, ${staged * tile}>;
var<workgroup> weights: array<half, ${lines * weights}>;
var<workgroup> scores: array<f32, ${lines * scores}>;
var<workgroup> slopes: array<f32, ${lines * scores}>;`,
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
