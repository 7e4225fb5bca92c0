/**
 * Rows, slots and contexts of families of sequences, as `attention` and `attentionBackward` take them: one prefix segment a family,
 * then own segments that see the whole prefix and themselves.
 */
import { SEGMENT_ALIGNMENT } from '../device.ts';

export interface Family {
  /** Tokens of the shared prefix; 0 for none. */
  readonly prefix: number;
  /** Tokens of each own segment. */
  readonly own: readonly number[];
}

export interface AttentionLayout {
  readonly rows: number;
  readonly slots: Uint32Array;
  /** Index of each row's token in its sequence. */
  readonly positions: Uint32Array;
  readonly prefixStart: Uint32Array;
  readonly prefixLength: Uint32Array;
  readonly ownStart: Uint32Array;
  readonly ownLength: Uint32Array;
  readonly familyStart: Uint32Array;
  readonly families: number;
  /** Slots that the cache needs. */
  readonly cachePositions: number;
}

function segmentSlots(length: number): number {
  return Math.ceil(length / SEGMENT_ALIGNMENT) * SEGMENT_ALIGNMENT;
}

/** Every token of every family as a row. Segments lie in the cache from back to front with gaps, so no order of slots can be relied on. */
export function layOutFamilies(families: readonly Family[]): AttentionLayout {
  const segments = families.flatMap(({ prefix, own }) => [prefix, ...own]);
  const cachePositions = segments.reduce((sum, length) => sum + segmentSlots(length) + SEGMENT_ALIGNMENT, 0);
  let end = cachePositions;
  const place = (length: number): number => {
    end -= segmentSlots(length) + SEGMENT_ALIGNMENT;
    return end;
  };

  const rows: { slot: number; position: number; prefixStart: number; prefixLength: number; ownStart: number; ownLength: number }[] = [];
  const familyStart = [0];
  for (const { prefix, own } of families) {
    const prefixStart = place(prefix);
    for (let token = 0; token < prefix; token++) {
      rows.push({ slot: prefixStart + token, position: token, prefixStart, prefixLength: token + 1, ownStart: 0, ownLength: 0 });
    }
    for (const length of own) {
      const ownStart = place(length);
      for (let token = 0; token < length; token++) {
        rows.push({ slot: ownStart + token, position: prefix + token, prefixStart, prefixLength: prefix, ownStart, ownLength: token + 1 });
      }
    }
    familyStart.push(rows.length);
  }
  return {
    rows: rows.length,
    slots: Uint32Array.from(rows, (row) => row.slot),
    positions: Uint32Array.from(rows, (row) => row.position),
    prefixStart: Uint32Array.from(rows, (row) => row.prefixStart),
    prefixLength: Uint32Array.from(rows, (row) => row.prefixLength),
    ownStart: Uint32Array.from(rows, (row) => row.ownStart),
    ownLength: Uint32Array.from(rows, (row) => row.ownLength),
    familyStart: Uint32Array.from(familyStart),
    families: families.length,
    cachePositions,
  };
}

/** The slots that row `row` sees, prefix first. */
export function seenSlots(layout: Pick<AttentionLayout, 'prefixStart' | 'prefixLength' | 'ownStart' | 'ownLength'>, row: number): number[] {
  const prefix = Array.from({ length: layout.prefixLength[row]! }, (_, token) => layout.prefixStart[row]! + token);
  const own = Array.from({ length: layout.ownLength[row]! }, (_, token) => layout.ownStart[row]! + token);
  return [...prefix, ...own];
}

/** Arrays that `rotateAndStore` needs to store rows as they are: angles of zero at position 0. */
export function identityRotation(rows: number, headWidth: number) {
  return {
    cosine: new Float32Array(headWidth / 2).fill(1),
    sine: new Float32Array(headWidth / 2),
    positions: new Uint32Array(rows),
  };
}

export interface AttentionHeads {
  readonly queryHeads: number;
  readonly keyHeads: number;
  readonly headWidth: number;
}

/** Elements of one row of queries, keys and values. */
export function qkvWidth({ queryHeads, keyHeads, headWidth }: AttentionHeads): number {
  return (queryHeads + 2 * keyHeads) * headWidth;
}
