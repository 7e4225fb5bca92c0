// Rotary position embedding (Su et al. 2021) in the rotate-half form of the Llama family, and the hand-over of keys and values to
// the cache. Cache layout: keys [G][positions][E], then values likewise.

/** (a, b) -> (a cos - b sin, b cos + a sin) over the two halves of a head; `direction` -1 gives the transpose. */
function rotate(head: usize, cosine: usize, sine: usize, half: i32, direction: f32): void {
  const other = head + (<usize>half << 2);
  let i: i32 = 0;
  if (ASC_FEATURE_SIMD) {
    const directions = f32x4.splat(direction);
    for (; i + 4 <= half; i += 4) {
      const at = <usize>i << 2;
      const a = v128.load(head + at);
      const b = v128.load(other + at);
      const c = v128.load(cosine + at);
      const s = f32x4.mul(v128.load(sine + at), directions);
      v128.store(head + at, f32x4.sub(f32x4.mul(a, c), f32x4.mul(b, s)));
      v128.store(other + at, f32x4.add(f32x4.mul(b, c), f32x4.mul(a, s)));
    }
  }
  for (; i < half; i++) {
    const at = <usize>i << 2;
    const a = load<f32>(head + at);
    const b = load<f32>(other + at);
    const c = load<f32>(cosine + at);
    const s: f32 = load<f32>(sine + at) * direction;
    store<f32>(head + at, a * c - b * s);
    store<f32>(other + at, b * c + a * s);
  }
}

export function rotateAndStore(
  qkv: usize, cosine: usize, sine: usize, positions: usize, slots: usize, cache: usize, cachePositions: i32, queryHeads: i32, keyHeads: i32, width: i32, first: i32, last: i32,
): void {
  const headBytes = <usize>width << 2;
  const rowBytes = <usize>(queryHeads + 2 * keyHeads) * headBytes;
  const half = width / 2;
  const values = cache + <usize>keyHeads * <usize>cachePositions * headBytes;
  for (let row = first; row < last; row++) {
    const angle = <usize>load<u32>(positions + (<usize>row << 2)) * <usize>half << 2;
    const slot = <usize>load<u32>(slots + (<usize>row << 2));
    const start = qkv + <usize>row * rowBytes;
    for (let head: i32 = 0; head < queryHeads + keyHeads; head++) rotate(start + <usize>head * headBytes, cosine + angle, sine + angle, half, 1);
    const keys = start + <usize>queryHeads * headBytes;
    for (let head: i32 = 0; head < keyHeads; head++) {
      const at = (<usize>head * <usize>cachePositions + slot) * headBytes;
      memory.copy(cache + at, keys + <usize>head * headBytes, headBytes);
      memory.copy(values + at, keys + <usize>(keyHeads + head) * headBytes, headBytes);
    }
  }
}

export function rotateBackward(
  dQkv: usize, cosine: usize, sine: usize, positions: usize, queryHeads: i32, keyHeads: i32, width: i32, first: i32, last: i32,
): void {
  const headBytes = <usize>width << 2;
  const rowBytes = <usize>(queryHeads + 2 * keyHeads) * headBytes;
  const half = width / 2;
  for (let row = first; row < last; row++) {
    const angle = <usize>load<u32>(positions + (<usize>row << 2)) * <usize>half << 2;
    const start = dQkv + <usize>row * rowBytes;
    for (let head: i32 = 0; head < queryHeads + keyHeads; head++) rotate(start + <usize>head * headBytes, cosine + angle, sine + angle, half, -1);
  }
}
