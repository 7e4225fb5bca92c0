import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { trailingMean } from './trailing-mean.ts';

describe('trailingMean', () => {
  test('is the mean of the window written out', () => {
    expect(trailingMean([1, 2, 6, null, null, null, 4], 3)).toEqual([1, 1.5, 3, 4, 6, null, 4]);
  });

  test('agrees with a window cut out at every place', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer({ min: -1000, max: 1000 }))), fc.integer({ min: 1, max: 9 }), (values, window) => {
        const plain = values.map((_, row) => {
          const present = values.slice(Math.max(0, row - window + 1), row + 1).filter((value) => value !== null);
          return present.length === 0 ? null : present.reduce((sum, value) => sum + value, 0) / present.length;
        });
        expect(trailingMean(values, window)).toEqual(plain);
      }),
    );
  });
});
