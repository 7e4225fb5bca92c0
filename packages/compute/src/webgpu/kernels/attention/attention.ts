/** Attention and its gradient on the GPU: records the kernels of the model's plan. */
import type { DeviceBuffer } from '../../../device.ts';
import type { GpuRuntime } from '../../runtime/gpu-runtime.ts';
import { spread } from '../../runtime/workgroups.ts';
import type { Call } from '../call.ts';
import { PREPARE_THREADS, ROW_FACTS, rowFactsKernel } from './backward-prepare.ts';
import { type WebgpuCache, webgpuCache } from './cache.ts';
import { combineGrid, shareElements } from './combine.ts';
import type { FragmentUnit } from './fragments.ts';
import { MATRIX_PREPARE_THREADS } from './matrix-prepare.ts';
import { type AttentionPlan, createPlan, type MatrixBackward, type RowKernel } from './plans.ts';

/** Up to so many rows without logSumExp are taken for decoding: each has a context of its own. */
const DECODING_ROWS = 1024;
/** Workgroups that keep a large GPU busy: contexts and heads are cut until there are as many. */
const BUSY_WORKGROUPS = 2048;
const MOST_SPLITS = 32;

export class AttentionKernels {
  private readonly plans = new Map<string, AttentionPlan>();
  private readonly rowFacts = rowFactsKernel();

  constructor(
    private readonly runtime: GpuRuntime,
    /** What multiplies blocks of 16 x 16; without it the plain kernels do everything. */
    private readonly unit: FragmentUnit | undefined,
  ) {}

  /** See the contract. */
  attention(call: Call<'attention'>): void {
    const { rows, queryHeads, logSumExp } = call;
    if (rows === 0) return;
    const cache = webgpuCache(call.cache);
    const plan = this.planFor(cache, queryHeads);
    if (!logSumExp && rows <= DECODING_ROWS) {
      this.attentionOfSingleRows(call, cache, plan);
      return;
    }
    const { kernel, ...blocks } = logSumExp ? plan.tiledWithSums : plan.tiled;
    const operands = [...forwardInputs(call, cache), call.out, ...(logSumExp ? [logSumExp] : [])];
    this.runtime.dispatch(kernel, operands, [rows, cache.valuesStart], rowGrid(rows, cache, blocks));
  }

  private attentionOfSingleRows(call: Call<'attention'>, cache: WebgpuCache, { single, share, combine }: AttentionPlan): void {
    const { runtime } = this;
    const { rows, queryHeads, out } = call;
    const inputs = forwardInputs(call, cache);
    const scalars = [rows, cache.valuesStart];
    const splits =
      runtime.mode === 'exact' ? 1 : Math.min(MOST_SPLITS, Math.ceil(BUSY_WORKGROUPS / (rows * cache.heads * share.headBlocks)));
    if (single && splits === 1) {
      runtime.dispatch(single.kernel, [...inputs, out], scalars, rowGrid(rows, cache, single));
      return;
    }
    const lines = rows * queryHeads;
    const shares = runtime.scratch('attention shares', 'f32', lines * splits * shareElements(cache.headWidth));
    const [blocks, heads] = rowGrid(rows, cache, share);
    runtime.dispatch(share.kernel, [...inputs, shares], scalars, [blocks, heads, splits]);
    runtime.dispatch(combine, [shares, out], [rows, splits], combineGrid(lines, cache.headWidth));
  }

  /** See the contract. */
  attentionBackward(call: Call<'attentionBackward'>): void {
    const { runtime } = this;
    const { rows, queryHeads, qkv, outGradient, qkvGradient, families } = call;
    if (rows === 0) return;
    const cache = webgpuCache(call.cache);
    const { lineFacts: lineFactsOf, backward } = this.planFor(cache, queryHeads);
    const { prefixStart, prefixLength, ownStart, ownLength } = call.context;
    const lines = rows * queryHeads;
    const rowFacts = runtime.scratch('attention row facts', 'u32', rows * ROW_FACTS);
    const lineFacts = runtime.scratch('attention line facts', 'f32', lines * 2);
    const tables = [prefixStart, prefixLength, ownStart, ownLength, call.slots, call.familyStart];
    runtime.dispatch(this.rowFacts, [...tables, rowFacts], [rows, families], [Math.ceil(rows / PREPARE_THREADS), 1, 1]);
    const lineOperands = [call.out, outGradient, call.logSumExp, lineFacts];
    runtime.dispatch(lineFactsOf, lineOperands, [lines], spread(Math.ceil(lines / PREPARE_THREADS)));
    if (backward.kind === 'matrix') {
      this.matrixBackward(call, cache, backward, rowFacts, lineFacts);
      return;
    }
    const operands = [qkv, cache.buffer, rowFacts, lineFacts, outGradient, qkvGradient];
    const scalars = [rows, cache.valuesStart];
    const { queries, keys } = backward;
    runtime.dispatch(queries.kernel, operands, scalars, rowGrid(rows, cache, queries));
    runtime.dispatch(keys.kernel, operands, scalars, [Math.ceil(rows / keys.tokensPerBlock), cache.heads, 1]);
  }

  private matrixBackward(
    call: Call<'attentionBackward'>,
    cache: WebgpuCache,
    plan: MatrixBackward,
    rowFacts: DeviceBuffer,
    lineFacts: DeviceBuffer,
  ): void {
    const { runtime } = this;
    const { rows, queryHeads, qkv, outGradient, qkvGradient, families, familyStart } = call;
    const { heads, headWidth } = cache;
    const lines = rows * queryHeads;
    const lineMaxima = runtime.scratch('attention line maxima', 'f32', lines);
    const queries = runtime.scratch('attention half queries', 'u16', lines * headWidth);
    const gradients = runtime.scratch('attention half gradients', 'u16', lines * headWidth);
    const grid = (threads: number) => spread(Math.ceil(threads / MATRIX_PREPARE_THREADS));
    runtime.dispatch(plan.lineMaxima, [outGradient, lineMaxima], [lines], grid(lines));
    runtime.dispatch(plan.familyScales, [lineMaxima, familyStart, rowFacts], [families], spread(families));
    runtime.dispatch(plan.halfFactors, [qkv, outGradient, rowFacts, queries, gradients], [rows], grid((lines * headWidth) / 4));
    const operands = [queries, gradients, cache.buffer, rowFacts, lineFacts];
    const scalars = [rows, cache.valuesStart];
    runtime.dispatch(plan.queries.kernel, [...operands, qkvGradient], scalars, rowGrid(rows, cache, plan.queries));

    const blocks = Math.ceil(rows / plan.keys.tokensPerBlock);
    if (blocks * heads >= BUSY_WORKGROUPS || queryHeads === heads) {
      runtime.dispatch(plan.keys.kernel, [...operands, qkvGradient], scalars, [blocks, heads, 1]);
      return;
    }
    const groups = queryHeads / heads;
    const elements = rows * 2 * heads * headWidth;
    const shares = runtime.scratch('attention head groups', 'f32', groups * elements);
    runtime.dispatch(plan.keysByHead.kernel, [...operands, shares], scalars, [blocks, heads, groups]);
    runtime.dispatch(plan.sumHeadGroups, [shares, qkvGradient], [rows, groups], grid(elements));
  }

  private planFor({ heads, headWidth, storage }: WebgpuCache, queryHeads: number): AttentionPlan {
    const key = `${queryHeads} ${heads} ${headWidth} ${storage}`;
    let plan = this.plans.get(key);
    if (!plan) {
      plan = createPlan(this.runtime, { queryHeads, keyHeads: heads, headWidth }, storage, this.unit);
      this.plans.set(key, plan);
    }
    return plan;
  }
}

function forwardInputs({ qkv, context }: Call<'attention'>, cache: WebgpuCache): DeviceBuffer[] {
  const { prefixStart, prefixLength, ownStart, ownLength } = context;
  return [qkv, cache.buffer, prefixStart, prefixLength, ownStart, ownLength];
}

function rowGrid(rows: number, { heads }: WebgpuCache, { rowsPerBlock, headBlocks }: Omit<RowKernel, 'kernel'>): [number, number, number] {
  return [Math.ceil(rows / rowsPerBlock), heads * headBlocks, 1];
}

const kernelsOf = new WeakMap<GpuRuntime, AttentionKernels>();

/** Takes the matrix kernels for this runtime's attention from now on, which until then is plain. */
export function useMatrixAttention(runtime: GpuRuntime, unit: FragmentUnit): void {
  kernelsOf.set(runtime, new AttentionKernels(runtime, unit));
}

function attentionKernels(runtime: GpuRuntime): AttentionKernels {
  let kernels = kernelsOf.get(runtime);
  if (!kernels) {
    kernels = new AttentionKernels(runtime, undefined);
    kernelsOf.set(runtime, kernels);
  }
  return kernels;
}

export function attention(runtime: GpuRuntime, call: Call<'attention'>): void {
  attentionKernels(runtime).attention(call);
}

export function attentionBackward(runtime: GpuRuntime, call: Call<'attentionBackward'>): void {
  attentionKernels(runtime).attentionBackward(call);
}
