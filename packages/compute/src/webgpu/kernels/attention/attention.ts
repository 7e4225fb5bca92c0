/** Attention and its gradient on the GPU: picks the kernels for a model's heads and records them. */
import type { Device } from '../../../device.ts';
import type { GpuRuntime } from '../../runtime/gpu-runtime.ts';
import type { KernelSource } from '../../runtime/kernel.ts';
import { backwardKeysKernel } from './backward-keys.ts';
import { lineFactsKernel, PREPARE_THREADS, ROW_FACTS, rowFactsKernel } from './backward-prepare.ts';
import { backwardQueriesKernel, backwardWorkgroupBytes } from './backward-queries.ts';
import { type WebgpuCache, webgpuCache } from './cache.ts';
import { combineGrid, combineKernel, shareElements } from './combine.ts';
import { forwardKernel, forwardWorkgroupBytes } from './forward.ts';
import { type AttentionHeads, type CacheStorage, geometryOf, KEY_THREADS } from './plain-shape.ts';

type AttentionCall = Parameters<Device['attention']>[0];
type BackwardCall = Parameters<Device['attentionBackward']>[0];

/** Threads of a workgroup: few with much work each, except on adapters with narrow subgroups, which compile long kernels slowly. */
const THREADS = 64;
const THREADS_OF_NARROW = 256;
const NARROW_SUBGROUP = 8;
/** Up to so many rows without logSumExp are taken for decoding: each has a context of its own. */
const DECODING_ROWS = 1024;
/** Workgroups that keep a large GPU busy; contexts are split until there are as many. */
const BUSY_WORKGROUPS = 2048;
const MOST_SPLITS = 32;

/** Everything about one model's heads: its kernels and how they are laid out. */
interface Plan {
  readonly tiled: KernelSource;
  readonly tiledWithSums: KernelSource;
  readonly rowsPerTile: number;
  readonly headBlocks: number;
  readonly single: KernelSource;
  readonly singleShare: KernelSource;
  readonly singleHeadBlocks: number;
  readonly combine: KernelSource;
  readonly backward: {
    readonly lineFacts: KernelSource;
    readonly queries: KernelSource;
    readonly keys: KernelSource;
    readonly rowsPerBlock: number;
    readonly headBlocks: number;
    readonly keysPerBlock: number;
  };
}

export class AttentionKernels {
  private readonly plans = new Map<string, Plan>();
  private readonly rowFacts = rowFactsKernel();

  constructor(private readonly runtime: GpuRuntime) {}

  /** See the contract. */
  attention(call: AttentionCall): void {
    const { runtime } = this;
    const { rows, queryHeads } = call;
    if (rows === 0) return;
    const cache = webgpuCache(call.cache);
    const plan = this.planFor(cache, queryHeads);
    const { prefixStart, prefixLength, ownStart, ownLength } = call.context;
    const inputs = [call.qkv, cache.buffer, prefixStart, prefixLength, ownStart, ownLength];
    const scalars = [rows, cache.valuesStart];
    if (call.logSumExp) {
      const grid = [Math.ceil(rows / plan.rowsPerTile), cache.heads * plan.headBlocks, 1] as const;
      runtime.dispatch(plan.tiledWithSums, [...inputs, call.out, call.logSumExp], scalars, grid);
    } else if (rows > DECODING_ROWS) {
      const grid = [Math.ceil(rows / plan.rowsPerTile), cache.heads * plan.headBlocks, 1] as const;
      runtime.dispatch(plan.tiled, [...inputs, call.out], scalars, grid);
    } else {
      this.attentionOfSingleRows(call, cache, plan, inputs, scalars);
    }
  }

  private attentionOfSingleRows(
    { rows, queryHeads, out }: AttentionCall,
    cache: WebgpuCache,
    plan: Plan,
    inputs: readonly AttentionCall['qkv'][],
    scalars: readonly number[],
  ): void {
    const { runtime } = this;
    const heads = cache.heads * plan.singleHeadBlocks;
    const splits = runtime.mode === 'exact' ? 1 : Math.min(MOST_SPLITS, Math.ceil(BUSY_WORKGROUPS / (rows * heads)));
    if (splits === 1) {
      runtime.dispatch(plan.single, [...inputs, out], scalars, [rows, heads, 1]);
      return;
    }
    const lines = rows * queryHeads;
    const shares = runtime.scratch('attention shares', 'f32', lines * splits * shareElements(cache.headWidth));
    runtime.dispatch(plan.singleShare, [...inputs, shares], scalars, [rows, heads, splits]);
    runtime.dispatch(plan.combine, [shares, out], [rows, splits], combineGrid(lines, cache.headWidth));
  }

  /** See the contract. */
  attentionBackward(call: BackwardCall): void {
    const { runtime } = this;
    const { rows, queryHeads, qkv, outGradient, qkvGradient, families } = call;
    if (rows === 0) return;
    const cache = webgpuCache(call.cache);
    const { backward } = this.planFor(cache, queryHeads);
    const { prefixStart, prefixLength, ownStart, ownLength } = call.context;
    const lines = rows * queryHeads;
    const rowFacts = runtime.scratch('attention row facts', 'u32', rows * ROW_FACTS);
    const lineFacts = runtime.scratch('attention line facts', 'f32', lines * 2);
    runtime.dispatch(
      this.rowFacts,
      [prefixStart, prefixLength, ownStart, ownLength, call.slots, call.familyStart, rowFacts],
      [rows, families],
      [Math.ceil(rows / PREPARE_THREADS), 1, 1],
    );
    runtime.dispatch(
      backward.lineFacts,
      [call.out, outGradient, call.logSumExp, lineFacts],
      [lines],
      [Math.ceil(lines / PREPARE_THREADS), 1, 1],
    );
    const operands = [qkv, cache.buffer, rowFacts, lineFacts, outGradient, qkvGradient];
    const scalars = [rows, cache.valuesStart];
    runtime.dispatch(backward.queries, operands, scalars, [Math.ceil(rows / backward.rowsPerBlock), cache.heads * backward.headBlocks, 1]);
    runtime.dispatch(backward.keys, operands, scalars, [Math.ceil(rows / backward.keysPerBlock), cache.heads, 1]);
  }

  private planFor({ heads, headWidth, storage }: WebgpuCache, queryHeads: number): Plan {
    const key = `${queryHeads} ${heads} ${headWidth} ${storage}`;
    let plan = this.plans.get(key);
    if (!plan) {
      plan = this.createPlan({ queryHeads, keyHeads: heads, headWidth }, storage);
      this.plans.set(key, plan);
    }
    return plan;
  }

  private createPlan(shape: AttentionHeads, storage: CacheStorage): Plan {
    const { queryHeads, keyHeads, headWidth } = shape;
    if (queryHeads % keyHeads !== 0) throw new RangeError(`${queryHeads} query heads cannot share ${keyHeads} key heads evenly`);
    const available = Math.min(this.runtime.limits.maxComputeWorkgroupStorageSize, 48 * 1024);
    const what = `attention with heads of ${headWidth}`;
    const lines = largest([32, 16, 8], (lines) => forwardWorkgroupBytes({ headWidth, lines }) <= available, what);
    const group = queryHeads / keyHeads;
    const singleLines = Math.min(lines, Math.ceil(group / 8) * 8);
    const blocks = [
      { lines: 32, keys: 32 },
      { lines: 16, keys: 32 },
      { lines: 16, keys: 16 },
      { lines: 8, keys: 16 },
      { lines: 8, keys: 8 },
    ];
    const block = largest(blocks, (each) => backwardWorkgroupBytes({ headWidth, ...each }) <= available, what);
    const { subgroupSize } = this.runtime.features;
    const most = subgroupSize > 0 && subgroupSize <= NARROW_SUBGROUP ? THREADS_OF_NARROW : THREADS;
    const threadsFor = (lines: number) => Math.min(most, lines * KEY_THREADS);
    const forward = { ...shape, storage };
    const tiled = { ...forward, lines, threads: threadsFor(lines), rowsPerBlock: geometryOf(shape, lines).rowsPerBlock, split: false };
    const single = { ...forward, lines: singleLines, threads: threadsFor(singleLines), rowsPerBlock: 1, logSumExp: false };
    const backward = { ...forward, ...block, threads: threadsFor(block.lines) };
    const backwardGeometry = geometryOf(shape, block.lines);
    return {
      tiled: forwardKernel({ ...tiled, logSumExp: false }),
      tiledWithSums: forwardKernel({ ...tiled, logSumExp: true }),
      rowsPerTile: tiled.rowsPerBlock,
      headBlocks: geometryOf(shape, lines).headBlocks,
      single: forwardKernel({ ...single, split: false }),
      singleShare: forwardKernel({ ...single, split: true }),
      singleHeadBlocks: geometryOf(shape, singleLines).headBlocks,
      combine: combineKernel({ queryHeads, headWidth, logSumExp: false }),
      backward: {
        lineFacts: lineFactsKernel(headWidth),
        queries: backwardQueriesKernel(backward),
        keys: backwardKeysKernel(backward),
        rowsPerBlock: backwardGeometry.rowsPerBlock,
        headBlocks: backwardGeometry.headBlocks,
        keysPerBlock: block.keys,
      },
    };
  }
}

/** The first choice that fits. */
function largest<Choice>(choices: readonly Choice[], fits: (choice: Choice) => boolean, what: string): Choice {
  const choice = choices.find(fits);
  if (choice === undefined) throw new RangeError(`${what} needs more workgroup memory than this adapter has; use --device wasm`);
  return choice;
}
