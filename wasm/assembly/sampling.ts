// Drawing a token by inverting the cumulative distribution, after top-k, top-p and min-p in that order.

import { exp1 } from './functions';

export function indexOfLargest(z: usize, count: i32): i32 {
  let best: i32 = 0;
  let value = load<f32>(z);
  for (let i: i32 = 1; i < count; i++) {
    const candidate = load<f32>(z + (<usize>i << 2));
    if (candidate > value) {
      value = candidate;
      best = i;
    }
  }
  return best;
}

/**
 * `work` holds 3 * count words: unnormalised probabilities (zeroed where filtered out), a heap of indices, and the kept indices in
 * falling order of probability. Ties are ordered by index.
 */
export function drawToken(z: usize, count: i32, peak: f32, topK: i32, topP: f32, minP: f32, bits: u32, work: usize): i32 {
  let total: f64 = 0;
  for (let i: i32 = 0; i < count; i++) {
    const e = exp1(load<f32>(z + (<usize>i << 2)) - peak);
    store<f32>(work + (<usize>i << 2), e);
    total += <f64>e;
  }
  const limited = topK > 0 && topK < count;
  if (limited || topP < 1 || minP > 0) total = filter(work, count, limited ? topK : count, topP, minP, total);
  const goal = (<f64>bits / 4294967296) * total;
  let seen: f64 = 0;
  let last: i32 = 0;
  for (let i: i32 = 0; i < count; i++) {
    const e = <f64>load<f32>(work + (<usize>i << 2));
    if (e == 0) continue;
    seen += e;
    last = i;
    if (seen > goal) return i;
  }
  return last;
}

/** Zeroes the probabilities that the filters drop and returns the sum of the rest. */
function filter(e: usize, count: i32, topK: i32, topP: f32, minP: f32, total: f64): f64 {
  const heap = e + (<usize>count << 2);
  const order = heap + (<usize>count << 2);
  for (let i: i32 = 0; i < count; i++) store<i32>(heap + (<usize>i << 2), i);
  for (let i = count / 2 - 1; i >= 0; i--) sink(heap, e, i, count);
  // Without top-k there is no need to take the whole vocabulary out of the heap: stop as soon as top-p is reached.
  let mass: f64 = total;
  let kept: i32 = 0;
  let seen: f64 = 0;
  let left = count;
  while (kept < topK && left > 0 && (topK < count || seen < <f64>topP * mass)) {
    const index = load<i32>(heap);
    left--;
    store<i32>(heap, load<i32>(heap + (<usize>left << 2)));
    sink(heap, e, 0, left);
    store<i32>(order + (<usize>kept << 2), index);
    seen += <f64>load<f32>(e + (<usize>index << 2));
    kept++;
  }
  if (topK < count) {
    mass = seen;
    seen = 0;
    let reached: i32 = 0;
    while (reached < kept && seen < <f64>topP * mass) {
      seen += <f64>load<f32>(e + (<usize>load<i32>(order + (<usize>reached << 2)) << 2));
      reached++;
    }
    kept = reached > 0 ? reached : 1;
  }
  if (kept == 0) {
    store<i32>(order, load<i32>(heap));
    kept = 1;
  }
  // The largest unnormalised probability is exactly exp(0) = 1, so min-p is a plain threshold.
  while (kept > 1 && load<f32>(e + (<usize>load<i32>(order + (<usize>(kept - 1) << 2)) << 2)) < minP) kept--;
  for (let i: i32 = 0; i < kept; i++) {
    const index = load<i32>(order + (<usize>i << 2));
    store<f32>(heap + (<usize>i << 2), load<f32>(e + (<usize>index << 2)));
  }
  memory.fill(e, 0, <usize>count << 2);
  let sum: f64 = 0;
  for (let i: i32 = 0; i < kept; i++) {
    const value = load<f32>(heap + (<usize>i << 2));
    store<f32>(e + (<usize>load<i32>(order + (<usize>i << 2)) << 2), value);
    sum += <f64>value;
  }
  return sum;
}

@inline function before(e: usize, a: i32, b: i32): bool {
  const x = load<f32>(e + (<usize>a << 2));
  const y = load<f32>(e + (<usize>b << 2));
  return x > y || (x == y && a < b);
}

function sink(heap: usize, e: usize, at: i32, count: i32): void {
  const moving = load<i32>(heap + (<usize>at << 2));
  while (true) {
    let child = 2 * at + 1;
    if (child >= count) break;
    if (child + 1 < count && before(e, load<i32>(heap + (<usize>(child + 1) << 2)), load<i32>(heap + (<usize>child << 2)))) child++;
    if (!before(e, load<i32>(heap + (<usize>child << 2)), moving)) break;
    store<i32>(heap + (<usize>at << 2), load<i32>(heap + (<usize>child << 2)));
    at = child;
  }
  if (at < count) store<i32>(heap + (<usize>at << 2), moving);
}
