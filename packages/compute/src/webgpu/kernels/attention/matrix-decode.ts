/**
 * Decoding on subgroup matrices: one subgroup takes all query heads of a key head for one row and a share of its context. Keys and values
 * are used once, so their blocks come straight from the cache; several shares keep a whole GPU reading, and \`combineKernel\` joins them.
 */
import { type KernelSource, read, write } from '../../runtime/kernel.ts';
import { BLOCK, Fragments, type FragmentUnit } from './fragments.ts';
import { attentionFunctions, attentionKernel, f32Literal } from './functions.ts';
import { LINE_THREADS, LOG2_E, strides } from './matrix-shape.ts';
import { eachResult, eightQueries, passesOf, passLine, powersOfTwo, scaleResults, softmaxPass } from './matrix-softmax.ts';
import { type AttentionHeads, geometryOf, unroll } from './plain-shape.ts';
import { separateTables } from './runs.ts';

export interface MatrixDecodeShape extends AttentionHeads, FragmentUnit {
  /** Keys taken at once, a multiple of 16. */
  readonly keys: number;
}

/** Grid: [rows, key heads x head blocks, splits]. The cache holds f16, a head is a multiple of 16 wide. */
export function matrixDecodeKernel(shape: MatrixDecodeShape): KernelSource {
  const { queryHeads, keyHeads, headWidth, subgroupSize, keys } = shape;
  const fragments = new Fragments(shape, { cache: 'vec4<u32>', weights: 'vec4<u32>', scores: 'vec4<f32>' });
  const { group, headsPerBlock, headBlocks, rowWidth } = geometryOf(shape, BLOCK);
  const { scores, weights } = strides(headWidth, keys);
  const softmax = { subgroupSize, blocks: 1, keys, scoreStride: scores, weightStride: weights };
  const passes = passesOf(softmax);
  const columns = headWidth / BLOCK;
  const output = (_block: number, column: number) => `out${column}`;
  const block = (key: number, column: number) => `origin + ${key * BLOCK * keyHeads * headWidth + column * BLOCK}u`;

  return attentionKernel({
    name: 'attention matrix decode',
    options: shape,
    bindings: [
      read('qkv'),
      read('cache', 'vec4<u32>'),
      ...['prefixStart', 'prefixLength', 'ownStart', 'ownLength'].map((name) => read(name, 'u32')),
      write('out'),
    ],
    parameters: ['rows', 'valuesStart'],
    threads: subgroupSize,
    directives: fragments.directives,
    builtins: '@builtin(subgroup_invocation_id) lane: u32,',
    declarations: /* wgsl */ `
${attentionFunctions(headWidth)}
const SCALE_LOG2 = ${f32Literal(LOG2_E / Math.sqrt(headWidth))};
${eightQueries}
const LN2 = ${f32Literal(Math.LN2)};
${fragments.declarations}
${powersOfTwo}
var<workgroup> weights: array<vec4<u32>, ${(BLOCK * weights) / 8}>;
var<workgroup> scores: array<vec4<f32>, ${(BLOCK * scores) / 4}>;
var<workgroup> keep: array<f32, ${BLOCK}>;
var<workgroup> rescale: u32;`,
    body: /* wgsl */ `
  ${fragments.begin('lane')}
  let row = workgroup.x;
  let keyHead = workgroup.y / ${headBlocks}u;
  let headOffset = workgroup.y % ${headBlocks}u * ${headsPerBlock}u;
  let firstHead = keyHead * ${group}u + headOffset;
  let heads = min(${headsPerBlock}u, ${group}u - headOffset);
  let subgroupLine = 0u;
  let quad = lane % ${LINE_THREADS}u;
  let prefixSeen = ${separateTables('prefixLength', 'row')};
  let ownSeen = ${separateTables('ownLength', 'row')};
  let prefixTiles = (prefixSeen + ${keys - 1}u) / ${keys}u;
  let tiles = prefixTiles + (ownSeen + ${keys - 1}u) / ${keys}u;
  let share = (tiles + workgroups.z - 1u) / workgroups.z;
  let firstTile = workgroup.z * share;
  let endTile = min(tiles, firstTile + share);

  ${unroll(passes, (pass) => `let line${pass} = ${passLine(pass, softmax)}; var top${pass} = LOWEST; var sum${pass} = 0f;`)}
  ${unroll(columns, (column) => fragments.zero(output(0, column)))}
  ${unroll(
    columns,
    (column) => /* wgsl */ `
  for (var index = lane; index < ${2 * BLOCK}u; index += ${subgroupSize}u) {
    let line = index / 2u;
    var words = vec4<u32>();
    if (line < heads) {
      words = eightQueries(params.offset_qkv + row * ${rowWidth}u + (firstHead + line) * ${headWidth}u + ${column * BLOCK}u + 8u * (index % 2u));
    }
    weights[line * ${weights / 8}u + index % 2u] = words;
  }
  workgroupBarrier();
  ${fragments.left(`query${column}`, 'weights', '0u', weights)}
  workgroupBarrier();`,
  )}

  for (var number = firstTile; number < endTile; number++) {
    let inPrefix = number < prefixTiles;
    let tileStart = select(number - prefixTiles, number, inPrefix) * ${keys}u;
    let visible = select(ownSeen, prefixSeen, inPrefix) - tileStart;
    let slot = select(${separateTables('ownStart', 'row')}, ${separateTables('prefixStart', 'row')}, inPrefix) + tileStart;
    let origin = params.offset_cache * 8u + (slot * ${keyHeads}u + keyHead) * ${headWidth}u;
    ${unroll(
      keys / BLOCK,
      (key) => /* wgsl */ `
    ${fragments.zero(`score${key}`)}
    ${unroll(
      columns,
      (column) => `
    ${fragments.right(`key${key}_${column}`, 'cache', block(key, column), keyHeads * headWidth, true)}
    ${fragments.multiply(`score${key}`, `query${column}`, `key${key}_${column}`)}`,
    )}
    ${fragments.store('scores', `${key * BLOCK}u`, `score${key}`, scores)}`,
    )}
    ${unroll(keys / BLOCK, (key) => unroll(columns, (column) => fragments.right(`value${key}_${column}`, 'cache', `params.valuesStart + ${block(key, column)}`, keyHeads * headWidth, false)))}
    workgroupBarrier();
    ${unroll(passes, (pass) => softmaxPass(softmax, pass, (key) => `${key} < visible`, 'number == firstTile', 'number + 1u'))}
    let mark = workgroupUniformLoad(&rescale);
    if (mark == number + 1u) {
      ${scaleResults(fragments, softmax, columns, output)}
    }
    ${unroll(
      keys / BLOCK,
      (key) => /* wgsl */ `
    ${fragments.left(`weight${key}`, 'weights', `${key * BLOCK}u`, weights)}
    ${unroll(columns, (column) => fragments.multiply(output(0, column), `weight${key}`, `value${key}_${column}`))}`,
    )}
    workgroupBarrier();
  }

  let width = ${headWidth + 2}u;
  ${unroll(
    passes,
    (pass) => /* wgsl */ `
  sum${pass} += subgroupShuffleXor(sum${pass}, 1u);
  sum${pass} += subgroupShuffleXor(sum${pass}, 2u);
  if (quad == 0u && line${pass} < heads) {
    let base = params.offset_out + ((row * ${queryHeads}u + firstHead + line${pass}) * workgroups.z + workgroup.z) * width;
    out[base + ${headWidth}u] = top${pass} * LN2;
    out[base + ${headWidth + 1}u] = sum${pass};
  }`,
  )}
  ${eachResult(
    fragments,
    softmax,
    columns,
    output,
    /* wgsl */ `
      if (line < heads) {
        let at = params.offset_out + ((row * ${queryHeads}u + firstHead + line) * workgroups.z + workgroup.z) * width + element;
        out[at] = value.x;
        out[at + 1u] = value.y;
        out[at + 2u] = value.z;
        out[at + 3u] = value.w;
      }`,
  )}`,
  });
}
