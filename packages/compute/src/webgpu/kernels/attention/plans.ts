/** Which kernels a model's attention takes on an adapter. */
import type { GpuRuntime } from '../../runtime/gpu-runtime.ts';
import type { KernelSource } from '../../runtime/kernel.ts';
import { backwardKeysKernel } from './backward-keys.ts';
import { lineFactsKernel } from './backward-prepare.ts';
import { backwardQueriesKernel, backwardWorkgroupBytes } from './backward-queries.ts';
import { type CombineShape, combineKernel } from './combine.ts';
import { forwardKernel, forwardWorkgroupBytes } from './forward.ts';
import { BLOCK, type FragmentUnit, hasFragments } from './fragments.ts';
import { matrixBackwardKeysBytes, matrixBackwardKeysKernel } from './matrix-backward-keys.ts';
import { matrixBackwardQueriesBytes, matrixBackwardQueriesKernel } from './matrix-backward-queries.ts';
import { matrixDecodeKernel } from './matrix-decode.ts';
import { matrixForwardBytes, matrixForwardKernel } from './matrix-forward.ts';
import { familyScalesKernel, halfFactorsKernel, lineMaximaKernel, sumHeadGroupsKernel } from './matrix-prepare.ts';
import type { MatrixTile } from './matrix-shape.ts';
import { type AttentionHeads, type CacheStorage, geometryOf, KEY_THREADS } from './plain-shape.ts';

/** Threads of a plain workgroup: few with much work each, but many on adapters with narrow subgroups, which compile long kernels slowly. */
const THREADS = 128;
const THREADS_OF_NARROW = 256;
const NARROW_SUBGROUP = 8;
/** More workgroup memory than this keeps other workgroups off a multiprocessor. */
const MOST_WORKGROUP_BYTES = 48 * 1024;

/** A kernel over blocks of rows. */
export interface RowKernel {
  readonly kernel: KernelSource;
  readonly rowsPerBlock: number;
  readonly headBlocks: number;
}

/** A kernel over blocks of the tokens that gradients of keys and values belong to. */
export interface TokenKernel {
  readonly kernel: KernelSource;
  readonly tokensPerBlock: number;
}

export interface AttentionPlan {
  /** Many rows, neighbours sharing contexts. */
  readonly tiled: RowKernel;
  readonly tiledWithSums: RowKernel;
  /** Rows with contexts of their own: whole, where the order of sums is fixed, or in shares that `combine` joins. */
  readonly single: RowKernel | undefined;
  readonly share: RowKernel;
  readonly combine: KernelSource;
  readonly lineFacts: KernelSource;
  readonly backward: PlainBackward | MatrixBackward;
}

export interface PlainBackward {
  readonly kind: 'plain';
  readonly queries: RowKernel;
  readonly keys: TokenKernel;
}

export interface MatrixBackward {
  readonly kind: 'matrix';
  readonly lineMaxima: KernelSource;
  readonly familyScales: KernelSource;
  readonly halfFactors: KernelSource;
  readonly queries: RowKernel;
  readonly keys: TokenKernel;
  /** For few tokens: a workgroup for every query head. */
  readonly keysByHead: TokenKernel;
  readonly sumHeadGroups: KernelSource;
}

/** The adapter's subgroup matrices, where they fit these kernels. */
export function fragmentUnitOf({ features }: GpuRuntime): FragmentUnit | undefined {
  return hasFragments(features.subgroupMatrix) ? { kind: 'subgroup-matrix', subgroupSize: features.subgroupSize } : undefined;
}

export function createPlan(
  runtime: GpuRuntime,
  shape: AttentionHeads,
  storage: CacheStorage,
  unit: FragmentUnit | undefined,
): AttentionPlan {
  const { queryHeads, keyHeads, headWidth } = shape;
  if (queryHeads % keyHeads !== 0) throw new RangeError(`${queryHeads} query heads cannot share ${keyHeads} key heads evenly`);
  const plain = createPlainPlan(runtime, shape, storage);
  if (!unit || runtime.mode === 'exact' || storage === 'f32' || headWidth % 8 !== 0) return plain;
  return { ...plain, ...createMatrixKernels(runtime, shape, unit) };
}

function workgroupBytes({ limits }: GpuRuntime): number {
  return Math.min(limits.maxComputeWorkgroupStorageSize, MOST_WORKGROUP_BYTES);
}

function createPlainPlan(runtime: GpuRuntime, shape: AttentionHeads, storage: CacheStorage): AttentionPlan {
  const { queryHeads, keyHeads, headWidth } = shape;
  const available = workgroupBytes(runtime);
  const lines = firstThatFits([32, 16, 8], (each) => forwardWorkgroupBytes({ headWidth, lines: each }) <= available, headWidth);
  const { subgroupSize } = runtime.features;
  const mostThreads = subgroupSize > 0 && subgroupSize <= NARROW_SUBGROUP ? THREADS_OF_NARROW : THREADS;
  const common = (lines: number) => ({ ...shape, storage, lines, threads: Math.min(mostThreads, lines * KEY_THREADS) });
  const tiled = { ...common(lines), ...geometryOf(shape, lines), split: false };
  const singleLines = Math.min(lines, Math.ceil(queryHeads / keyHeads / KEY_THREADS) * KEY_THREADS);
  const single = { ...common(singleLines), rowsPerBlock: 1, logSumExp: false };
  const singleBlocks = { rowsPerBlock: 1, headBlocks: geometryOf(shape, singleLines).headBlocks };
  const cuts = [
    { lines: 32, keys: 32 },
    { lines: 16, keys: 32 },
    { lines: 16, keys: 16 },
    { lines: 8, keys: 16 },
    { lines: 8, keys: 8 },
  ];
  const cut = firstThatFits(cuts, (each) => backwardWorkgroupBytes({ headWidth, ...each }) <= available, headWidth);
  const backward = { ...common(cut.lines), keys: cut.keys };
  const combine: CombineShape = { queryHeads, headWidth };
  return {
    tiled: { kernel: forwardKernel({ ...tiled, logSumExp: false }), ...geometryOf(shape, lines) },
    tiledWithSums: { kernel: forwardKernel({ ...tiled, logSumExp: true }), ...geometryOf(shape, lines) },
    single: { kernel: forwardKernel({ ...single, split: false }), ...singleBlocks },
    share: { kernel: forwardKernel({ ...single, split: true }), ...singleBlocks },
    combine: combineKernel(combine),
    lineFacts: lineFactsKernel(headWidth),
    backward: {
      kind: 'plain',
      queries: { kernel: backwardQueriesKernel(backward), ...geometryOf(shape, cut.lines) },
      keys: { kernel: backwardKeysKernel(backward), tokensPerBlock: cut.keys },
    },
  };
}

/** Tiles in the order in which they were found to be fast; the first whose workgroup memory is there is taken. */
const FORWARD_TILES: readonly MatrixTile[] = [
  { subgroups: 8, blocks: 1, staged: 32 },
  { subgroups: 4, blocks: 2, staged: 32 },
  { subgroups: 4, blocks: 1, staged: 32 },
  { subgroups: 2, blocks: 1, staged: 32 },
  { subgroups: 2, blocks: 1, staged: 16 },
];
const QUERY_TILES: readonly MatrixTile[] = [
  { subgroups: 8, blocks: 1, staged: 16 },
  { subgroups: 4, blocks: 1, staged: 32 },
  { subgroups: 2, blocks: 1, staged: 32 },
  { subgroups: 2, blocks: 1, staged: 16 },
];
const KEY_TILES: readonly Omit<MatrixTile, 'blocks'>[] = [
  { subgroups: 8, staged: 16 },
  { subgroups: 4, staged: 32 },
  { subgroups: 2, staged: 32 },
  { subgroups: 2, staged: 16 },
];
const DECODE_KEYS = 32;

function createMatrixKernels(runtime: GpuRuntime, shape: AttentionHeads, unit: FragmentUnit): Partial<AttentionPlan> {
  const { queryHeads, keyHeads, headWidth } = shape;
  const available = workgroupBytes(runtime);
  const common = { ...shape, ...unit };
  const forward = firstThatFits(
    FORWARD_TILES,
    (tile) => matrixForwardBytes({ ...common, ...tile, logSumExp: true }) <= available,
    headWidth,
  );
  const forwardGeometry = geometryOf(shape, forward.subgroups * forward.blocks * BLOCK);
  const queries = firstThatFits(QUERY_TILES, (tile) => matrixBackwardQueriesBytes({ ...common, ...tile }) <= available, headWidth);
  const keys = firstThatFits(KEY_TILES, (tile) => matrixBackwardKeysBytes({ ...common, ...tile }) <= available, headWidth);
  const tokensPerBlock = keys.subgroups * BLOCK;
  const decode = geometryOf(shape, BLOCK);
  return {
    tiled: { kernel: matrixForwardKernel({ ...common, ...forward, logSumExp: false }), ...forwardGeometry },
    tiledWithSums: { kernel: matrixForwardKernel({ ...common, ...forward, logSumExp: true }), ...forwardGeometry },
    ...(headWidth % BLOCK === 0 && {
      single: undefined,
      share: { kernel: matrixDecodeKernel({ ...common, keys: DECODE_KEYS }), rowsPerBlock: 1, headBlocks: decode.headBlocks },
    }),
    backward: {
      kind: 'matrix',
      lineMaxima: lineMaximaKernel(headWidth),
      familyScales: familyScalesKernel(queryHeads),
      halfFactors: halfFactorsKernel(shape),
      queries: {
        kernel: matrixBackwardQueriesKernel({ ...common, ...queries }),
        ...geometryOf(shape, queries.subgroups * queries.blocks * BLOCK),
      },
      keys: { kernel: matrixBackwardKeysKernel({ ...common, ...keys, headGroups: 1 }), tokensPerBlock },
      keysByHead: { kernel: matrixBackwardKeysKernel({ ...common, ...keys, headGroups: queryHeads / keyHeads }), tokensPerBlock },
      sumHeadGroups: sumHeadGroupsKernel(shape),
    },
  };
}

function firstThatFits<Choice>(choices: readonly Choice[], fits: (choice: Choice) => boolean, headWidth: number): Choice {
  const choice = choices.find(fits);
  if (choice === undefined) {
    throw new RangeError(`attention with heads of ${headWidth} needs more workgroup memory than this adapter has; use --device wasm`);
  }
  return choice;
}
