/**
 * The reference device: every kernel as the plain formula of its header, in f64, on the calling thread, at once. It is the oracle that
 * the other devices are tested against, and what finite differences are taken on; it is far too slow for anything else.
 */
import type { Arena, Device, Matrix } from '../device.ts';
import { attention, attentionBackward } from './attention.ts';
import { cacheBytes, createCache } from './cache.ts';
import { cast } from './cast.ts';
import { advanceRows, drawBits } from './decoding.ts';
import { add, copy, zero } from './elementwise.ts';
import { embedding, embeddingBackward } from './embedding.ts';
import { headBackward, headForward, headSample } from './head.ts';
import { linear, linearInputGradient, linearWeightGradient } from './linear.ts';
import { ReferenceMatrix } from './matrix.ts';
import { bytesFor, ReferenceArena, read, write } from './memory.ts';
import { adamW, sumOfSquares } from './optimizer.ts';
import { rmsNorm, rmsNormBackward } from './rms-norm.ts';
import { rotateAndStore, rotateBackward } from './rotate.ts';
import { swiGlu, swiGluBackward } from './swi-glu.ts';

const kernels = {
  zero,
  copy,
  add,
  cast,
  embedding,
  embeddingBackward,
  rmsNorm,
  rmsNormBackward,
  linear,
  linearInputGradient,
  linearWeightGradient,
  rotateAndStore,
  rotateBackward,
  attention,
  attentionBackward,
  swiGlu,
  swiGluBackward,
  headForward,
  headBackward,
  headSample,
  drawBits,
  advanceRows,
  sumOfSquares,
  adamW,
};

/** A device that computes by plain formulas in f64; see the head of this file. Kernels check their arguments and throw on bad ones. */
export function createReferenceDevice(): Device {
  const live = new Set<ReferenceArena>();
  let disposed = false;

  return {
    kind: 'reference',
    threads: 1,
    exact: true,
    memory: { bytes: Infinity, bufferBytes: Infinity },
    description: 'reference: plain TypeScript in f64, one thread',

    createArena(name, bytes) {
      if (disposed) throw new Error(`the reference device was disposed of; arena "${name}" cannot be created`);
      const arena = new ReferenceArena(name, bytes, (released) => live.delete(released));
      live.add(arena);
      return arena;
    },
    bytesFor,
    arenas: () => Array.from(live, ({ name, bytes, used }) => ({ name, bytes, used })),

    write,
    read,
    async flush() {},
    dispose() {
      disposed = true;
      for (const arena of [...live]) arena.release();
    },

    createMatrix: (_arena: Arena, values, outputs, inputs, trainable): Matrix => new ReferenceMatrix(values, outputs, inputs, trainable),
    matrixBytes: () => 0,
    refreshMatrices() {},
    createCache,
    cacheBytes,

    ...kernels,
  };
}
