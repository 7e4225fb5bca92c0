import { describe, expect, test } from 'bun:test';
import { BF16, decode, encode, F16 } from './cast.ts';

describe('f16', () => {
  const known: [value: number, bits: number][] = [
    [0, 0x0000],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [1 / 3, 0x3555],
    [65504, 0x7bff],
    [65519.99, 0x7bff],
    [65520, 0x7c00],
    [-1e30, 0xfc00],
    [Infinity, 0x7c00],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    // Ties of the smallest steps go to the even pattern.
    [2 ** -25, 0x0000],
    [3 * 2 ** -25, 0x0002],
    [2 ** -14 - 2 ** -25, 0x0400],
    // Ties between 1, 1 + 2^-10 and 1 + 2^-9.
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [1 + 2 ** -11 + 2 ** -23, 0x3c01],
  ];
  for (const [value, bits] of known) {
    test(`of ${value} is ${bits.toString(16)}`, () => expect(encode(value, F16)).toBe(bits));
  }
});

describe('bf16', () => {
  const known: [value: number, bits: number][] = [
    [1, 0x3f80],
    [-1.5, 0xbfc0],
    [Math.PI, 0x4049],
    [1 + 2 ** -8, 0x3f80],
    [1 + 3 * 2 ** -8, 0x3f82],
    [1 + 2 ** -8 + 2 ** -23, 0x3f81],
    [3.4028234663852886e38, 0x7f80],
    [3.3895313892515355e38, 0x7f7f],
    [2 ** -133, 0x0001],
    [2 ** -134, 0x0000],
    [-(2 ** -126), 0x8080],
  ];
  for (const [value, bits] of known) {
    test(`of ${value} is ${bits.toString(16)}`, () => expect(encode(value, BF16)).toBe(bits));
  }
});

test('every pattern that is a number survives decoding and encoding; NaN stays NaN', () => {
  for (const format of [F16, BF16]) {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = decode(bits, format);
      if (!Number.isNaN(value)) expect(encode(value, format)).toBe(bits);
      else expect(decode(encode(value, format), format)).toBeNaN();
    }
  }
});
