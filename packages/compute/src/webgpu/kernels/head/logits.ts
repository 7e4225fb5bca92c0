/**
 * Where logits stand while they are needed. Raw logits (hidden · W^T, without temperature and mask) of some rows and a chunk of the
 * vocabulary are made in scratch memory of a bounded size; a rows x vocabulary matrix never exists.
 */
import type { GpuRuntime } from '../../runtime/gpu-runtime.ts';
import type { GpuBuffer } from '../../runtime/memory.ts';
import type { GpuMatrix } from '../linear/gpu-matrix.ts';
import { bindableRows } from '../linear/linear.ts';
import { multiply } from '../linear/product.ts';

/** Tokens whose logits are reduced together. Blocks start at multiples of this: the order of every sum over the vocabulary. */
export const BLOCK = 1024;

/** Largest scratch that logits take, in bytes, where the binding limit allows it. */
const SCRATCH_BYTES = 2 ** 28;

export interface LogitChunks {
  /** Rows that are worked on together, and tokens of one chunk (a multiple of `BLOCK`, or the whole vocabulary). */
  readonly rows: number;
  readonly tokens: number;
}

/** Logits that scratch memory holds at once. */
function capacity(runtime: GpuRuntime): number {
  return Math.floor(Math.min(SCRATCH_BYTES, runtime.bindingBytes - 512) / 4);
}

/** For walking the vocabulary chunk by chunk: as many rows as fit beside at least four blocks. */
export function chunksOf(runtime: GpuRuntime, rows: number, vocabulary: number): LogitChunks {
  const least = Math.min(vocabulary, 4 * BLOCK);
  const rowsAtOnce = Math.min(rows, Math.max(1, Math.floor(capacity(runtime) / least)));
  const fitting = Math.floor(capacity(runtime) / rowsAtOnce / BLOCK) * BLOCK;
  return { rows: rowsAtOnce, tokens: Math.min(vocabulary, Math.max(BLOCK, fitting)) };
}

/** For needing all logits of a row at once. */
export function wholeRows(runtime: GpuRuntime, rows: number, vocabulary: number): number {
  return Math.min(rows, Math.max(1, Math.floor(capacity(runtime) / vocabulary)));
}

/** Raw logits [rows, tokens] of the tokens from `first` on. */
export function rawLogits(
  runtime: GpuRuntime,
  hidden: GpuBuffer,
  matrix: GpuMatrix,
  rows: number,
  first: number,
  tokens: number,
): GpuBuffer {
  const { inputs, operand, storage } = matrix;
  const logits = runtime.scratch('logits', 'f32', rows * tokens);
  for (const [start, count] of bindableRows(runtime, tokens, inputs)) {
    multiply(runtime, {
      a: { buffer: hidden, depthContiguous: true, stride: inputs, storage: 'f32' },
      b: { buffer: operand.slice((first + start) * inputs, count * inputs), depthContiguous: true, stride: inputs, storage },
      out: logits.slice(start, (rows - 1) * tokens + count),
      outStride: tokens,
      rows,
      columns: count,
      depth: inputs,
      accumulate: false,
    });
  }
  return logits;
}

/**
 * WGSL: the mask's value at v, or a zero that no compiler can see through (chunks have fewer than 2^31 tokens). With a plain 0 the sum
 * after it becomes a bare product, which one kernel then fuses with the subtraction that follows and another does not.
 */
export const maskTerm = (masked: boolean) => (masked ? 'mask[params.offset_mask + v]' : 'bitcast<f32>(params.tokens >> 31u)');

/** WGSL `tempered(row, v)`: logit v of a chunk from the raw one, in one rounding so that no compiler has a choice. */
export function temperedFunction(masked: boolean): string {
  return `
fn tempered(row: u32, v: u32) -> f32 {
  return fma(logits[params.offset_logits + row * params.tokens + v], params.inverse, ${maskTerm(masked)});
}
`;
}
