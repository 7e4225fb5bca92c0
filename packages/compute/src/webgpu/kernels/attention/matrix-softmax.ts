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
 * WGSL of one pass: scores become weights relative to the line's reference \`top\`, which follows the largest score only when that is far
 * above it; the sums so far must then be scaled by \`kept\`, and \`rescale\` is set to \`mark\`. \`visible\` is WGSL over \`key\`, the number of
 * the key in the tile.
 */
export function softmaxPass(shape: SoftmaxShape, pass: number, visible: (key: string) => string, isFirst: string, mark: string): string {
  const { keys, scoreStride, weightStride } = shape;
  const share = keys / LINE_THREADS;
  const key = (each: number) => `(quad + ${each * LINE_THREADS}u)`;
  return /* wgsl */ `
  {
    let start = line${pass} * ${scoreStride}u + quad;
    ${unroll(share, (each) => `let seen${each} = ${visible(key(each))}; let score${each} = select(LOWEST, scores[start + ${each * LINE_THREADS}u], seen${each});`)}
    var largest = score0;
    ${unroll(share - 1, (each) => `largest = max(largest, score${each + 1});`)}
    largest = max(largest, subgroupShuffleXor(largest, 1u));
    largest = max(largest, subgroupShuffleXor(largest, 2u));
    let grew = largest > top${pass} + ${HEADROOM}f;
    let next = select(top${pass}, largest, grew);
    let kept = powerOfTwo(top${pass} - next);
    top${pass} = next;
    if (grew && !(${isFirst})) { rescale = ${mark}; }
    if (quad == 0u) { keep[line${pass}] = kept; }
    let place = line${pass} * ${weightStride}u + quad;
    var added = 0f;
    ${unroll(
      share,
      (each) =>
        `let weight${each} = select(0f, powerOfTwo(score${each} - next), seen${each}); added += weight${each}; weights[place + ${each * LINE_THREADS}u] = half(weight${each});`,
    )}
    sum${pass} = fma(sum${pass}, kept, added);
  }`;
}

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
    for (var index = lane; index < ${BLOCK * BLOCK * blocks}u; index += ${subgroupSize}u) {
      let line = subgroupLine + index / ${BLOCK}u;
      scores[line * ${scoreStride}u + index % ${BLOCK}u] *= keep[line];
    }
    workgroupBarrier();
    ${unroll(blocks, (block) => fragments.reload(name(block, column), 'scores', place(block), scoreStride))}
    workgroupBarrier();`,
  );
}

/** WGSL around \`write\`, which sees \`line\`, \`element\` of the head and its \`value\`: result blocks out of registers, column by column. */
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
    for (var index = lane; index < ${BLOCK * BLOCK * blocks}u; index += ${subgroupSize}u) {
      let line = subgroupLine + index / ${BLOCK}u;
      let element = ${column * BLOCK}u + index % ${BLOCK}u;
      let value = scores[line * ${scoreStride}u + index % ${BLOCK}u];
      ${write}
    }
    workgroupBarrier();`,
  );
}
