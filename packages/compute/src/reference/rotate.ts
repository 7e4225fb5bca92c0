/**
 * Rotary position embedding (Su et al. 2021) in the rotate-half form: element i of a head pairs with element i + E/2.
 *   a' = a · cos − b · sin        b' = b · cos + a · sin        with cos, sin of (position, i)
 * Backward is the transpose, which turns the other way:
 *   da = da' · cos + db' · sin        db = db' · cos − da' · sin
 */
import { referenceCache } from './cache.ts';
import type { Call } from './call.ts';
import { floats, words } from './memory.ts';

/** Rotates the head of width E that starts at `start` by the angles of `position`; `direction` -1 turns back. */
function rotateHead(
  vector: Float64Array,
  start: number,
  cosine: Float64Array,
  sine: Float64Array,
  position: number,
  half: number,
  direction: 1 | -1,
): void {
  for (let i = 0; i < half; i++) {
    const c = cosine[position * half + i]!;
    const s = sine[position * half + i]! * direction;
    const a = vector[start + i]!;
    const b = vector[start + half + i]!;
    vector[start + i] = a * c - b * s;
    vector[start + half + i] = b * c + a * s;
  }
}

function checkPosition(kernel: string, position: number, row: number, table: Float64Array, half: number): void {
  const known = Math.floor(table.length / half);
  if (position >= known) throw new RangeError(`${kernel}: positions[${row}] is ${position}, but the cosine table has ${known} positions`);
}

export function rotateAndStore(call: Call<'rotateAndStore'>): void {
  const { rows, queryHeads } = call;
  const cache = referenceCache(call.cache, 'rotateAndStore');
  const { heads: keyHeads, headWidth } = cache;
  const rowWidth = (queryHeads + 2 * keyHeads) * headWidth;
  const half = headWidth / 2;
  const qkv = floats(call.qkv, 'rotateAndStore: qkv', rows * rowWidth);
  const cosine = floats(call.cosine, 'rotateAndStore: cosine', half);
  const sine = floats(call.sine, 'rotateAndStore: sine', cosine.length);
  const positions = words(call.positions, 'rotateAndStore: positions', rows);
  const slots = words(call.slots, 'rotateAndStore: slots', rows);

  for (let row = 0; row < rows; row++) {
    const position = positions[row]!;
    checkPosition('rotateAndStore', position, row, cosine, half);
    const slot = slots[row]!;
    if (slot >= cache.positions) throw new RangeError(`rotateAndStore: slots[${row}] is ${slot}, but the cache has ${cache.positions}`);
    const start = row * rowWidth;
    for (let head = 0; head < queryHeads + keyHeads; head++) rotateHead(qkv, start + head * headWidth, cosine, sine, position, half, 1);
    const keyStart = start + queryHeads * headWidth;
    const valueStart = keyStart + keyHeads * headWidth;
    cache.keys.set(qkv.subarray(keyStart, valueStart), slot * keyHeads * headWidth);
    cache.values.set(qkv.subarray(valueStart, start + rowWidth), slot * keyHeads * headWidth);
  }
}

export function rotateBackward(call: Call<'rotateBackward'>): void {
  const { rows, queryHeads, keyHeads, headWidth } = call;
  const rowWidth = (queryHeads + 2 * keyHeads) * headWidth;
  const half = headWidth / 2;
  const gradient = floats(call.qkvGradient, 'rotateBackward: qkvGradient', rows * rowWidth);
  const cosine = floats(call.cosine, 'rotateBackward: cosine', half);
  const sine = floats(call.sine, 'rotateBackward: sine', cosine.length);
  const positions = words(call.positions, 'rotateBackward: positions', rows);

  for (let row = 0; row < rows; row++) {
    checkPosition('rotateBackward', positions[row]!, row, cosine, half);
    for (let head = 0; head < queryHeads + keyHeads; head++) {
      rotateHead(gradient, row * rowWidth + head * headWidth, cosine, sine, positions[row]!, half, -1);
    }
  }
}
