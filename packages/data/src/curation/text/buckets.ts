/** In no bucket with another row. */
export const ALONE = 0xffffffff;

/**
 * Numbers the buckets of rows with equal keys, from `first` on; a row whose key nobody shares gets ALONE.
 *
 * @param keys one u32 a row.
 * @param into takes a bucket number a row.
 * @returns the number after the last bucket.
 */
export function numberBuckets(keys: Uint32Array, first: number, into: Uint32Array): number {
  const order = sortedOrder(keys);
  let bucket = first;
  for (let at = 0; at < order.length; ) {
    const key = keys[order[at]!]!;
    let end = at + 1;
    while (end < order.length && keys[order[end]!] === key) end++;
    if (end === at + 1) into[order[at]!] = ALONE;
    else {
      for (; at < end; at++) into[order[at]!] = bucket;
      bucket++;
    }
    at = end;
  }
  return bucket;
}

/** Row numbers in the order of their keys: by radix, in two passes over 16 bits each, where there are enough rows to pay for its tables. */
function sortedOrder(keys: Uint32Array): Uint32Array {
  let order = Uint32Array.from(keys, (_, index) => index);
  if (keys.length < FEWEST_FOR_RADIX) return order.sort((one, other) => keys[one]! - keys[other]! || one - other);
  let next = new Uint32Array(keys.length);
  for (const shift of [0, 16]) {
    const offsets = new Uint32Array(0x10001);
    for (const key of keys) offsets[((key >>> shift) & 0xffff) + 1]!++;
    for (let digit = 0; digit < 0x10000; digit++) offsets[digit + 1]! += offsets[digit]!;
    for (const row of order) next[offsets[(keys[row]! >>> shift) & 0xffff]!++] = row;
    [order, next] = [next, order];
  }
  return order;
}

const FEWEST_FOR_RADIX = 4096;
