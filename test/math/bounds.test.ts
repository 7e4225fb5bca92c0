import { describe, expect, test } from 'bun:test';
import { verifyMath } from '@or1/reward/math';

const repeat = (piece: string, times: number): string => piece.repeat(times);
const numbers = (count: number, write: (index: number) => string, by: string): string =>
  Array.from({ length: count }, (_, index) => write(index)).join(by);

/** Inputs made to be slow, by size. */
const HARD: Readonly<Record<string, (size: number) => string>> = {
  'opening brackets': (size) => repeat('(', size),
  'opened fractions': (size) => repeat('\\frac{', size),
  dollars: (size) => repeat('$x ', size),
  'opened boxes': (size) => repeat('\\boxed{', size),
  'many boxes': (size) => repeat('\\boxed{1} ', size),
  'opened displays': (size) => repeat('\\[ ', size),
  'opened environments': (size) => repeat('\\begin{align}', size),
  anchors: (size) => repeat('final answer is ', size),
  'anchors with numbers': (size) => repeat('answer 5 ', size),
  spaces: (size) => `answer is${repeat(' ', size)}5`,
  'numbers side by side': (size) => repeat('1 234 ', size),
  'mixed numbers': (size) => repeat('1 1/2 ', size),
  'opened sums': (size) => repeat('(1+', size),
  'close tags': (size) => `${repeat('</think>', size)}5`,
  backslashes: (size) => repeat('\\', size),
  'a long integer': (size) => `\\boxed{${repeat('9', Math.min(size, 3_900))}}`,
  'a tower of powers': (size) => `\\boxed{${repeat('9^', Math.min(size, 1_900))}9}`,
  'nested exponents': () => `\\boxed{${repeat('2^{', 55)}2${repeat('}', 55)}}`,
  'a tower of exponentials': () => '\\boxed{e^{e^{e^{e^{e}}}}}',
  'a tower of factorials': (size) => `\\boxed{9${repeat('!', Math.min(size, 900))}}`,
  percents: (size) => `\\boxed{5${repeat('%', Math.min(size, 3_900))}}`,
  'a chain of unions': (size) => `\\boxed{(1,2)${repeat('\\cup(1,2)', Math.min(size, 400))}}`,
  'a chain of equations': (size) => `\\boxed{1${repeat('=1', Math.min(size, 1_900))}}`,
  'large binomials': () => `\\boxed{${repeat('\\binom{3000}{1500}', 8)}}`,
  'a huge exponent': () => '\\boxed{1.0000001^{999999999999999}}',
  'a huge angle': () => '\\boxed{\\sin(10^{400})}',
  'nested sums': () => '\\boxed{\\sum_{k=1}^{200}\\sum_{j=1}^{200}\\sum_{i=1}^{200} ijk}',
  'a sum of fractions': () => `\\boxed{${numbers(200, (index) => `\\frac{1}{${1_000_003 + 7 * index}}`, '+')}}`,
  'a list of roots': () => `\\boxed{${numbers(280, (index) => `\\sqrt{${index}}`, ',')}}`,
  'a list of signs': (size) => `\\boxed{${repeat('\\pm 1', Math.min(size, 700))}}`,
  'a wide matrix': (size) => `\\boxed{\\begin{pmatrix}${repeat('1&', Math.min(size, 1_800))}1\\end{pmatrix}}`,
  'nested roots': () => `\\boxed{${repeat('\\sqrt{', 50)}2${repeat('}', 50)}}`,
};

const processorMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

describe('every input ends within 50 ms', () => {
  for (const [name, make] of Object.entries(HARD)) {
    test(name, () => {
      for (const size of [1_000, 10_000, 100_000]) {
        const text = make(size);
        for (const gold of ['5', 'x^2 + \\sqrt{2} + \\sin y', text]) {
          // Processor time, the least of three: other tests share the cores, and the first call compiles.
          const times = [1, 2, 3].map(() => {
            const started = processorMs();
            verifyMath(text, gold);
            return processorMs() - started;
          });
          expect(Math.min(...times), `${size} against ${gold.slice(0, 20)}`).toBeLessThan(50);
        }
      }
    });
  }
});

describe('searching a text takes time in proportion to its length', () => {
  const pieces = [
    '1 ',
    '1,2 ',
    '(',
    '$a$ ',
    '$5 ',
    '\\(x\\) ',
    ' [1] ',
    'answer: ',
    '\\frac{1}{2} ',
    '5% ',
    'A, ',
    '1 or ',
    '\\boxed{1}, ',
    '是 ',
    '= ',
    '**',
  ];
  for (const piece of pieces) {
    test(JSON.stringify(piece), () => {
      const time = (length: number): number => {
        const text = repeat(piece, Math.ceil(length / piece.length));
        return Math.min(
          ...[1, 2, 3, 4].map(() => {
            const started = processorMs();
            verifyMath(text, '7', { extract: { response: ['latex', 'expr', 'string'] } });
            return processorMs() - started;
          }),
        );
      };
      // Sixteen times the text; quadratic time would be 256 times as long. Below two milliseconds the clock is too coarse to compare.
      expect(time(19_200)).toBeLessThan(Math.max(64 * time(1_200), 40));
    });
  }
});
