import { expect, test } from 'bun:test';
import { overlongPenalty } from './overlong-penalty.ts';

const shaping = { limit: 160, buffer: 40, factor: 1 };

test('no penalty up to the buffer, then linear to the limit, then flat', () => {
  expect([0, 120, 130, 140, 160, 200].map((tokens) => overlongPenalty(tokens, shaping))).toEqual([0, 0, -0.25, -0.5, -1, -1]);
  expect(overlongPenalty(140, { ...shaping, factor: 0.5 })).toBe(-0.25);
});

test('refuses a buffer outside the limit and a negative factor', () => {
  expect(() => overlongPenalty(1, { ...shaping, buffer: 0 })).toThrow('overlong buffer 0');
  expect(() => overlongPenalty(1, { ...shaping, buffer: 161 })).toThrow('overlong buffer 161');
  expect(() => overlongPenalty(1, { ...shaping, factor: -1 })).toThrow('overlong factor -1');
});
