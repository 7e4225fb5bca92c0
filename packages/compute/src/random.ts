/**
 * Counter-based random numbers: Philox-4x32-10 (Salmon, Moraes, Dror and Shaw, SC 2011). A number is a pure function of its key and
 * counter, so results do not depend on batch size, order of work or thread count, and nothing needs saving between steps.
 */

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;

function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const low = aLow * bLow;
  const middle = aHigh * bLow + (low >>> 16);
  const middle2 = aLow * bHigh + (middle % 0x10000);
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(middle2 / 0x10000)) >>> 0;
}

export interface RandomKey {
  readonly seed: number;
  readonly step: number;
  readonly prompt: number;
  readonly sample: number;
  readonly token: number;
}

/** Four independent u32 words for (seed, step, prompt, sample, token); the seed may use 53 bits, the other parts 32. */
export function randomWords(key: RandomKey): [number, number, number, number] {
  let k0 = key.seed >>> 0;
  let k1 = Math.floor(key.seed / 0x1_0000_0000) >>> 0;
  let c0 = key.token >>> 0;
  let c1 = key.sample >>> 0;
  let c2 = key.prompt >>> 0;
  let c3 = key.step >>> 0;
  for (let round = 0; round < 10; round++) {
    const low0 = Math.imul(MULTIPLIER_0, c0) >>> 0;
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const low1 = Math.imul(MULTIPLIER_1, c2) >>> 0;
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  return [c0, c1, c2, c3];
}
