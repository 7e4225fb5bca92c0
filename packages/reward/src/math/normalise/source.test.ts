import { describe, expect, test } from 'bun:test';
import { cleanSource, lettersOf } from './source.ts';

describe('cleaning of sources', () => {
  test.each([
    ['14{,}916', '14916'],
    ['14 {, }916', '14916'],
    ['11,\\! 111,\\! 100', '11111100'],
    ['1\\,000', '1000'],
    ['16,\\!386.20', '16386.20'],
    ['1, 2', '1, 2'],
    ['\\\\frac{1}{2}', '\\frac{1}{2}'],
    ['\\\\left( 1 \\\\right)', '\\left( 1 \\right)'],
    ['\\begin{pmatrix}1\\\\2\\end{pmatrix}', '\\begin{pmatrix}1\\\\2\\end{pmatrix}'],
    ['-\\\frac{7}{4}', '-\\frac{7}{4}'],
    ['5\text{ cm}', '5\\text{ cm}'],
    ['x² ≤ ½', 'x^{2} \\le \\frac{1}{2}'],
    ['１２', '12'],
    ['3.1 x 10^5', '3.1\\times 10^5'],
    ['4:40 a.m.', '4:40\\text{am}'],
  ])('%j becomes %j', (source, cleaned) => {
    expect(cleanSource(source)).toBe(cleaned);
  });

  test('letters of other scripts are not Latin letters', () => {
    expect(cleanSource('а')).toBe('а');
    expect(cleanSource('٥')).toBe('٥');
  });

  test('words are compared by their letters', () => {
    expect(lettersOf('\\text{(C)}')).toBe('c');
    expect(lettersOf('Very  Odd.')).toBe('veryodd');
  });

  test('takes time in proportion to the length', () => {
    for (const piece of ['1 ', '{,', '\\,', '\\\\', ', \\!', ' a.m', '½']) {
      const time = (count: number): number => {
        const text = piece.repeat(count);
        const runs = [1, 2, 3].map(() => {
          const started = performance.now();
          cleanSource(text);
          return performance.now() - started;
        });
        return Math.min(...runs);
      };
      const [short, long] = [time(4_000), time(32_000)];
      expect(long, piece).toBeLessThan(Math.max(8 * 4 * short, 20));
    }
  });
});
