// The command list: a row of records that every thread walks, each a header and arguments. packages/compute/src/wasm/threads.ts writes
// the same layout; the list of operations must agree with that of packages/compute/src/wasm/commands.ts.

import { attention } from './attention';
import { attentionBackward } from './attention-backward';
import { cast } from './casts';
import { advanceRows, drawBits } from './decoding';
import { adamW, add, copy, embedding, embeddingBackward, sumOfSquares, swiGlu, swiGluBackward, zero } from './elementwise';
import { headBackward, headForward, headSample } from './head';
import { addInto, rmsNorm, rmsNormBackward } from './norm';
import { linear, linearFewRows, linearWeightGradient, packMatrix } from './products';
import { rotateAndStore, rotateBackward } from './rotary';
import {
  blocks, closeProgram, configure, firstTask, joinProgram, nextTask, openProgram, ownArguments, programEnd, programOpen, programStart, threads,
} from './threads';

const enum Operation {
  Zero,
  Copy,
  Add,
  Cast,
  Embedding,
  EmbeddingBackward,
  RmsNorm,
  RmsNormBackward,
  PackMatrix,
  Linear,
  LinearFewRows,
  LinearWeightGradient,
  RotateAndStore,
  RotateBackward,
  Attention,
  AttentionBackward,
  SwiGlu,
  SwiGluBackward,
  HeadForward,
  HeadBackward,
  HeadSample,
  SumOfSquares,
  AdamW,
  DrawBits,
  AdvanceRows,
}

let arguments: usize = 0;

@inline function word(index: usize): i32 {
  return load<i32>(arguments + (index << 2));
}

@inline function address(index: usize): usize {
  return <usize>load<u32>(arguments + (index << 2));
}

@inline function real(index: usize): f32 {
  return load<f32>(arguments + (index << 2));
}

/** Words of a command before its arguments: operation, number of arguments, rows and rows of a unit (0 unless row-wise), words of the chain. */
const HEADER: usize = 20;
const LARGEST_SHARE: i32 = 8;

@inline function min(a: i32, b: i32): i32 {
  return a < b ? a : b;
}

/**
 * Walks a command list. Only what a thread reads while it holds a task is sure to stay; elsewhere thread 0 may already be writing the
 * next list over this one, so nothing read is used before the program was found open after it.
 */
function interpret(start: usize, end: usize): void {
  let at = start;
  while (at < end) {
    const operation = load<i32>(at);
    const bytes = <usize>load<u32>(at, 4) << 2;
    const rows = load<i32>(at, 8);
    const unit = load<i32>(at, 12);
    const chain = <usize>load<u32>(at, 16) << 2;
    if (!programOpen()) return;
    if (unit > 0) {
      runChain(at, at + chain, rows, unit);
      at += chain;
    } else {
      arguments = ownArguments();
      memory.copy(arguments, at + HEADER, bytes);
      if (!programOpen()) return;
      step(operation);
      at += HEADER + bytes;
    }
  }
}

/** Units of the next task where so many are left: large ones at first, for the cache, small ones in the end, so that no thread waits long. */
@inline function share(left: i32): i32 {
  return max(1, min(LARGEST_SHARE, left / (2 * threads())));
}

/** Takes the rows through every command of a chain, some at a time, so that they stay in a core's cache from one command to the next. */
function runChain(start: usize, end: usize, rows: i32, unit: i32): void {
  const units = blocks(rows, unit);
  let tasks: i32 = 0;
  for (let at: i32 = 0; at < units; at += share(units - at)) tasks++;
  for (let task = firstTask(tasks); task >= 0; task = nextTask()) {
    let first: i32 = 0;
    for (let i: i32 = 0; i < task; i++) first += share(units - first);
    const last = min(rows, (first + share(units - first)) * unit);
    for (let at = start; at < end; at += HEADER + (<usize>load<u32>(at, 4) << 2)) {
      arguments = at + HEADER;
      rowStep(load<i32>(at), first * unit, last);
    }
  }
}

/** The operations that treat every row by itself. */
function rowStep(operation: i32, first: i32, last: i32): void {
  switch (operation) {
    case Operation.Copy: return memory.copy(address(0) + <usize>first * address(2), address(1) + <usize>first * address(2), <usize>(last - first) * address(2));
    case Operation.Add: return addInto(address(0) + <usize>first * address(2), address(1) + <usize>first * address(2), (last - first) * (word(2) / 4));
    case Operation.Embedding: return embedding(address(0), address(1), address(2), word(3), first, last);
    case Operation.RmsNorm:
      return rmsNorm(address(0), address(1), address(2), address(3), word(4), real(5), word(6), word(7), word(8), first, last);
    case Operation.Linear: return linear(address(0), address(1), address(2), address(3), word(4), word(5), first, last);
    case Operation.RotateAndStore:
      return rotateAndStore(address(0), address(1), address(2), address(3), address(4), address(5), word(6), word(7), word(8), word(9), first, last);
    case Operation.RotateBackward:
      return rotateBackward(address(0), address(1), address(2), address(3), word(4), word(5), word(6), first, last);
    case Operation.Attention:
      return attention(
        address(0), address(1), word(2), address(3), address(4), address(5), address(6), address(7), address(8), word(9), word(10), word(11), real(12), first, last,
      );
    case Operation.SwiGlu: return swiGlu(address(0), address(1), word(2), first, last);
    case Operation.SwiGluBackward: return swiGluBackward(address(0), address(1), address(2), word(3), first, last);
    case Operation.HeadForward:
      return headForward(address(0), address(1), address(2), address(3), real(4), address(5), address(6), address(7), word(8), word(9), first, last);
    case Operation.HeadSample:
      return headSample(
        address(0), address(1), address(2), real(3), word(4), real(5), real(6), address(7), address(8), address(9), address(10), word(11), word(12), first, last,
      );
    case Operation.DrawBits: return drawBits(word(0), word(1), word(2), address(3), address(4), address(5), address(6), first, last);
    case Operation.AdvanceRows:
      return advanceRows(address(0), address(1), address(2), address(3), address(4), address(5), address(6), address(7), first, last);
    default: unreachable();
  }
}

/** The operations that divide their work themselves. */
function step(operation: i32): void {
  switch (operation) {
    case Operation.Zero: return zero(address(0), word(1));
    case Operation.Copy: return copy(address(0), address(1), word(2));
    case Operation.Add: return add(address(0), address(1), word(2) / 4);
    case Operation.Cast: return cast(address(0), address(1), word(2), word(3), word(4) != 0);
    case Operation.EmbeddingBackward: return embeddingBackward(address(0), address(1), address(2), word(3), word(4));
    case Operation.RmsNormBackward:
      return rmsNormBackward(
        address(0), address(1), address(2), address(3), address(4), address(5), word(6), word(7), real(8), word(9) != 0, word(10), word(11), word(12),
      );
    case Operation.PackMatrix: return packMatrix(address(0), word(1), word(2), address(3), address(4));
    case Operation.LinearFewRows: return linearFewRows(address(0), address(1), address(2), address(3), word(4), word(5), word(6));
    case Operation.LinearWeightGradient: return linearWeightGradient(address(0), address(1), address(2), address(3), word(4), word(5), word(6));
    case Operation.AttentionBackward:
      return attentionBackward(
        address(0), address(1), word(2), address(3), address(4), address(5), address(6), address(7), word(8), address(9), address(10), address(11), address(12),
        word(13), word(14), word(15), real(16), word(17),
      );
    case Operation.HeadBackward:
      return headBackward(
        address(0), address(1), address(2), address(3), address(4), real(5), address(6), address(7), address(8), address(9), address(10), address(11),
        word(12), word(13), word(14),
      );
    case Operation.SumOfSquares: return sumOfSquares(address(0), word(1), address(2));
    case Operation.AdamW:
      return adamW(
        address(0), address(1), address(2), address(3), word(4),
        real(5), real(6), real(7), real(8), real(9), real(10), real(11), real(12), real(13), real(14),
      );
    default: unreachable();
  }
}

/** Thread 0: runs a command list together with the other threads and returns when all of it is done. */
export function execute(start: usize, end: usize): void {
  openProgram(start, end);
  interpret(start, end);
  closeProgram();
}

/** Other threads: serves command lists until told to quit. */
export function serve(): void {
  while (joinProgram()) interpret(programStart(), programEnd());
}

export { multiplyAddCeiling } from './ceiling';
export { configure };
