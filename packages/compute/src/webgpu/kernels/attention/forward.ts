/**
 * Attention in f32 with an online softmax (Milakov and Gimelshein 2018; Dao et al. 2022) over tiles of 32 keys.
 *
 * What a line gets is fixed by its query and by its keys in context order alone: tiles are cut from the start of the context, a score is
 * one chain of multiply-adds over the head, the sum of weights is kept in 8 shares by key index modulo 8, the output is one chain over
 * the keys, and keys past the line's context are steps that change nothing. So neither the number of rows, nor where the prefix ends,
 * nor the shape of the workgroup changes a bit. Only the variant that splits the context (\`split\`) adds in another order.
 */
import { type KernelSource, read, write } from '../../runtime/kernel.ts';
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
import { forEachRun, separateTables, viewFunctions } from './runs.ts';

/** Keys of a tile: part of the exact arithmetic. */
const FORWARD_KEYS = 32;
const KEYS_PER_THREAD = FORWARD_KEYS / KEY_THREADS;

export interface ForwardShape extends Omit<PlainShape, 'keys'> {
  /** Rows of a workgroup: as many as its lines hold, or 1 where every row has a context of its own. */
  readonly rowsPerBlock: number;
  /** Writes unfinished sums of a share of the context, for \`combineKernel\`. */
  readonly split: boolean;
  /** Written too; not with `split`, where the last step does it. */
  readonly logSumExp: boolean;
}

/** Bytes of workgroup memory that a shape takes. */
export function forwardWorkgroupBytes({ headWidth, lines }: Pick<ForwardShape, 'headWidth' | 'lines'>): number {
  const stride = Math.ceil(headWidth / 4) | 1;
  return 16 * stride * (lines + FORWARD_KEYS) + 4 * lines * (FORWARD_KEYS + 1 + KEY_THREADS + 1 + 1);
}

/** Grid: [blocks of rows, key heads x head blocks, splits]. */
export function forwardKernel(shape: ForwardShape): KernelSource {
  const { queryHeads, keyHeads, headWidth, storage, threads, lines, rowsPerBlock, split, logSumExp } = shape;
  const { group, headsPerBlock, headBlocks, vectors, stride, rowWidth } = geometryOf(shape, lines);
  const linesPerThread = (lines * KEY_THREADS) / threads;
  const columns = columnLayout(threads, lines, vectors);
  const accumulators = (piece: (row: number, column: number) => string) =>
    unroll(columns.rowsPerThread, (row) => unroll(columns.columnsPerThread, (column) => piece(row, column)));
  const scores = (piece: (line: number, key: number) => string) =>
    unroll(linesPerThread, (line) => unroll(KEYS_PER_THREAD, (key) => piece(line, key)));

  const tile = (base: string) => /* wgsl */ `
      for (var index = thread; index < ${FORWARD_KEYS * vectors}u; index += ${threads}u) {
        let key = index / ${vectors}u;
        let column = index % ${vectors}u;
        var value = vec4<f32>();
        if (tileStart + key < view.seen) {
          let base = ${base}(slotOf(view, tileStart + key) * ${keyHeads}u + keyHead) * ${headWidth}u;
          value = ${loadCached(storage, headWidth, 'base', 'column')};
        }
        tile[key * ${stride}u + column] = value;
      }`;

  const run = /* wgsl */ `
    ${unroll(
      linesPerThread,
      (line) => `
    let line${line} = lineThread + ${line * (threads / KEY_THREADS)}u;
    let row${line} = first + line${line} / ${headsPerBlock}u;
    let active${line} = line${line} / ${headsPerBlock}u < count && line${line} % ${headsPerBlock}u < heads;
    let seen${line} = select(0u, seenBy(min(row${line}, params.rows - 1u)), active${line});
    var largest${line} = LOWEST;
    var sum${line} = 0.0;`,
    )}
    ${accumulators((row, column) => `var out${row}_${column} = vec4<f32>();`)}

    for (var index = thread; index < ${lines * vectors}u; index += ${threads}u) {
      let line = index / ${vectors}u;
      let column = index % ${vectors}u;
      var value = vec4<f32>();
      if (line / ${headsPerBlock}u < count && line % ${headsPerBlock}u < heads) {
        let base = (first + line / ${headsPerBlock}u) * ${rowWidth}u + (firstHead + line % ${headsPerBlock}u) * ${headWidth}u;
        value = ${loadVector('qkv', headWidth, 'base', 'column')};
      }
      queries[line * ${stride}u + column] = value;
    }

    let tiles = (view.seen + ${FORWARD_KEYS - 1}u) / ${FORWARD_KEYS}u;
    let share = (tiles + splits - 1u) / splits;
    let stop = min(view.seen, (workgroup.z + 1u) * share * ${FORWARD_KEYS}u);
    for (var tileStart = workgroup.z * share * ${FORWARD_KEYS}u; tileStart < stop; tileStart += ${FORWARD_KEYS}u) {
      ${tile('')}
      workgroupBarrier();

      ${scores((line, key) => `var score${line}_${key} = 0.0;`)}
      for (var column = 0u; column < ${vectors}u; column++) {
        ${unroll(linesPerThread, (line) => `let query${line} = queries[line${line} * ${stride}u + column];`)}
        ${unroll(KEYS_PER_THREAD, (key) => `let key${key} = tile[(keyThread + ${key * KEY_THREADS}u) * ${stride}u + column];`)}
        ${scores((line, key) => `score${line}_${key} = dotOnto(score${line}_${key}, query${line}, key${key});`)}
      }
      ${scores((line, key) => `score${line}_${key} = select(LOWEST, score${line}_${key} * SCALE, tileStart + keyThread + ${key * KEY_THREADS}u < seen${line});`)}
      ${unroll(linesPerThread, (line) => `shares[line${line} * ${KEY_THREADS + 1}u + keyThread] = ${maximum(line)};`)}
      workgroupBarrier();

      ${tile('params.valuesStart + ')}
      ${unroll(
        linesPerThread,
        (line) => `
      {
        let shareStart = line${line} * ${KEY_THREADS + 1}u;
        var top = largest${line};
        for (var each = 0u; each < ${KEY_THREADS}u; each++) { top = max(top, shares[shareStart + each]); }
        let kept = exponential(largest${line} - top);
        largest${line} = top;
        ${unroll(
          KEYS_PER_THREAD,
          (
            key,
          ) => `let weight${key} = select(0.0, exponential(score${line}_${key} - top), tileStart + keyThread + ${key * KEY_THREADS}u < seen${line});
        weights[line${line} * ${FORWARD_KEYS + 1}u + keyThread + ${key * KEY_THREADS}u] = weight${key};`,
        )}
        sum${line} = fma(sum${line}, kept, (weight0 + weight1) + (weight2 + weight3));
        if (keyThread == 0u) { keep[line${line}] = kept; }
      }`,
      )}
      workgroupBarrier();

      ${unroll(columns.rowsPerThread, (row) => `let keep${row} = vec4<f32>(keep[outLine${row}]);`)}
      ${accumulators((row, column) => `out${row}_${column} *= keep${row};`)}
      for (var key = 0u; key < ${FORWARD_KEYS}u; key++) {
        ${unroll(columns.columnsPerThread, (column) => `let value${column} = tile[key * ${stride}u + outColumn${column}];`)}
        ${unroll(columns.rowsPerThread, (row) => `let weight${row} = vec4<f32>(weights[outLine${row} * ${FORWARD_KEYS + 1}u + key]);`)}
        ${accumulators((row, column) => `out${row}_${column} = fma(weight${row}, value${column}, out${row}_${column});`)}
      }
      workgroupBarrier();
    }

    ${unroll(
      linesPerThread,
      (line) => `
    shares[line${line} * ${KEY_THREADS + 1}u + keyThread] = sum${line};
    if (keyThread == 0u) { keep[line${line}] = largest${line}; }`,
    )}
    workgroupBarrier();
    ${unroll(
      columns.rowsPerThread,
      (row) => /* wgsl */ `
    {
      let row = first + outLine${row} / ${headsPerBlock}u;
      let head = firstHead + outLine${row} % ${headsPerBlock}u;
      if (outThread + ${row * columns.rowThreads}u < ${lines}u && outLine${row} / ${headsPerBlock}u < count && outLine${row} % ${headsPerBlock}u < heads) {
        let total = totalOf(outLine${row});
        ${split ? `let base = ((row * ${queryHeads}u + head) * splits + workgroup.z) * ${headWidth + 2}u;` : `let base = (row * ${queryHeads}u + head) * ${headWidth}u;`}
        ${unroll(
          columns.columnsPerThread,
          (column) => `
        if (outThreadColumn + ${column * columns.columnThreads}u < ${vectors}u) {
          let value = out${row}_${column}${split ? '' : ' / vec4<f32>(total)'};
          ${storeVector('out', headWidth, 'base', `outColumn${column}`, 'value')}
        }`,
        )}
        if (outThreadColumn == 0u) {
          ${
            split
              ? `out[params.offset_out + base + ${headWidth}u] = keep[outLine${row}];
          out[params.offset_out + base + ${headWidth + 1}u] = total;`
              : ''
          }
          ${logSumExp ? `logSumExp[params.offset_logSumExp + row * ${queryHeads}u + head] = keep[outLine${row}] + logarithm(total);` : ''}
        }
      }
    }`,
    )}
    workgroupBarrier();`;

  return attentionKernel({
    name: split ? 'attention share' : 'attention',
    options: shape,
    bindings: [
      read('qkv'),
      read('cache', cachedElement(storage)),
      ...['prefixStart', 'prefixLength', 'ownStart', 'ownLength'].map((name) => read(name, 'u32')),
      write('out'),
      ...(logSumExp ? [write('logSumExp')] : []),
    ],
    parameters: ['rows', 'valuesStart'],
    threads,
    declarations: /* wgsl */ `
${attentionFunctions(headWidth)}
${viewFunctions(separateTables)}
var<workgroup> queries: array<vec4<f32>, ${lines * stride}>;
var<workgroup> tile: array<vec4<f32>, ${FORWARD_KEYS * stride}>;
var<workgroup> weights: array<f32, ${lines * (FORWARD_KEYS + 1)}>;
var<workgroup> shares: array<f32, ${lines * (KEY_THREADS + 1)}>;
var<workgroup> keep: array<f32, ${lines}>;

fn totalOf(line: u32) -> f32 {
  let start = line * ${KEY_THREADS + 1}u;
  return ((shares[start] + shares[start + 1u]) + (shares[start + 2u] + shares[start + 3u]))
    + ((shares[start + 4u] + shares[start + 5u]) + (shares[start + 6u] + shares[start + 7u]));
}`,
    body: /* wgsl */ `
  // The last rows of a long sequence see the most: they start first.
  let firstRow = (workgroups.x - 1u - workgroup.x) * ${rowsPerBlock}u;
  let endRow = min(firstRow + ${rowsPerBlock}u, params.rows);
  let keyHead = workgroup.y / ${headBlocks}u;
  let headOffset = workgroup.y % ${headBlocks}u * ${headsPerBlock}u;
  let firstHead = keyHead * ${group}u + headOffset;
  let heads = min(${headsPerBlock}u, ${group}u - headOffset);
  let splits = workgroups.z;
  let keyThread = thread % ${KEY_THREADS}u;
  let lineThread = thread / ${KEY_THREADS}u;
  let outThreadColumn = thread % ${columns.columnThreads}u;
  let outThread = thread / ${columns.columnThreads}u;
  ${unroll(columns.rowsPerThread, (row) => `let outLine${row} = min(outThread + ${row * columns.rowThreads}u, ${lines - 1}u);`)}
  ${unroll(columns.columnsPerThread, (column) => `let outColumn${column} = min(outThreadColumn + ${column * columns.columnThreads}u, ${vectors - 1}u);`)}
  ${forEachRun('firstRow', 'endRow', run)}`,
  });
}

function maximum(line: number): string {
  const [a, b, c, d] = Array.from({ length: KEYS_PER_THREAD }, (_, key) => `score${line}_${key}`);
  return `max(max(${a}, ${b}), max(${c}, ${d}))`;
}
