/**
 * Gradients of keys and values in f32: each workgroup takes a block of consecutive rows' tokens and walks over the rows that may see
 * them, in order. dv += p · g and dk += (p · (dp − mean)) · q are one chain over rows and, within a row, query heads: other families and
 * the cut of the blocks change nothing.
 */
import { type KernelSource, read, write } from '../../runtime/kernel.ts';
import { rowFact } from './backward-prepare.ts';
import { attentionFunctions, attentionKernel } from './functions.ts';
import {
  cachedElement,
  columnLayout,
  geometryOf,
  KEY_THREADS,
  loadCached,
  loadVector,
  type PlainShape,
  storeVector,
  unroll,
} from './plain-shape.ts';

/** Grid: [rows / keys, key heads, 1]. */
export function backwardKeysKernel(shape: PlainShape): KernelSource {
  const { queryHeads, keyHeads, headWidth, storage, threads, lines, keys } = shape;
  const { group, headsPerBlock, headBlocks, rowsPerBlock, vectors, stride, rowWidth } = geometryOf(shape, lines);
  const linesPerThread = (lines * KEY_THREADS) / threads;
  const keysPerThread = keys / KEY_THREADS;
  const columns = columnLayout(threads, keys, vectors);
  const pairs = (piece: (line: number, key: number) => string) =>
    unroll(linesPerThread, (line) => unroll(keysPerThread, (key) => piece(line, key)));
  const accumulators = (piece: (row: number, column: number) => string) =>
    unroll(columns.rowsPerThread, (row) => unroll(columns.columnsPerThread, (column) => piece(row, column)));

  return attentionKernel({
    name: 'attention backward keys',
    options: shape,
    bindings: [
      read('qkv'),
      read('cache', cachedElement(storage)),
      read('rowFacts', 'u32'),
      read('lineFacts'),
      read('outGradient'),
      write('qkvGradient'),
    ],
    parameters: ['rows', 'valuesStart'],
    threads,
    declarations: /* wgsl */ `
${attentionFunctions(headWidth)}
var<workgroup> queries: array<vec4<f32>, ${lines * stride}>;
var<workgroup> gradients: array<vec4<f32>, ${lines * stride}>;
var<workgroup> keyTile: array<vec4<f32>, ${keys * stride}>;
var<workgroup> valueTile: array<vec4<f32>, ${keys * stride}>;
var<workgroup> weights: array<f32, ${keys * (lines + 1)}>;
var<workgroup> scoreGradients: array<f32, ${keys * (lines + 1)}>;`,
    body: /* wgsl */ `
  let firstKey = workgroup.x * ${keys}u;
  let endKey = min(firstKey + ${keys}u, params.rows);
  let keyHead = workgroup.y;
  let keyThread = thread % ${KEY_THREADS}u;
  let lineThread = thread / ${KEY_THREADS}u;
  let outThreadColumn = thread % ${columns.columnThreads}u;
  let outThread = thread / ${columns.columnThreads}u;
  ${unroll(columns.rowsPerThread, (row) => `let outKey${row} = min(outThread + ${row * columns.rowThreads}u, ${keys - 1}u);`)}
  ${unroll(columns.columnsPerThread, (column) => `let outColumn${column} = min(outThreadColumn + ${column * columns.columnThreads}u, ${vectors - 1}u);`)}
  ${accumulators((row, column) => `var keyOut${row}_${column} = vec4<f32>(); var valueOut${row}_${column} = vec4<f32>();`)}

  for (var index = thread; index < ${keys * vectors}u; index += ${threads}u) {
    let key = index / ${vectors}u;
    let column = index % ${vectors}u;
    var keyVector = vec4<f32>();
    var valueVector = vec4<f32>();
    if (firstKey + key < endKey) {
      let base = (${rowFact('slot', 'firstKey + key')} * ${keyHeads}u + keyHead) * ${headWidth}u;
      let valueBase = params.valuesStart + base;
      keyVector = ${loadCached(storage, headWidth, 'base', 'column')};
      valueVector = ${loadCached(storage, headWidth, 'valueBase', 'column')};
    }
    keyTile[key * ${stride}u + column] = keyVector;
    valueTile[key * ${stride}u + column] = valueVector;
  }
  var endRow = 0u;
  for (var key = firstKey; key < endKey; key++) { endRow = max(endRow, ${rowFact('lastSeer', 'key')} + 1u); }

  for (var first = firstKey; first < endRow; first += ${rowsPerBlock}u) {
  for (var headOffset = 0u; headOffset < ${headBlocks * headsPerBlock}u; headOffset += ${headsPerBlock}u) {
    let firstHead = keyHead * ${group}u + headOffset;
    let heads = min(${headsPerBlock}u, ${group}u - headOffset);
    workgroupBarrier();
    for (var index = thread; index < ${lines * vectors}u; index += ${threads}u) {
      let line = index / ${vectors}u;
      let column = index % ${vectors}u;
      let row = first + line / ${headsPerBlock}u;
      var query = vec4<f32>();
      var gradient = vec4<f32>();
      if (line / ${headsPerBlock}u < ${rowsPerBlock}u && row < endRow && line % ${headsPerBlock}u < heads) {
        let head = firstHead + line % ${headsPerBlock}u;
        let queryBase = row * ${rowWidth}u + head * ${headWidth}u;
        query = ${loadVector('qkv', headWidth, 'queryBase', 'column')};
        let base = (row * ${queryHeads}u + head) * ${headWidth}u;
        gradient = ${loadVector('outGradient', headWidth, 'base', 'column')};
      }
      queries[line * ${stride}u + column] = query;
      gradients[line * ${stride}u + column] = gradient;
    }
    workgroupBarrier();

    ${pairs((line, key) => `var score${line}_${key} = 0.0; var slope${line}_${key} = 0.0;`)}
    ${unroll(linesPerThread, (line) => `let line${line} = lineThread + ${line * (threads / KEY_THREADS)}u;`)}
    for (var column = 0u; column < ${vectors}u; column++) {
      ${unroll(linesPerThread, (line) => `let query${line} = queries[line${line} * ${stride}u + column]; let gradient${line} = gradients[line${line} * ${stride}u + column];`)}
      ${unroll(keysPerThread, (key) => `let key${key} = keyTile[(keyThread + ${key * KEY_THREADS}u) * ${stride}u + column]; let value${key} = valueTile[(keyThread + ${key * KEY_THREADS}u) * ${stride}u + column];`)}
      ${pairs((line, key) => `score${line}_${key} = dotOnto(score${line}_${key}, query${line}, key${key}); slope${line}_${key} = dotOnto(slope${line}_${key}, gradient${line}, value${key});`)}
    }
    ${unroll(
      linesPerThread,
      (line) => /* wgsl */ `
    {
      let row = first + line${line} / ${headsPerBlock}u;
      let inside = line${line} / ${headsPerBlock}u < ${rowsPerBlock}u && row < endRow && line${line} % ${headsPerBlock}u < heads;
      let known = min(row, params.rows - 1u);
      let family = ${rowFact('familyFirst', 'known')};
      let prefixEnd = family + ${rowFact('prefixLength', 'known')};
      let ownStart = known + 1u - ${rowFact('ownLength', 'known')};
      let facts = params.offset_lineFacts + 2u * (known * ${queryHeads}u + firstHead + min(line${line} % ${headsPerBlock}u, heads - 1u));
      let logSumExp = lineFacts[facts];
      let mean = lineFacts[facts + 1u];
      ${unroll(
        keysPerThread,
        (key) => /* wgsl */ `
      {
        let key = firstKey + keyThread + ${key * KEY_THREADS}u;
        let visible = inside && key >= family && (key < prefixEnd || (key >= ownStart && key <= row));
        let weight = select(0.0, exponential(fma(score${line}_${key}, SCALE, -logSumExp)), visible);
        weights[(keyThread + ${key * KEY_THREADS}u) * ${lines + 1}u + line${line}] = weight;
        scoreGradients[(keyThread + ${key * KEY_THREADS}u) * ${lines + 1}u + line${line}] = weight * (slope${line}_${key} - mean);
      }`,
      )}
    }`,
    )}
    workgroupBarrier();

    for (var line = 0u; line < ${lines}u; line++) {
      ${unroll(columns.columnsPerThread, (column) => `let query${column} = queries[line * ${stride}u + outColumn${column}]; let gradient${column} = gradients[line * ${stride}u + outColumn${column}];`)}
      ${unroll(columns.rowsPerThread, (row) => `let weight${row} = vec4<f32>(weights[outKey${row} * ${lines + 1}u + line]); let scoreGradient${row} = vec4<f32>(scoreGradients[outKey${row} * ${lines + 1}u + line]);`)}
      ${accumulators((row, column) => `valueOut${row}_${column} = fma(weight${row}, gradient${column}, valueOut${row}_${column}); keyOut${row}_${column} = fma(scoreGradient${row}, query${column}, keyOut${row}_${column});`)}
    }
  }
  }

  ${unroll(
    columns.rowsPerThread,
    (row) => /* wgsl */ `
  if (outThread + ${row * columns.rowThreads}u < ${keys}u && firstKey + outKey${row} < endKey) {
    let keyBase = (firstKey + outKey${row}) * ${rowWidth}u + (${queryHeads}u + keyHead) * ${headWidth}u;
    let valueBase = keyBase + ${keyHeads * headWidth}u;
    ${unroll(
      columns.columnsPerThread,
      (column) => `
    if (outThreadColumn + ${column * columns.columnThreads}u < ${vectors}u) {
      let keyValue = keyOut${row}_${column} * SCALE;
      ${storeVector('qkvGradient', headWidth, 'keyBase', `outColumn${column}`, 'keyValue')}
      ${storeVector('qkvGradient', headWidth, 'valueBase', `outColumn${column}`, `valueOut${row}_${column}`)}
    }`,
    )}
  }`,
  )}`,
  });
}
