/**
 * Rotation and what it stores. The cache cannot be read, so the stored keys and values are seen through attention: each row attends to a
 * few tokens, and with one token the output is that token's value and the log-sum-exp its score.
 */
import { type AttentionHeads, qkvWidth } from '../attention-layout.ts';
import { boundsOf, type KernelCase } from '../kernel-case.ts';
import { runPlaced, unwritten } from '../place.ts';
import { RandomSource } from '../random-source.ts';
import { bound, ROUNDINGS, sumRoundings } from '../tolerances.ts';

interface Shape extends AttentionHeads {
  readonly rows: number;
}

const POSITIONS = 50;

function describe({ rows, queryHeads, keyHeads, headWidth }: Shape): string {
  return `${rows} rows, heads ${queryHeads}:${keyHeads} of ${headWidth}`;
}

function inputs(shape: Shape) {
  const { rows, headWidth } = shape;
  const random = new RandomSource(`rotate ${describe(shape)}`);
  const angles = random.floats((POSITIONS * headWidth) / 2, -4, 4);
  return {
    qkv: random.floats(rows * qkvWidth(shape)),
    cosine: Float32Array.from(angles, Math.cos),
    sine: Float32Array.from(angles, Math.sin),
    positions: random.integers(rows, POSITIONS),
    slots: random.permutation(rows),
  };
}

/** Bounds of the rotated vectors; values, which are not rotated, must come through unchanged. */
function rotatedBounds(shape: Shape, qkv: Float32Array): Float64Array {
  const { queryHeads, keyHeads, headWidth } = shape;
  const width = qkvWidth(shape);
  return boundsOf(qkv.length, (index) => {
    const column = index % width;
    if (column >= (queryHeads + keyHeads) * headWidth) return 0;
    const partner = column % headWidth < headWidth / 2 ? index + headWidth / 2 : index - headWidth / 2;
    return bound(ROUNDINGS.rotate, Math.abs(qkv[index]!) + Math.abs(qkv[partner]!));
  });
}

function forwardCase(shape: Shape): KernelCase {
  const { rows, queryHeads, keyHeads, headWidth } = shape;
  return {
    kernel: 'rotateAndStore',
    name: describe(shape),
    run(device, placement) {
      const firstOfFour = Uint32Array.from({ length: rows }, (_, row) => row - (row % 4));
      return runPlaced({
        device,
        placement,
        arrays: {
          ...inputs(shape),
          prefixStart: new Uint32Array(rows),
          prefixLength: new Uint32Array(rows),
          ownStart: firstOfFour,
          ownLength: Uint32Array.from({ length: rows }, (_, row) => 1 + (row % 4)),
          out: unwritten(rows * queryHeads * headWidth),
          logSumExp: unwritten(rows * queryHeads),
        },
        outputs: ['qkv', 'out', 'logSumExp'],
        extraBytes: device.cacheBytes(rows, keyHeads, headWidth),
        run({ qkv, cosine, sine, positions, slots, out, logSumExp, ...context }, arena) {
          const cache = device.createCache(arena, rows, keyHeads, headWidth);
          device.rotateAndStore({ qkv, cosine, sine, positions, slots, cache, rows, queryHeads });
          device.attention({ qkv, cache, context, out, logSumExp, rows, queryHeads });
        },
      });
    },
    allowed() {
      // Rotated pairs keep their length, so the terms of a score sum to at most the length of two vectors of ones, squared.
      const scoreBound = bound(ROUNDINGS.attention + 2 * ROUNDINGS.rotate + sumRoundings(headWidth), Math.sqrt(headWidth));
      return {
        qkv: rotatedBounds(shape, inputs(shape).qkv),
        out: boundsOf(rows * queryHeads * headWidth, () => scoreBound),
        logSumExp: boundsOf(rows * queryHeads, () => scoreBound),
      };
    },
  };
}

function backwardCase(shape: Shape): KernelCase {
  const { rows, queryHeads, keyHeads, headWidth } = shape;
  return {
    kernel: 'rotateBackward',
    name: describe(shape),
    run(device, placement) {
      const { qkv, ...rest } = inputs(shape);
      return runPlaced({
        device,
        placement,
        arrays: { qkvGradient: qkv, ...rest },
        outputs: ['qkvGradient'],
        run: ({ qkvGradient, cosine, sine, positions }) =>
          device.rotateBackward({ qkvGradient, cosine, sine, positions, rows, queryHeads, keyHeads, headWidth }),
      });
    },
    allowed: () => ({ qkvGradient: rotatedBounds(shape, inputs(shape).qkv) }),
  };
}

const SHAPES: readonly Shape[] = [
  { rows: 1, queryHeads: 1, keyHeads: 1, headWidth: 2 },
  { rows: 2, queryHeads: 2, keyHeads: 1, headWidth: 4 },
  { rows: 3, queryHeads: 3, keyHeads: 3, headWidth: 8 },
  { rows: 5, queryHeads: 4, keyHeads: 2, headWidth: 16 },
  { rows: 6, queryHeads: 6, keyHeads: 2, headWidth: 32 },
  { rows: 7, queryHeads: 4, keyHeads: 1, headWidth: 64 },
  { rows: 8, queryHeads: 8, keyHeads: 2, headWidth: 6 },
  { rows: 13, queryHeads: 2, keyHeads: 2, headWidth: 128 },
  { rows: 33, queryHeads: 3, keyHeads: 1, headWidth: 10 },
];

export const rotateCases: readonly KernelCase[] = SHAPES.flatMap((shape) => [forwardCase(shape), backwardCase(shape)]);
