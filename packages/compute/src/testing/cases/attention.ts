/**
 * Attention over context lengths around groups of 4 keys and tiles of 64, with and without prefix, for many head widths and ratios.
 * Keys and values are stored without rotation, so nothing but attention itself is compared.
 */
import { type AttentionHeads, type AttentionLayout, type Family, identityRotation, layOutFamilies, qkvWidth } from '../attention-layout.ts';
import { boundsOf, type KernelCase } from '../kernel-case.ts';
import { runPlaced, unwritten } from '../place.ts';
import { RandomSource } from '../random-source.ts';
import { bound, ROUNDINGS, sumRoundings } from '../tolerances.ts';
import { headMagnitudes, weightRoundings } from './attention-magnitudes.ts';

interface Shape extends AttentionHeads {
  readonly families: readonly Family[];
  /** Queries and keys lie within ± this; large ones make the softmax sharp. */
  readonly range?: number;
  /** Leave only each segment's last row as a query, as in decoding. */
  readonly lastRowsOnly?: boolean;
}

function describe({ families, queryHeads, keyHeads, headWidth, range, lastRowsOnly }: Shape): string {
  const contexts = families.map(({ prefix, own }) => `${prefix}+[${own}]`).join(' ');
  const notes = `${range ? `, range ${range}` : ''}${lastRowsOnly ? ', last rows' : ''}`;
  return `contexts ${contexts}, heads ${queryHeads}:${keyHeads} of ${headWidth}${notes}`;
}

function inputs(kernel: string, shape: Shape) {
  const layout = layOutFamilies(shape.families);
  const random = new RandomSource(`${kernel} ${describe(shape)}`);
  const range = shape.range ?? 1.5;
  return {
    layout,
    qkv: random.floats(layout.rows * qkvWidth(shape), -range, range),
    outGradient: random.floats(layout.rows * shape.queryHeads * shape.headWidth),
  };
}

/** The rows that query: all, or the last of each segment. */
function queryRows({ lastRowsOnly }: Shape, { rows, ownLength, prefixLength }: AttentionLayout): number[] {
  const all = Array.from({ length: rows }, (_, row) => row);
  if (!lastRowsOnly) return all;
  const seen = (row: number) => prefixLength[row]! + ownLength[row]!;
  return all.filter((row) => row + 1 === rows || seen(row + 1) <= seen(row));
}

/** The context and the queries of chosen rows, in a batch of their own. */
function chooseRows(chosen: readonly number[], layout: AttentionLayout, qkv: Float32Array, width: number) {
  const take = (values: Uint32Array) => Uint32Array.from(chosen, (row) => values[row]!);
  return {
    queries: Float32Array.from(
      { length: chosen.length * width },
      (_, index) => qkv[chosen[Math.floor(index / width)]! * width + (index % width)]!,
    ),
    prefixStart: take(layout.prefixStart),
    prefixLength: take(layout.prefixLength),
    ownStart: take(layout.ownStart),
    ownLength: take(layout.ownLength),
  };
}

function forwardCase(shape: Shape): KernelCase {
  const { queryHeads, keyHeads, headWidth } = shape;
  return {
    kernel: 'attention',
    name: describe(shape),
    run(device, placement) {
      const { layout, qkv } = inputs('attention', shape);
      const chosen = queryRows(shape, layout);
      const { rows, slots, cachePositions } = layout;
      return runPlaced({
        device,
        placement,
        arrays: {
          qkv,
          slots,
          ...identityRotation(rows, headWidth),
          ...chooseRows(chosen, layout, qkv, qkvWidth(shape)),
          out: unwritten(chosen.length * queryHeads * headWidth),
          logSumExp: unwritten(chosen.length * queryHeads),
          outAlone: unwritten(chosen.length * queryHeads * headWidth),
        },
        outputs: ['out', 'logSumExp', 'outAlone'],
        extraBytes: device.cacheBytes(cachePositions, keyHeads, headWidth),
        run({ qkv, slots, cosine, sine, positions, queries, out, logSumExp, outAlone, ...context }, arena) {
          const cache = device.createCache(arena, cachePositions, keyHeads, headWidth);
          device.rotateAndStore({ qkv, cosine, sine, positions, slots, cache, rows, queryHeads });
          device.attention({ qkv: queries, cache, context, out, logSumExp, rows: chosen.length, queryHeads });
          device.attention({ qkv: queries, cache, context, out: outAlone, rows: chosen.length, queryHeads });
        },
      });
    },
    allowed({ logSumExp }) {
      const { layout, qkv } = inputs('attention', shape);
      const magnitudes = headMagnitudes(qkv, shape, layout, queryRows(shape, layout));
      const out = boundsOf(magnitudes.length * headWidth, (index) => {
        const magnitude = magnitudes[Math.floor(index / headWidth)]!;
        const terms = magnitude.values.reduce(
          (sum, value, t) => sum + magnitude.probabilities[t]! * Math.abs(qkv[value + (index % headWidth)]!),
          0,
        );
        return bound(weightRoundings(magnitude), terms);
      });
      return {
        out,
        outAlone: out,
        logSumExp: boundsOf(
          magnitudes.length,
          (index) => bound(weightRoundings(magnitudes[index]!), 1) + bound(2, Math.abs(logSumExp![index]!)),
        ),
      };
    },
  };
}

function backwardCase(shape: Shape): KernelCase {
  const { queryHeads, keyHeads, headWidth } = shape;
  return {
    kernel: 'attentionBackward',
    name: describe(shape),
    run(device, placement) {
      const { layout, qkv, outGradient } = inputs('attentionBackward', shape);
      const { rows, slots, prefixStart, prefixLength, ownStart, ownLength, familyStart, families, cachePositions } = layout;
      return runPlaced({
        device,
        placement,
        arrays: {
          qkv,
          outGradient,
          slots,
          familyStart,
          prefixStart,
          prefixLength,
          ownStart,
          ownLength,
          ...identityRotation(rows, headWidth),
          out: unwritten(rows * queryHeads * headWidth),
          logSumExp: unwritten(rows * queryHeads),
          qkvGradient: unwritten(qkv.length),
        },
        outputs: ['qkvGradient'],
        extraBytes: device.cacheBytes(cachePositions, keyHeads, headWidth),
        run(buffers, arena) {
          const { qkv, slots, cosine, sine, positions, out, outGradient, logSumExp, qkvGradient, familyStart, ...context } = buffers;
          const cache = device.createCache(arena, cachePositions, keyHeads, headWidth);
          device.rotateAndStore({ qkv, cosine, sine, positions, slots, cache, rows, queryHeads });
          device.attention({ qkv, cache, context, out, logSumExp, rows, queryHeads });
          device.attentionBackward({
            qkv,
            cache,
            context,
            slots,
            familyStart,
            families,
            out,
            outGradient,
            logSumExp,
            qkvGradient,
            rows,
            queryHeads,
          });
        },
      });
    },
    allowed: () => ({ qkvGradient: backwardBounds(shape) }),
  };
}

function backwardBounds(shape: Shape): Float64Array {
  const { queryHeads, headWidth } = shape;
  const { layout, qkv, outGradient } = inputs('attentionBackward', shape);
  const allRows = Array.from({ length: layout.rows }, (_, row) => row);
  const magnitude = new Float64Array(qkv.length);
  const scale = 1 / Math.sqrt(headWidth);
  let roundings = 0;
  for (const each of headMagnitudes(qkv, shape, layout, allRows)) {
    const gradient = (each.row * queryHeads + each.head) * headWidth;
    const slopes = each.values.map((value) => {
      let sum = 0;
      for (let i = 0; i < headWidth; i++) sum += Math.abs(outGradient[gradient + i]! * qkv[value + i]!);
      return sum;
    });
    const mean = slopes.reduce((sum, slope, t) => sum + each.probabilities[t]! * slope, 0);
    each.keys.forEach((key, t) => {
      const scoreMagnitude = each.probabilities[t]! * (slopes[t]! + mean) * scale;
      for (let i = 0; i < headWidth; i++) {
        magnitude[each.query + i]! += scoreMagnitude * Math.abs(qkv[key + i]!);
        magnitude[key + i]! += scoreMagnitude * Math.abs(qkv[each.query + i]!);
        magnitude[each.values[t]! + i]! += each.probabilities[t]! * Math.abs(outGradient[gradient + i]!);
      }
    });
    roundings = Math.max(roundings, weightRoundings(each) + sumRoundings(headWidth));
  }
  roundings += ROUNDINGS.attentionBackward + sumRoundings(layout.rows);
  return boundsOf(qkv.length, (index) => bound(roundings, magnitude[index]!));
}

const LENGTHS = [1, 3, 4, 5, 63, 64, 65, 130, 200];
const HEADS: readonly AttentionHeads[] = [
  { queryHeads: 1, keyHeads: 1, headWidth: 2 },
  { queryHeads: 2, keyHeads: 1, headWidth: 4 },
  { queryHeads: 6, keyHeads: 2, headWidth: 8 },
  { queryHeads: 4, keyHeads: 1, headWidth: 16 },
  { queryHeads: 2, keyHeads: 2, headWidth: 32 },
  { queryHeads: 4, keyHeads: 2, headWidth: 64 },
  { queryHeads: 3, keyHeads: 1, headWidth: 6 },
  { queryHeads: 1, keyHeads: 1, headWidth: 128 },
];

const heads = (index: number) => HEADS[index % HEADS.length]!;

/** One query at the end of each context length, for every head layout. */
const DECODE: readonly Shape[] = HEADS.map((each) => ({
  ...each,
  families: LENGTHS.flatMap((length) => [
    { prefix: 0, own: [length] },
    { prefix: length, own: [1, 5] },
  ]),
  lastRowsOnly: true,
}));

/** Whole sequences: no prefix, prefix alone, prefix and several responses, several families. */
const SEQUENCES: readonly (readonly Family[])[] = [
  [{ prefix: 0, own: [1] }],
  [{ prefix: 1, own: [] }],
  [{ prefix: 1, own: [1] }],
  [{ prefix: 3, own: [2, 1, 4] }],
  [{ prefix: 0, own: [5, 3] }],
  [
    { prefix: 4, own: [8] },
    { prefix: 5, own: [] },
    { prefix: 0, own: [6] },
  ],
  [{ prefix: 13, own: [7, 33, 2, 1] }],
  [
    { prefix: 33, own: [6, 6] },
    { prefix: 7, own: [13, 5, 1] },
    { prefix: 1, own: [2] },
  ],
  [{ prefix: 63, own: [3] }],
  [{ prefix: 64, own: [2, 65] }],
  [{ prefix: 65, own: [1] }],
  [{ prefix: 0, own: [130] }],
  [{ prefix: 130, own: [4, 70] }],
];

const WHOLE: readonly Shape[] = [
  ...SEQUENCES.flatMap((families, index) => [
    { ...heads(index), families },
    { ...heads(index + 3), families },
  ]),
  ...HEADS.map((each) => ({
    ...each,
    families: [
      { prefix: 6, own: [5, 9] },
      { prefix: 2, own: [3] },
    ],
  })),
  { ...heads(3), families: [{ prefix: 20, own: [30] }], range: 8 },
  { ...heads(4), families: [{ prefix: 20, own: [30] }], range: 0.01 },
];

export const attentionCases: readonly KernelCase[] = [
  ...DECODE.map(forwardCase),
  ...WHOLE.flatMap((shape) => [forwardCase(shape), backwardCase(shape)]),
];
