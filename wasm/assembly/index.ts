// The command list: a row of [operation, words, arguments…] records that every thread walks in step.
// packages/compute/src/wasm/commands.ts writes the same layout; the two lists of operations must agree.

import { attention } from './attention';
import { attentionBackward } from './attention-backward';
import { cast } from './casts';
import { advanceRows, drawBits } from './decoding';
import { adamW, add, copy, embedding, embeddingBackward, sumOfSquares, swiGlu, swiGluBackward, zero } from './elementwise';
import { headBackward, headForward, headSample } from './head';
import { rmsNorm, rmsNormBackward } from './norm';
import { linear, linearWeightGradient, packMatrix } from './products';
import { rotateAndStore, rotateBackward } from './rotary';
import { awaitProgram, configure, programEnd, programStart, publish, SHARED_BYTES } from './threads';

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

function interpret(start: usize, end: usize): void {
  let at = start;
  while (at < end) {
    arguments = at + 8;
    // The length is read first: after the last command's barrier, thread 0 may already be writing the next list over this one.
    const next = at + 8 + (<usize>load<u32>(at + 4) << 2);
    step(load<i32>(at));
    at = next;
  }
}

function step(operation: i32): void {
  switch (operation) {
    case Operation.Zero: return zero(address(0), word(1));
    case Operation.Copy: return copy(address(0), address(1), word(2));
    case Operation.Add: return add(address(0), address(1), word(2));
    case Operation.Cast: return cast(address(0), address(1), word(2), word(3), word(4) != 0);
    case Operation.Embedding: return embedding(address(0), address(1), address(2), word(3), word(4));
    case Operation.EmbeddingBackward: return embeddingBackward(address(0), address(1), address(2), word(3), word(4));
    case Operation.RmsNorm:
      return rmsNorm(address(0), address(1), address(2), address(3), word(4), word(5), real(6), word(7), word(8), word(9));
    case Operation.RmsNormBackward:
      return rmsNormBackward(
        address(0), address(1), address(2), address(3), address(4), address(5), word(6), word(7), real(8), word(9) != 0, word(10), word(11), word(12),
      );
    case Operation.PackMatrix: return packMatrix(address(0), word(1), word(2), address(3), address(4));
    case Operation.Linear: return linear(address(0), address(1), address(2), address(3), word(4), word(5), word(6));
    case Operation.LinearWeightGradient: return linearWeightGradient(address(0), address(1), address(2), address(3), word(4), word(5), word(6));
    case Operation.RotateAndStore:
      return rotateAndStore(address(0), address(1), address(2), address(3), address(4), address(5), word(6), word(7), word(8), word(9), word(10));
    case Operation.RotateBackward: return rotateBackward(address(0), address(1), address(2), address(3), word(4), word(5), word(6), word(7));
    case Operation.Attention:
      return attention(
        address(0), address(1), word(2), address(3), address(4), address(5), address(6), address(7), address(8), word(9), word(10), word(11), word(12), real(13),
      );
    case Operation.AttentionBackward:
      return attentionBackward(
        address(0), address(1), word(2), address(3), address(4), address(5), address(6), address(7), word(8), address(9), address(10), address(11), address(12),
        word(13), word(14), word(15), real(16), word(17),
      );
    case Operation.SwiGlu: return swiGlu(address(0), address(1), word(2), word(3));
    case Operation.SwiGluBackward: return swiGluBackward(address(0), address(1), address(2), word(3), word(4));
    case Operation.HeadForward:
      return headForward(address(0), address(1), address(2), address(3), real(4), address(5), address(6), address(7), word(8), word(9), word(10));
    case Operation.HeadBackward:
      return headBackward(
        address(0), address(1), address(2), address(3), address(4), real(5), address(6), address(7), address(8), address(9), address(10), address(11),
        word(12), word(13), word(14),
      );
    case Operation.HeadSample:
      return headSample(
        address(0), address(1), address(2), real(3), word(4), real(5), real(6), address(7), address(8), address(9), address(10), word(11), word(12), word(13),
      );
    case Operation.SumOfSquares: return sumOfSquares(address(0), word(1), address(2));
    case Operation.AdamW:
      return adamW(
        address(0), address(1), address(2), address(3), word(4),
        real(5), real(6), real(7), real(8), real(9), real(10), real(11), real(12), real(13), real(14),
      );
    case Operation.DrawBits: return drawBits(word(0), word(1), word(2), address(3), address(4), address(5), address(6), word(7));
    case Operation.AdvanceRows:
      return advanceRows(address(0), address(1), address(2), address(3), address(4), address(5), address(6), address(7), word(8));
    default: unreachable();
  }
}

/** Thread 0: runs a command list together with the other threads and returns when every thread is done. */
export function execute(start: usize, end: usize): void {
  publish(start, end);
  interpret(start, end);
}

/** Other threads: serves command lists until told to quit. */
export function serve(): void {
  while (awaitProgram()) interpret(programStart(), programEnd());
}

export function sharedBytes(): usize {
  return SHARED_BYTES;
}

export { multiplyAddCeiling } from './ceiling';
export { configure };
