import { expect, test } from 'bun:test';
import { deriveKey, RandomStream } from '../../random.ts';
import { changeNumber, editWords, plantDecoy, plantFigure, plantUrl, respace, restyleLatex, wrap } from './rewordings.ts';

const TEXTS = [
  'Mira buys 12 pencils each day and wants to give them to 4 friends. How many pencils does each of her friends get after 30 days?',
  'Find the largest real number $x$ such that $x^2 + \\frac{3}{4} x \\le 1,250 \\cdot \\pi$ and $a_1 = \\left( 5 \\right)$.',
];
const digits = (text: string): string => text.replace(/\D+/g, ' ').trim();

test.each([
  ['editWords', editWords],
  ['respace', respace],
  ['wrap', wrap],
])('%s leaves the digits alone and changes something', (_, reword) => {
  for (let seed = 0; seed < 50; seed++) {
    for (const text of TEXTS) {
      const reworded = reword(text, new RandomStream(deriveKey(seed)));
      expect(reworded).not.toBe(text);
      expect(digits(reworded!)).toBe(digits(text));
    }
  }
});

test('restyled formulas hold the same digits, once they are read one by one', () => {
  for (let seed = 0; seed < 50; seed++) {
    const restyled = restyleLatex(TEXTS[1]!, new RandomStream(deriveKey(seed)))!;
    expect(restyled.replace(/\D+/g, '')).toBe(TEXTS[1]!.replace(/\D+/g, ''));
    expect(restyled).not.toBe(TEXTS[1]!);
  }
  expect(restyleLatex('No formula here', new RandomStream(deriveKey(1)))).toBeNull();
});

test('changeNumber changes one number and no word', () => {
  const words = (text: string) => text.replace(/\d+/g, '#');
  for (let seed = 0; seed < 50; seed++) {
    const changed = changeNumber(TEXTS[0]!, new RandomStream(deriveKey(seed)))!;
    expect(words(changed)).toBe(words(TEXTS[0]!));
    const [before, after] = [digits(TEXTS[0]!).split(' '), digits(changed).split(' ')];
    expect(after.filter((number, at) => number !== before[at])).toHaveLength(1);
  }
  expect(changeNumber('No number here', new RandomStream(deriveKey(1)))).toBeNull();
});

test('planted faults keep the problem and add to it', () => {
  for (let seed = 0; seed < 50; seed++) {
    for (const plant of [plantUrl, plantFigure, plantDecoy]) {
      const planted = plant(TEXTS[0]!, new RandomStream(deriveKey(seed)))!;
      expect(planted).toContain(TEXTS[0]!);
      expect(planted.length).toBeGreaterThan(TEXTS[0]!.length);
    }
  }
});
