/**
 * Counter-based random numbers: Philox-4x32-10 (Salmon, Moraes, Dror and Shaw, SC 2011). A number is a pure function of its key and
 * counter, so results do not depend on batch size, order of work or thread count, and nothing needs saving between steps.
 */

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const TWO_32 = 0x1_0000_0000;

type Words = [number, number, number, number];

/** The upper 32 bits, as an i32, of the 64-bit product of two u32; 16-bit halves keep every step within 32 bits. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const lowHigh = Math.imul(aLow, bHigh);
  const highLow = Math.imul(aHigh, bLow);
  const middle = (Math.imul(aLow, bLow) >>> 16) + (lowHigh & 0xffff) + (highLow & 0xffff);
  return (Math.imul(aHigh, bHigh) + (lowHigh >>> 16) + (highLow >>> 16) + (middle >>> 16)) | 0;
}

/** Ten rounds of Philox on a counter of four u32 words under a key of two; word 0 is the least significant, as in the paper's code. */
export function philox4x32(counter: Readonly<Words>, key: readonly [number, number]): Words {
  let c0 = counter[0] | 0;
  let c1 = counter[1] | 0;
  let c2 = counter[2] | 0;
  let c3 = counter[3] | 0;
  let k0 = key[0] | 0;
  let k1 = key[1] | 0;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low0 = Math.imul(MULTIPLIER_0, c0);
    c0 = high1 ^ c1 ^ k0;
    c1 = Math.imul(MULTIPLIER_1, c2);
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + WEYL_0) | 0;
    k1 = (k1 + WEYL_1) | 0;
  }
  return [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0];
}

export interface RandomKey {
  readonly seed: number;
  readonly step: number;
  readonly prompt: number;
  readonly sample: number;
  readonly token: number;
}

function checkWhole(name: keyof RandomKey, value: number, largest: number): void {
  if (!Number.isInteger(value) || value < 0 || value > largest) {
    throw new RangeError(`random key: ${name} must be a whole number from 0 to ${largest}, not ${value}`);
  }
}

/** Philox's key of a seed, low word first; checks the step too, since the two are what a whole batch has in common. */
export function keyWords(seed: number, step: number): [number, number] {
  checkWhole('seed', seed, Number.MAX_SAFE_INTEGER);
  checkWhole('step', step, TWO_32 - 1);
  return [seed >>> 0, Math.floor(seed / TWO_32)];
}

/**
 * Four independent u32 words for (seed, step, prompt, sample, token); the seed may use 53 bits, the other parts 32. The seed is
 * Philox's key (low word first) and (token, sample, prompt, step) its counter. Throws `RangeError` on a part out of range, since a
 * part cut to fewer bits would repeat another's numbers.
 */
export function randomWords(key: RandomKey): Words {
  const { seed, step, prompt, sample, token } = key;
  const words = keyWords(seed, step);
  checkWhole('prompt', prompt, TWO_32 - 1);
  checkWhole('sample', sample, TWO_32 - 1);
  checkWhole('token', token, TWO_32 - 1);
  return philox4x32([token, sample, prompt, step], words);
}
