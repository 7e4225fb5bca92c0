/**
 * Gradient of the queries in f32: for each line over its keys in context order, dq += (p · (dp − mean)) · k, scaled at the end. One chain
 * over the keys, so nothing depends on how tiles are cut.
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
import { forEachRun, viewFunctions } from './runs.ts';

/** Bytes of workgroup memory of both backward kernels. */
export function backwardWorkgroupBytes({ headWidth, lines, keys }: Pick<PlainShape, 'headWidth' | 'lines' | 'keys'>): number {
  const stride = Math.ceil(headWidth / 4) | 1;
  return 32 * stride * (lines + keys) + 8 * keys * (lines + 1);
}

/** Grid: [blocks of rows, key heads x head blocks, 1]. */
export function backwardQueriesKernel(shape: PlainShape): KernelSource {
  const { queryHeads, keyHeads, headWidth, storage, threads, lines, keys } = shape;
  const { group, headsPerBlock, headBlocks, rowsPerBlock, vectors, stride, rowWidth } = geometryOf(shape, lines);
  const linesPerThread = (lines * KEY_THREADS) / threads;
  const keysPerThread = keys / KEY_THREADS;
  const columns = columnLayout(threads, lines, vectors);
  const pairs = (piece: (line: number, key: number) => string) =>
    unroll(linesPerThread, (line) => unroll(keysPerThread, (key) => piece(line, key)));
  const accumulators = (piece: (row: number, column: number) => string) =>
    unroll(columns.rowsPerThread, (row) => unroll(columns.columnsPerThread, (column) => piece(row, column)));

  const run = /* wgsl */ `
    ${unroll(
      linesPerThread,
      (line) => `
    let line${line} = lineThread + ${line * (threads / KEY_THREADS)}u;
    let row${line} = min(first + line${line} / ${headsPerBlock}u, params.rows - 1u);
    let active${line} = line${line} / ${headsPerBlock}u < count && line${line} % ${headsPerBlock}u < heads;
    let seen${line} = select(0u, seenBy(row${line}), active${line});
    let facts${line} = params.offset_lineFacts + 2u * (row${line} * ${queryHeads}u + firstHead + min(line${line} % ${headsPerBlock}u, heads - 1u));
    let logSumExp${line} = lineFacts[facts${line}];
    let mean${line} = lineFacts[facts${line} + 1u];`,
    )}
    ${accumulators((row, column) => `var out${row}_${column} = vec4<f32>();`)}

    for (var index = thread; index < ${lines * vectors}u; index += ${threads}u) {
      let line = index / ${vectors}u;
      let column = index % ${vectors}u;
      var query = vec4<f32>();
      var gradient = vec4<f32>();
      if (line / ${headsPerBlock}u < count && line % ${headsPerBlock}u < heads) {
        let row = first + line / ${headsPerBlock}u;
        let head = firstHead + line % ${headsPerBlock}u;
        let queryBase = row * ${rowWidth}u + head * ${headWidth}u;
        query = ${loadVector('qkv', headWidth, 'queryBase', 'column')};
        let base = (row * ${queryHeads}u + head) * ${headWidth}u;
        gradient = ${loadVector('outGradient', headWidth, 'base', 'column')};
      }
      queries[line * ${stride}u + column] = query;
      gradients[line * ${stride}u + column] = gradient;
    }

    for (var tileStart = 0u; tileStart < view.seen; tileStart += ${keys}u) {
      for (var index = thread; index < ${keys * vectors}u; index += ${threads}u) {
        let key = index / ${vectors}u;
        let column = index % ${vectors}u;
        var keyVector = vec4<f32>();
        var valueVector = vec4<f32>();
        if (tileStart + key < view.seen) {
          let base = (slotOf(view, tileStart + key) * ${keyHeads}u + keyHead) * ${headWidth}u;
          let valueBase = params.valuesStart + base;
          keyVector = ${loadCached(storage, headWidth, 'base', 'column')};
          valueVector = ${loadCached(storage, headWidth, 'valueBase', 'column')};
        }
        keyTile[key * ${stride}u + column] = keyVector;
        valueTile[key * ${stride}u + column] = valueVector;
      }
      workgroupBarrier();

      ${pairs((line, key) => `var score${line}_${key} = 0.0; var slope${line}_${key} = 0.0;`)}
      for (var column = 0u; column < ${vectors}u; column++) {
        ${unroll(linesPerThread, (line) => `let query${line} = queries[line${line} * ${stride}u + column]; let gradient${line} = gradients[line${line} * ${stride}u + column];`)}
        ${unroll(keysPerThread, (key) => `let key${key} = keyTile[(keyThread + ${key * KEY_THREADS}u) * ${stride}u + column]; let value${key} = valueTile[(keyThread + ${key * KEY_THREADS}u) * ${stride}u + column];`)}
        ${pairs((line, key) => `score${line}_${key} = dotOnto(score${line}_${key}, query${line}, key${key}); slope${line}_${key} = dotOnto(slope${line}_${key}, gradient${line}, value${key});`)}
      }
      ${pairs(
        (line, key) => `
      {
        let weight = select(0.0, exponential(fma(score${line}_${key}, SCALE, -logSumExp${line})), tileStart + keyThread + ${key * KEY_THREADS}u < seen${line});
        scoreGradients[line${line} * ${keys + 1}u + keyThread + ${key * KEY_THREADS}u] = weight * (slope${line}_${key} - mean${line});
      }`,
      )}
      workgroupBarrier();

      for (var key = 0u; key < ${keys}u; key++) {
        ${unroll(columns.columnsPerThread, (column) => `let key${column} = keyTile[key * ${stride}u + outColumn${column}];`)}
        ${unroll(columns.rowsPerThread, (row) => `let gradient${row} = vec4<f32>(scoreGradients[outLine${row} * ${keys + 1}u + key]);`)}
        ${accumulators((row, column) => `out${row}_${column} = fma(gradient${row}, key${column}, out${row}_${column});`)}
      }
      workgroupBarrier();
    }

    ${unroll(
      columns.rowsPerThread,
      (row) => /* wgsl */ `
    if (outThread + ${row * columns.rowThreads}u < ${lines}u && outLine${row} / ${headsPerBlock}u < count && outLine${row} % ${headsPerBlock}u < heads) {
      let base = (first + outLine${row} / ${headsPerBlock}u) * ${rowWidth}u + (firstHead + outLine${row} % ${headsPerBlock}u) * ${headWidth}u;
      ${unroll(
        columns.columnsPerThread,
        (column) => `
      if (outThreadColumn + ${column * columns.columnThreads}u < ${vectors}u) {
        let value = out${row}_${column} * SCALE;
        ${storeVector('qkvGradient', headWidth, 'base', `outColumn${column}`, 'value')}
      }`,
      )}
    }`,
    )}`;

  return attentionKernel({
    name: 'attention backward queries',
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
${viewFunctions(rowFact)}
var<workgroup> queries: array<vec4<f32>, ${lines * stride}>;
var<workgroup> gradients: array<vec4<f32>, ${lines * stride}>;
var<workgroup> keyTile: array<vec4<f32>, ${keys * stride}>;
var<workgroup> valueTile: array<vec4<f32>, ${keys * stride}>;
var<workgroup> scoreGradients: array<f32, ${lines * (keys + 1)}>;`,
    body: /* wgsl */ `
  let firstRow = (workgroups.x - 1u - workgroup.x) * ${rowsPerBlock}u;
  let endRow = min(firstRow + ${rowsPerBlock}u, params.rows);
  let keyHead = workgroup.y / ${headBlocks}u;
  let headOffset = workgroup.y % ${headBlocks}u * ${headsPerBlock}u;
  let firstHead = keyHead * ${group}u + headOffset;
  let heads = min(${headsPerBlock}u, ${group}u - headOffset);
  let keyThread = thread % ${KEY_THREADS}u;
  let lineThread = thread / ${KEY_THREADS}u;
  let outThreadColumn = thread % ${columns.columnThreads}u;
  let outThread = thread / ${columns.columnThreads}u;
  ${unroll(columns.rowsPerThread, (row) => `let outLine${row} = min(outThread + ${row * columns.rowThreads}u, ${lines - 1}u);`)}
  ${unroll(columns.columnsPerThread, (column) => `let outColumn${column} = min(outThreadColumn + ${column * columns.columnThreads}u, ${vectors - 1}u);`)}
  ${forEachRun('firstRow', 'endRow', run)}`,
  });
}
