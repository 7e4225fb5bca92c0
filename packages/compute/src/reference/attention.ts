/**
 * Grouped-query attention (Ainslie et al. 2023), query head h reading key/value head floor(h / (H / G)). For each row and head, over the
 * cached tokens t that the row sees:
 *   score_t = E^-1/2 · q · k_t        p = softmax(score)        out = Σ_t p_t v_t        logSumExp = log Σ_t exp(score_t)
 * Backward, with g = dL/dout:
 *   dp_t = g · v_t        dscore_t = p_t · (dp_t − Σ_u p_u dp_u)
 *   dq += E^-1/2 · dscore_t · k_t        dk_t += E^-1/2 · dscore_t · q        dv_t += p_t · g
 */
import { type AttentionRows, SEGMENT_ALIGNMENT } from '../device.ts';
import { type ReferenceCache, referenceCache } from './cache.ts';
import type { Call } from './call.ts';
import { floats, words } from './memory.ts';

/** Reads one row's context: the cache slots of the tokens that it sees, prefix first. */
function contextReader(kernel: string, context: AttentionRows, rows: number, cache: ReferenceCache): (row: number) => number[] {
  const segments = [
    {
      name: 'prefix',
      start: words(context.prefixStart, `${kernel}: prefixStart`, rows),
      length: words(context.prefixLength, `${kernel}: prefixLength`, rows),
    },
    {
      name: 'own',
      start: words(context.ownStart, `${kernel}: ownStart`, rows),
      length: words(context.ownLength, `${kernel}: ownLength`, rows),
    },
  ];
  return (row) => {
    const slots: number[] = [];
    for (const segment of segments) {
      const start = segment.start[row]!;
      const length = segment.length[row]!;
      if (length === 0) continue;
      if (start % SEGMENT_ALIGNMENT !== 0) {
        throw new RangeError(
          `${kernel}: the ${segment.name} segment of row ${row} starts at slot ${start}, not a multiple of ${SEGMENT_ALIGNMENT}`,
        );
      }
      if (start + length > cache.positions) {
        throw new RangeError(
          `${kernel}: the ${segment.name} segment of row ${row} ends at slot ${start + length}; the cache has ${cache.positions}`,
        );
      }
      for (let token = 0; token < length; token++) slots.push(start + token);
    }
    if (slots.length === 0) throw new RangeError(`${kernel}: row ${row} sees no token`);
    return slots;
  };
}

function dot(a: Float64Array, aStart: number, b: Float64Array, bStart: number, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += a[aStart + i]! * b[bStart + i]!;
  return sum;
}

function softmax(scores: readonly number[]): { probabilities: number[]; logSumExp: number } {
  const maximum = Math.max(...scores);
  const exponentials = scores.map((score) => Math.exp(score - maximum));
  const total = exponentials.reduce((sum, term) => sum + term, 0);
  return { probabilities: exponentials.map((term) => term / total), logSumExp: maximum + Math.log(total) };
}

export function attention(call: Call<'attention'>): void {
  const { rows, queryHeads } = call;
  const cache = referenceCache(call.cache, 'attention');
  const { heads: keyHeads, headWidth, keys, values } = cache;
  const rowWidth = (queryHeads + 2 * keyHeads) * headWidth;
  const qkv = floats(call.qkv, 'attention: qkv', rows * rowWidth);
  const out = floats(call.out, 'attention: out', rows * queryHeads * headWidth);
  const logSumExp = call.logSumExp && floats(call.logSumExp, 'attention: logSumExp', rows * queryHeads);
  const seenBy = contextReader('attention', call.context, rows, cache);

  for (let row = 0; row < rows; row++) {
    const slots = seenBy(row);
    for (let head = 0; head < queryHeads; head++) {
      const keyHead = Math.floor(head / (queryHeads / keyHeads));
      const query = row * rowWidth + head * headWidth;
      const at = (slot: number) => (slot * keyHeads + keyHead) * headWidth;
      const scores = slots.map((slot) => dot(qkv, query, keys, at(slot), headWidth) / Math.sqrt(headWidth));
      const result = softmax(scores);
      if (logSumExp) logSumExp[row * queryHeads + head] = result.logSumExp;
      const target = out.subarray((row * queryHeads + head) * headWidth, (row * queryHeads + head + 1) * headWidth).fill(0);
      slots.forEach((slot, t) => {
        for (let i = 0; i < headWidth; i++) target[i]! += result.probabilities[t]! * values[at(slot) + i]!;
      });
    }
  }
}

/**
 * Reads the batch rows that stored the tokens a row sees, by the layout of families: the prefix segment's rows come first, and the rows
 * of an own segment follow one another. The slots given for those rows must agree.
 */
function tokenRowReader(call: Call<'attentionBackward'>): (row: number, seen: readonly number[]) => number[] {
  const { families, rows } = call;
  const familyStart = words(call.familyStart, 'attentionBackward: familyStart', families + 1);
  const slots = words(call.slots, 'attentionBackward: slots', rows);
  const prefixLength = words(call.context.prefixLength, 'attentionBackward: prefixLength', rows);
  const ownLength = words(call.context.ownLength, 'attentionBackward: ownLength', rows);
  if (familyStart[0] !== 0 || familyStart[families] !== rows) {
    throw new RangeError(`attentionBackward: families span rows ${familyStart[0]} to ${familyStart[families]}, not 0 to ${rows}`);
  }
  let family = 0;
  return (row, seen) => {
    while (row >= familyStart[family + 1]!) family++;
    const firstOfFamily = familyStart[family]!;
    const firstOfOwn = row - ownLength[row]! + 1;
    return seen.map((slot, token) => {
      const ownToken = token - prefixLength[row]!;
      const tokenRow = ownToken < 0 ? firstOfFamily + token : firstOfOwn + ownToken;
      if (tokenRow < firstOfFamily || tokenRow >= familyStart[family + 1]! || slots[tokenRow] !== slot) {
        throw new RangeError(
          `attentionBackward: row ${row} sees slot ${slot}, but row ${tokenRow}, where its family should hold it, does not store it`,
        );
      }
      return tokenRow;
    });
  };
}

export function attentionBackward(call: Call<'attentionBackward'>): void {
  const { rows, queryHeads } = call;
  const cache = referenceCache(call.cache, 'attentionBackward');
  const { heads: keyHeads, headWidth, keys, values } = cache;
  const rowWidth = (queryHeads + 2 * keyHeads) * headWidth;
  const qkv = floats(call.qkv, 'attentionBackward: qkv', rows * rowWidth);
  const outGradient = floats(call.outGradient, 'attentionBackward: outGradient', rows * queryHeads * headWidth);
  const qkvGradient = floats(call.qkvGradient, 'attentionBackward: qkvGradient', rows * rowWidth);
  // The plain derivative needs neither; other devices do, so a call must hand them over.
  floats(call.out, 'attentionBackward: out', rows * queryHeads * headWidth);
  floats(call.logSumExp, 'attentionBackward: logSumExp', rows * queryHeads);
  const seenBy = contextReader('attentionBackward', call.context, rows, cache);
  const tokenRowsOf = tokenRowReader(call);
  const scale = 1 / Math.sqrt(headWidth);

  qkvGradient.fill(0, 0, rows * rowWidth);
  for (let row = 0; row < rows; row++) {
    const slots = seenBy(row);
    const tokenRows = tokenRowsOf(row, slots);
    for (let head = 0; head < queryHeads; head++) {
      const keyHead = Math.floor(head / (queryHeads / keyHeads));
      const query = row * rowWidth + head * headWidth;
      const gradientStart = (row * queryHeads + head) * headWidth;
      const at = (slot: number) => (slot * keyHeads + keyHead) * headWidth;
      const { probabilities } = softmax(slots.map((slot) => scale * dot(qkv, query, keys, at(slot), headWidth)));
      const probabilityGradients = slots.map((slot) => dot(outGradient, gradientStart, values, at(slot), headWidth));
      const mean = probabilities.reduce((sum, probability, t) => sum + probability * probabilityGradients[t]!, 0);
      slots.forEach((slot, t) => {
        const scoreGradient = probabilities[t]! * (probabilityGradients[t]! - mean);
        const key = tokenRows[t]! * rowWidth + (queryHeads + keyHead) * headWidth;
        const value = key + keyHeads * headWidth;
        for (let i = 0; i < headWidth; i++) {
          qkvGradient[query + i]! += scale * scoreGradient * keys[at(slot) + i]!;
          qkvGradient[key + i]! += scale * scoreGradient * qkv[query + i]!;
          qkvGradient[value + i]! += probabilities[t]! * outGradient[gradientStart + i]!;
        }
      });
    }
  }
}
