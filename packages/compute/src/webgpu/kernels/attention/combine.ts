/**
 * Joins what several workgroups made of shares of one context: each share left its unnormalised output, the largest score and the sum of
 * weights below it. Shares are added in order; an empty share has the sum 0.
 */
import { type KernelSource, read, write } from '../../runtime/kernel.ts';
import { spread } from '../../runtime/workgroups.ts';
import { attentionFunctions, attentionKernel } from './functions.ts';

export interface CombineShape {
  readonly queryHeads: number;
  readonly headWidth: number;
}

const THREADS = 64;

/** Elements that one share of one line takes. */
export function shareElements(headWidth: number): number {
  return headWidth + 2;
}

/** Grid: [lines in groups of as many as 64 threads hold, 1, 1]. */
export function combineKernel(shape: CombineShape): KernelSource {
  const { queryHeads, headWidth } = shape;
  const width = shareElements(headWidth);
  const threadsPerLine = lineThreads(headWidth);
  return attentionKernel({
    name: 'attention combine',
    options: shape,
    bindings: [read('shares'), write('out')],
    parameters: ['rows', 'splits'],
    threads: THREADS,
    declarations: attentionFunctions(headWidth),
    body: /* wgsl */ `
  let line = (workgroup.x + workgroup.y * workgroups.x) * ${THREADS / threadsPerLine}u + thread / ${threadsPerLine}u;
  if (line >= params.rows * ${queryHeads}u) { return; }
  let first = params.offset_shares + line * params.splits * ${width}u;
  var largest = LOWEST;
  for (var split = 0u; split < params.splits; split++) {
    let share = first + split * ${width}u;
    if (shares[share + ${headWidth + 1}u] > 0.0) { largest = max(largest, shares[share + ${headWidth}u]); }
  }
  for (var element = thread % ${threadsPerLine}u; element < ${headWidth}u; element += ${threadsPerLine}u) {
    var sum = 0.0;
    var total = 0.0;
    for (var split = 0u; split < params.splits; split++) {
      let share = first + split * ${width}u;
      let weights = shares[share + ${headWidth + 1}u];
      if (weights > 0.0) {
        let scale = exponential(shares[share + ${headWidth}u] - largest);
        sum = fma(shares[share + element], scale, sum);
        total = fma(weights, scale, total);
      }
    }
    out[params.offset_out + line * ${headWidth}u + element] = sum / total;
  }`,
  });
}

function lineThreads(headWidth: number): number {
  return Math.min(THREADS, 2 ** Math.ceil(Math.log2(headWidth)));
}

/** Workgroups for `lines` lines. */
export function combineGrid(lines: number, headWidth: number): [number, number, number] {
  return spread(Math.ceil((lines * lineThreads(headWidth)) / THREADS));
}
