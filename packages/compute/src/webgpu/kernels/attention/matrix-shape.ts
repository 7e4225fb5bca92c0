/** How a workgroup of the matrix kernels is cut. */
import { BLOCK, type FragmentUnit } from './fragments.ts';
import type { AttentionHeads } from './plain-shape.ts';

export interface MatrixTile {
  /** Subgroups of a workgroup. */
  readonly subgroups: number;
  /** Blocks of 16 lines that a subgroup holds. */
  readonly blocks: number;
  /** Keys (or, over keys, lines) that are staged at once; a multiple of 16. */
  readonly staged: number;
}

export interface MatrixShape extends AttentionHeads, MatrixTile, FragmentUnit {}

/** Elements in front of each other in workgroup memory, padded so that neighbouring rows fall into different banks. */
export const strides = (headWidth: number, staged: number) => ({
  /** Of staged vectors of a head. */
  tile: paddedWidth(headWidth) + 8,
  /** Of scores in f32: half the banks further on with every row. */
  scores: staged % 32 === 16 ? staged : staged + 16,
  /** Of weights in f16. */
  weights: staged + 8,
});

export function paddedWidth(headWidth: number): number {
  return Math.ceil(headWidth / BLOCK) * BLOCK;
}

/** Scores are kept as powers of two. */
export const LOG2_E = Math.LOG2E;

/** exp2 of this much above the reference is the largest weight before sums are scaled to a new reference. */
export const HEADROOM = 8;

/** Threads that share a line when its scores are turned into weights. */
export const LINE_THREADS = 4;
