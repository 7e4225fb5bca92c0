/**
 * Magnitudes behind the bounds of attention: for every row and query head, the softmax in f64 and how large the terms of its scores are.
 */
import { type AttentionHeads, type AttentionLayout, qkvWidth, seenSlots } from '../attention-layout.ts';
import { ROUNDINGS, sumRoundings } from '../tolerances.ts';

export interface HeadMagnitude {
  readonly row: number;
  readonly head: number;
  /** Start of the query in qkv. */
  readonly query: number;
  /** Starts of the seen tokens' keys and values in qkv. */
  readonly keys: readonly number[];
  readonly values: readonly number[];
  readonly probabilities: readonly number[];
  /** Half-ulp errors of a score, over all seen tokens the largest. */
  readonly scoreRoundings: number;
}

/** For the rows given, each with all its query heads. */
export function headMagnitudes(
  qkv: Float32Array,
  heads: AttentionHeads,
  layout: AttentionLayout,
  rows: readonly number[],
): HeadMagnitude[] {
  const { queryHeads, keyHeads, headWidth } = heads;
  const width = qkvWidth(heads);
  const rowOfSlot = new Map(Array.from(layout.slots, (slot, row): [number, number] => [slot, row]));
  return Array.from({ length: rows.length * queryHeads }, (_, index) => {
    const [row, head] = [rows[Math.floor(index / queryHeads)]!, index % queryHeads];
    const tokenRows = seenSlots(layout, row).map((slot) => rowOfSlot.get(slot)!);
    const query = row * width + head * headWidth;
    const keyHead = Math.floor((head * keyHeads) / queryHeads);
    const keys = tokenRows.map((tokenRow) => tokenRow * width + (queryHeads + keyHead) * headWidth);
    const values = keys.map((key) => key + keyHeads * headWidth);
    let largest = 0;
    const scores = keys.map((key) => {
      let [sum, magnitude] = [0, 0];
      for (let i = 0; i < headWidth; i++) {
        const term = qkv[query + i]! * qkv[key + i]!;
        sum += term;
        magnitude += Math.abs(term);
      }
      largest = Math.max(largest, magnitude / Math.sqrt(headWidth));
      return sum / Math.sqrt(headWidth);
    });
    const top = Math.max(...scores);
    const exponentials = scores.map((score) => Math.exp(score - top));
    const total = exponentials.reduce((sum, term) => sum + term, 0);
    return {
      row,
      head,
      query,
      keys,
      values,
      probabilities: exponentials.map((term) => term / total),
      scoreRoundings: largest * (4 + sumRoundings(headWidth)),
    };
  });
}

/** Roundings of an attention weight: those of its score and of the sum that it is divided by. */
export function weightRoundings({ scoreRoundings, keys }: HeadMagnitude): number {
  return ROUNDINGS.attention + scoreRoundings + sumRoundings(keys.length);
}
