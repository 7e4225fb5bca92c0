import { expect, test } from 'bun:test';
import { lastBoxed } from './boxed.ts';

test.each([
  ['\\boxed{5}', '5'],
  ['\\boxed{1} and \\boxed{\\frac{1}{2}}', '\\frac{1}{2}'],
  ['\\boxed {a}', 'a'],
  ['\\fbox{x\\}y}', 'x\\}y'],
  ['\\boxed{whole} \\boxed{cut', 'whole'],
  ['boxed{5}', null],
  ['none', null],
])('%j holds %p', (text, inside) => {
  expect(lastBoxed(text)).toBe(inside);
});
