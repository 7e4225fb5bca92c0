/**
 * Exactness of attention: what a token gets depends on the tokens that it sees and nothing else: not on the batch, not on where the
 * prefix ends or which slots hold the tokens, and not on what other slots hold.
 */
import type { Device } from '../../device.ts';
import { type AttentionHeads, type AttentionLayout, type Family, identityRotation, layOutFamilies, qkvWidth } from '../attention-layout.ts';
import type { Outputs } from '../kernel-case.ts';
import { runPlaced, unwritten } from '../place.ts';
import { RandomSource } from '../random-source.ts';
import { type ExactnessCheck, range, takeOutputRows, takeRows, violation } from './exactness-check.ts';

type Context = Pick<AttentionLayout, 'prefixStart' | 'prefixLength' | 'ownStart' | 'ownLength'>;

interface AttentionRun {
  readonly device: Device;
  readonly heads: AttentionHeads;
  /** Every token that goes into the cache, and its slot. */
  readonly stored: Float32Array;
  readonly slots: Uint32Array;
  readonly cachePositions: number;
  /** The rows that query. */
  readonly queries: Float32Array;
  readonly context: Context;
}

function runAttention({ device, heads, stored, slots, cachePositions, queries, context }: AttentionRun): Promise<Outputs> {
  const { queryHeads, keyHeads, headWidth } = heads;
  const rows = queries.length / qkvWidth(heads);
  const { prefixStart, prefixLength, ownStart, ownLength } = context;
  return runPlaced({
    device,
    arrays: {
      stored,
      slots,
      ...identityRotation(slots.length, headWidth),
      queries,
      prefixStart,
      prefixLength,
      ownStart,
      ownLength,
      out: unwritten(rows * queryHeads * headWidth),
      logSumExp: unwritten(rows * queryHeads),
    },
    outputs: ['out', 'logSumExp'],
    extraBytes: device.cacheBytes(cachePositions, keyHeads, headWidth),
    run({ stored, slots, cosine, sine, positions, queries, out, logSumExp, ...context }, arena) {
      const cache = device.createCache(arena, cachePositions, keyHeads, headWidth);
      device.rotateAndStore({ qkv: stored, cosine, sine, positions, slots, cache, rows: slots.length, queryHeads });
      device.attention({ qkv: queries, cache, context, out, logSumExp, rows, queryHeads });
    },
  });
}

function describeHeads({ queryHeads, keyHeads, headWidth }: AttentionHeads): string {
  return `heads ${queryHeads}:${keyHeads} of ${headWidth}`;
}

function takeContext(context: Context, chosen: readonly number[]): Context {
  return {
    prefixStart: takeRows(context.prefixStart, 1, chosen),
    prefixLength: takeRows(context.prefixLength, 1, chosen),
    ownStart: takeRows(context.ownStart, 1, chosen),
    ownLength: takeRows(context.ownLength, 1, chosen),
  };
}

/** Rows in other batches: a decoded row equals the same row of a prefill. */
function attentionRowIndependence(heads: AttentionHeads, families: readonly Family[]): ExactnessCheck {
  return {
    property: 'row independence',
    name: `attention ${describeHeads(heads)}`,
    async run(device) {
      const layout = layOutFamilies(families);
      const { rows, slots, cachePositions } = layout;
      const random = new RandomSource(`attention rows ${describeHeads(heads)}`);
      const stored = random.floats(rows * qkvWidth(heads), -2, 2);
      const attend = (chosen: readonly number[]) => {
        const queries = takeRows(stored, qkvWidth(heads), chosen);
        return runAttention({ device, heads, stored, slots, cachePositions, queries, context: takeContext(layout, chosen) });
      };
      const whole = await attend(range(rows));
      const shuffled = Array.from(random.permutation(rows));
      for (const chosen of [...range(rows).map((row) => [row]), range(rows).reverse(), shuffled, shuffled.slice(0, 7)]) {
        const problem = violation(`rows ${chosen.slice(0, 8)}`, takeOutputRows(whole, rows, chosen), await attend(chosen));
        if (problem) return problem;
      }
      return undefined;
    },
  };
}

/** One sequence of `length` tokens, split into prefix and own segment at every place in `boundaries`; length means no own segment. */
function prefixBoundary(heads: AttentionHeads, length: number, boundaries: readonly number[]): ExactnessCheck {
  return {
    property: 'prefix boundary',
    name: `attention over ${length} tokens, ${describeHeads(heads)}`,
    async run(device) {
      const random = new RandomSource(`prefix boundary ${length} ${describeHeads(heads)}`);
      const stored = random.floats(length * qkvWidth(heads), -2, 2);
      const attend = (boundary: number) => {
        const layout = layOutFamilies([{ prefix: boundary, own: boundary === length ? [] : [length - boundary] }]);
        return runAttention({ device, heads, stored, queries: stored, context: layout, ...layout });
      };
      const oneSegment = await attend(0);
      for (const boundary of boundaries) {
        const problem = violation(`prefix of ${boundary}`, oneSegment, await attend(boundary));
        if (problem) return problem;
      }
      return undefined;
    },
  };
}

/** Slots that a row does not see hold other tokens, and huge numbers. */
function unseenSlots(heads: AttentionHeads): ExactnessCheck {
  return {
    property: 'unseen slots',
    name: `attention ${describeHeads(heads)}`,
    async run(device) {
      const layout = layOutFamilies([
        { prefix: 5, own: [7, 2] },
        { prefix: 3, own: [1] },
      ]);
      const { slots, cachePositions } = layout;
      const random = new RandomSource(`unseen slots ${describeHeads(heads)}`);
      const width = qkvWidth(heads);
      const tokens = random.floats(slots.length * width, -2, 2);
      const own = new Set(slots);
      const others = range(cachePositions).filter((slot) => !own.has(slot));
      const attend = (filler: number) => {
        const stored = new Float32Array(cachePositions * width).fill(filler);
        stored.set(tokens);
        const allSlots = Uint32Array.of(...slots, ...others);
        return runAttention({ device, heads, stored, slots: allSlots, cachePositions, queries: tokens, context: layout });
      };
      return violation('other slots at 1e30', await attend(0), await attend(1e30));
    },
  };
}

function attendAndDifferentiate(
  device: Device,
  heads: AttentionHeads,
  families: readonly Family[],
  qkv: Float32Array,
  outGradient: Float32Array,
) {
  const { queryHeads, keyHeads, headWidth } = heads;
  const { rows, slots, prefixStart, prefixLength, ownStart, ownLength, familyStart, cachePositions } = layOutFamilies(families);
  return runPlaced({
    device,
    arrays: {
      qkv,
      outGradient,
      slots,
      ...identityRotation(rows, headWidth),
      prefixStart,
      prefixLength,
      ownStart,
      ownLength,
      familyStart,
      out: unwritten(outGradient.length),
      logSumExp: unwritten(rows * queryHeads),
      qkvGradient: unwritten(qkv.length),
    },
    outputs: ['qkvGradient'],
    extraBytes: device.cacheBytes(cachePositions, keyHeads, headWidth),
    run({ qkv, outGradient, slots, cosine, sine, positions, familyStart, out, logSumExp, qkvGradient, ...context }, arena) {
      const cache = device.createCache(arena, cachePositions, keyHeads, headWidth);
      const shared = { qkv, cache, rows, queryHeads };
      device.rotateAndStore({ ...shared, cosine, sine, positions, slots });
      device.attention({ ...shared, context, out, logSumExp });
      device.attentionBackward({
        ...shared,
        context,
        slots,
        familyStart,
        families: families.length,
        out,
        outGradient,
        logSumExp,
        qkvGradient,
      });
    },
  });
}

/** The gradient of a family does not depend on the families around it. */
function familyIndependence(heads: AttentionHeads): ExactnessCheck {
  return {
    property: 'family independence',
    name: `attentionBackward ${describeHeads(heads)}`,
    async run(device) {
      const families: readonly Family[] = [
        { prefix: 5, own: [7, 2] },
        { prefix: 0, own: [6] },
        { prefix: 9, own: [1, 1, 12] },
        { prefix: 4, own: [] },
      ];
      const { rows, familyStart } = layOutFamilies(families);
      const width = qkvWidth(heads);
      const outWidth = heads.queryHeads * heads.headWidth;
      const random = new RandomSource(`families ${describeHeads(heads)}`);
      const qkv = random.floats(rows * width, -2, 2);
      const outGradient = random.floats(rows * outWidth);
      const whole = await attendAndDifferentiate(device, heads, families, qkv, outGradient);
      for (const order of [[0], [1], [2], [3], [3, 2, 1, 0], [2, 0], [1, 3]]) {
        const chosen = order.flatMap((family) =>
          range(rows).filter((row) => row >= familyStart[family]! && row < familyStart[family + 1]!),
        );
        const actual = await attendAndDifferentiate(
          device,
          heads,
          order.map((family) => families[family]!),
          takeRows(qkv, width, chosen),
          takeRows(outGradient, outWidth, chosen),
        );
        const problem = violation(`families ${order}`, takeOutputRows(whole, rows, chosen), actual);
        if (problem) return problem;
      }
      return undefined;
    },
  };
}

const HEADS: readonly AttentionHeads[] = [
  { queryHeads: 2, keyHeads: 1, headWidth: 4 },
  { queryHeads: 6, keyHeads: 2, headWidth: 8 },
  { queryHeads: 2, keyHeads: 2, headWidth: 32 },
  { queryHeads: 3, keyHeads: 1, headWidth: 6 },
];

export const attentionExactnessChecks: readonly ExactnessCheck[] = HEADS.flatMap((heads) => [
  attentionRowIndependence(heads, [
    { prefix: 5, own: [7, 3] },
    { prefix: 0, own: [9] },
    { prefix: 2, own: [] },
  ]),
  prefixBoundary(heads, 13, range(14)),
  prefixBoundary(heads, 70, [1, 2, 3, 4, 5, 7, 8, 31, 61, 63, 64, 65, 66, 69, 70]),
  unseenSlots(heads),
  familyIndependence(heads),
]);
