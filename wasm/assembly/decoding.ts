// What keeps decoding on the device: random words by counter, and the step from one token to the next.

@inline function at(column: usize, row: i32): usize {
  return column + (<usize>row << 2);
}

/** First word of Philox-4x32-10 (Salmon, Moraes, Dror and Shaw, SC 2011); packages/compute/src/random.ts computes the same. */
function philox(c0: u32, c1: u32, c2: u32, c3: u32, k0: u32, k1: u32): u32 {
  for (let round = 0; round < 10; round++) {
    const first = <u64>c0 * 0xd2511f53;
    const second = <u64>c2 * 0xcd9e8d57;
    c0 = <u32>(second >> 32) ^ c1 ^ k0;
    c1 = <u32>second;
    c2 = <u32>(first >> 32) ^ c3 ^ k1;
    c3 = <u32>first;
    k0 += 0x9e3779b9;
    k1 += 0xbb67ae85;
  }
  return c0;
}

export function drawBits(seedLow: u32, seedHigh: u32, step: u32, prompts: usize, samples: usize, tokens: usize, bits: usize, first: i32, last: i32): void {
  for (let row = first; row < last; row++) {
    store<u32>(at(bits, row), philox(load<u32>(at(tokens, row)), load<u32>(at(samples, row)), load<u32>(at(prompts, row)), step, seedLow, seedHigh));
  }
}

export function advanceRows(
  tokens: usize, stops: usize, remaining: usize, ids: usize, positions: usize, slots: usize, ownStart: usize, ownLength: usize, first: i32, last: i32,
): void {
  for (let row = first; row < last; row++) {
    const before = load<u32>(at(remaining, row));
    if (before == 0) continue;
    const token = load<u32>(at(tokens, row));
    const left = load<u32>(at(stops, <i32>token)) == 0 ? before - 1 : 0;
    store<u32>(at(remaining, row), left);
    if (left == 0) continue;
    const length = load<u32>(at(ownLength, row));
    store<u32>(at(ids, row), token);
    store<u32>(at(slots, row), load<u32>(at(ownStart, row)) + length);
    store<u32>(at(positions, row), load<u32>(at(positions, row)) + 1);
    store<u32>(at(ownLength, row), length + 1);
  }
}
