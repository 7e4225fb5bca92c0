import { describe, expect, test } from 'bun:test';
import { philox4x32, type RandomKey, randomWords } from './random.ts';

const hex = (words: readonly number[]) => words.map((word) => word.toString(16).padStart(8, '0')).join(' ');

describe('philox4x32', () => {
  // The known-answer vectors published with Random123 (kat_vectors, philox4x32 with 10 rounds).
  test('gives the published words', () => {
    expect(hex(philox4x32([0, 0, 0, 0], [0, 0]))).toBe('6627e8d5 e169c58d bc57ac4c 9b00dbd8');
    const ones = 0xffffffff;
    expect(hex(philox4x32([ones, ones, ones, ones], [ones, ones]))).toBe('408f276d 41c83b0e a20bc7c6 6d5451fd');
    expect(hex(philox4x32([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]))).toBe(
      'd16cfe09 94fdcceb 5001e420 24126ea1',
    );
  });
});

describe('randomWords', () => {
  const key: RandomKey = { seed: 7, step: 1, prompt: 2, sample: 3, token: 4 };

  test('maps token, sample, prompt and step to the counter and the seed to the key, low words first', () => {
    expect(randomWords({ seed: 0, step: 0, prompt: 0, sample: 0, token: 0 })).toEqual(philox4x32([0, 0, 0, 0], [0, 0]));
    expect(randomWords({ ...key, seed: 0x12_3456_789a_bcde })).toEqual(philox4x32([4, 3, 2, 1], [0x789abcde, 0x123456]));
  });

  test('changes with every part of the key', () => {
    const parts = ['seed', 'step', 'prompt', 'sample', 'token'] as const;
    const all = [key, ...parts.map((part) => ({ ...key, [part]: key[part] + 100 })), { ...key, seed: key.seed + 2 ** 40 }];
    expect(new Set(all.map((each) => hex(randomWords(each)))).size).toBe(all.length);
  });

  test('refuses parts that do not fit, naming them', () => {
    expect(() => randomWords({ ...key, prompt: 2 ** 32 })).toThrow('prompt must be a whole number from 0 to 4294967295, not 4294967296');
    expect(() => randomWords({ ...key, seed: -1 })).toThrow(RangeError);
    expect(() => randomWords({ ...key, token: 0.5 })).toThrow(RangeError);
    expect(() => randomWords({ ...key, sample: Number.NaN })).toThrow(RangeError);
    expect(() => randomWords({ ...key, seed: 2 ** 53 })).toThrow(RangeError);
  });
});
