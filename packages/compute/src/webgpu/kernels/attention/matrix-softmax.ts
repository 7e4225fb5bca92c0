/**
 * Pieces that the matrix kernels share. Four threads of a subgroup take a line's scores together, so that the scores of eight lines lie in
 * different banks; a line's largest score and sum of weights stay in the registers of its threads.
 */
import { BLOCK, type Fragments } from './fragments.ts';
import { HEADROOM, LINE_THREADS } from './matrix-shape.ts';
import { unroll } from './plain-shape.ts';

export interface SoftmaxShape {
  readonly subgroupSize: number;
  /** Blocks of 16 lines of a subgroup. */
  readonly blocks: number;
  readonly keys: number;
  readonly scoreStride: number;
  readonly weightStride: number;
}

/** Passes over a subgroup's lines, each over as many lines as its threads make fours. */
export function passesOf({ subgroupSize, blocks }: Pick<SoftmaxShape, 'subgroupSize' | 'blocks'>): number {
  return (BLOCK * blocks * LINE_THREADS) / subgroupSize;
}

/** WGSL: number of the subgroup's line in a pass. */
export function passLine(pass: number, { subgroupSize }: Pick<SoftmaxShape, 'subgroupSize'>): string {
  return `subgroupLine + ${(pass * subgroupSize) / LINE_THREADS}u + lane / ${LINE_THREADS}u`;
}

/**
 * WGSL of one pass: scores become weights relative to the line's reference `top`, which follows the largest score only when that is far
 * above it; the sums so far must then be scaled by `kept`, and `rescale` is set to `mark`. `visible` is WGSL over `key`, the number of
 * the key in the tile. Each thread takes four neighbouring keys at a time.
 */
export function softmaxPass(shape: SoftmaxShape, pass: number, visible: (key: string) => string, isFirst: string, mark: string): string {
  const { keys, scoreStride, weightStride } = shape;
  const share = keys / LINE_THREADS / 4;
  const key = (each: number, part: number) => `(4u * quad + ${4 * each * LINE_THREADS + part}u)`;
  return /* wgsl */ `
  {
    let start = line${pass} * ${scoreStride / 4}u + quad;
    ${unroll(share, (each) => `let seen${each} = vec4<bool>(${[0, 1, 2, 3].map((part) => visible(key(each, part))).join(', ')}); let score${each} = select(vec4<f32>(LOWEST), scores[start + ${each * LINE_THREADS}u], seen${each});`)}
    var four = score0;
    ${unroll(share - 1, (each) => `four = max(four, score${each + 1});`)}
    var largest = max(max(four.x, four.y), max(four.z, four.w));
    largest = max(largest, subgroupShuffleXor(largest, 1u));
    largest = max(largest, subgroupShuffleXor(largest, 2u));
    let grew = largest > top${pass} + ${HEADROOM}f;
    let next = select(top${pass}, largest, grew);
    let kept = powerOfTwo(top${pass} - next);
    top${pass} = next;
    if (grew && !(${isFirst})) { rescale = ${mark}; }
    if (quad == 0u) { keep[line${pass}] = kept; }
    var added = vec4<f32>();
    ${unroll(
      share,
      (each) => /* wgsl */ `
      {
        let weight = select(vec4<f32>(), powersOfTwo(score${each} - next), seen${each});
        added += weight;
        let place = line${pass} * ${weightStride / 4}u + quad + ${each * LINE_THREADS}u;
        ${storeFour('weights', 'place', 'weight')}
      }`,
    )}
    sum${pass} = fma(sum${pass}, kept, (added.x + added.y) + (added.z + added.w));
  }`;
}

/** WGSL that packs four halves into an array of eight a time; `place` counts fours. */
export function storeFour(array: string, place: string, value: string): string {
  return `${array}[${place} / 2u][2u * (${place} % 2u)] = pack2x16float(${value}.xy); ${array}[${place} / 2u][2u * (${place} % 2u) + 1u] = pack2x16float(${value}.zw);`;
}

/** WGSL of `powersOfTwo`, over `powerOfTwo` of the fragments. */
export const powersOfTwo = `
fn powersOfTwo(x: vec4<f32>) -> vec4<f32> {
  return vec4<f32>(powerOfTwo(x.x), powerOfTwo(x.y), powerOfTwo(x.z), powerOfTwo(x.w));
}
`;

/** WGSL: multiplies the rows of the result blocks \`names(block, column)\` by \`keep\`, through the workgroup memory of the scores. */
export function scaleResults(
  fragments: Fragments,
  shape: SoftmaxShape,
  columns: number,
  name: (block: number, column: number) => string,
): string {
  const { subgroupSize, blocks, scoreStride } = shape;
  const place = (block: number) => `(subgroupLine + ${block * BLOCK}u) * ${scoreStride}u`;
  return unroll(
    columns,
    (column) => /* wgsl */ `
    ${unroll(blocks, (block) => fragments.store('scores', place(block), name(block, column), scoreStride))}
    workgroupBarrier();
    for (var index = lane; index < ${(BLOCK * BLOCK * blocks) / 4}u; index += ${subgroupSize}u) {
      let line = subgroupLine + index / ${BLOCK / 4}u;
      scores[line * ${scoreStride / 4}u + index % ${BLOCK / 4}u] *= keep[line];
    }
    workgroupBarrier();
    ${unroll(blocks, (block) => fragments.reload(name(block, column), 'scores', place(block), scoreStride))}
    workgroupBarrier();`,
  );
}

/** WGSL around \`write\`, which sees \`line\`, \`element\` of the head and \`value\`, that of it and its neighbour: result blocks out of registers, column by column. */
export function eachResult(
  fragments: Fragments,
  shape: SoftmaxShape,
  columns: number,
  name: (block: number, column: number) => string,
  write: string,
): string {
  const { subgroupSize, blocks, scoreStride } = shape;
  return unroll(
    columns,
    (column) => /* wgsl */ `
    ${unroll(blocks, (block) => fragments.store('scores', `(subgroupLine + ${block * BLOCK}u) * ${scoreStride}u`, name(block, column), scoreStride))}
    workgroupBarrier();
    for (var index = lane; index < ${(BLOCK * BLOCK * blocks) / 4}u; index += ${subgroupSize}u) {
      let line = subgroupLine + index / ${BLOCK / 4}u;
      let element = ${column * BLOCK}u + 4u * (index % ${BLOCK / 4}u);
      let value = scores[line * ${scoreStride / 4}u + index % ${BLOCK / 4}u];
      ${write}
    }
    workgroupBarrier();`,
  );
}

/** WGSL: eight neighbouring queries from f32, scaled, in packed halves. */
export const eightQueries = `
fn eightQueries(at: u32) -> vec4<u32> {
  return vec4<u32>(
    pack2x16float(vec2<f32>(qkv[at], qkv[at + 1u]) * SCALE_LOG2),
    pack2x16float(vec2<f32>(qkv[at + 2u], qkv[at + 3u]) * SCALE_LOG2),
    pack2x16float(vec2<f32>(qkv[at + 4u], qkv[at + 5u]) * SCALE_LOG2),
    pack2x16float(vec2<f32>(qkv[at + 6u], qkv[at + 7u]) * SCALE_LOG2),
  );
}
`;
