import { expect, test } from 'bun:test';
import { stack } from './stack.ts';

test('stack sums from the bottom, counts gaps as 0 and leaves hidden series out', () => {
  const series = [
    [1, 2, null],
    [10, null, 30],
    [100, 200, 300],
  ];
  expect(stack(series, () => true)).toEqual([
    [1, 2, 0],
    [11, 2, 30],
    [111, 202, 330],
  ]);
  expect(stack(series, (index) => index !== 1)[2]).toEqual([101, 202, 300]);
});
