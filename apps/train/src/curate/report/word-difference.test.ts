import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { wordDifference } from './word-difference.ts';

const shown = (pieces: readonly { text: string; isShared: boolean }[]) =>
  pieces.map(({ text, isShared }) => (isShared ? text : `[${text}]`)).join('');

test.each([
  ['Ann has 3 red apples', 'Ann has 4 red apples', 'Ann has[ 3] red apples', 'Ann has[ 4] red apples'],
  ['the same', 'the same', 'the same', 'the same'],
  ['a b c', 'a c', 'a[ b] c', 'a c'],
  ['', 'new', '', '[new]'],
  ['x y', 'p q', '[x y]', '[p q]'],
])('%j and %j', (left, right, leftShown, rightShown) => {
  const [a, b] = wordDifference(left, right);
  expect([shown(a), shown(b)]).toEqual([leftShown, rightShown]);
});

test('the pieces are the text, and what is shared is the same on both sides', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd', '\n'), { maxLength: 30 }).map((words) => words.join(' '));
  fc.assert(
    fc.property(text, text, (left, right) => {
      const [a, b] = wordDifference(left, right);
      expect(a.map((piece) => piece.text).join('')).toBe(left);
      expect(b.map((piece) => piece.text).join('')).toBe(right);
      const common = (pieces: typeof a) => pieces.flatMap(({ text: words, isShared }) => (isShared ? (words.match(/\S+/g) ?? []) : []));
      expect(common(a)).toEqual(common(b));
    }),
  );
});

test('texts of thousands of words are compared as far as the table goes', () => {
  const long = Array.from({ length: 5000 }, (_, index) => `w${index}`).join(' ');
  const [a] = wordDifference(long, `${long} end`);
  expect(shown(a)).toBe(long);
});
