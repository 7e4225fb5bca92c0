import { describe, expect, test } from 'bun:test';
import { deriveKey, RandomStream } from '@or1/data';
import { drawArithmetic } from './arithmetic.ts';
import { type ArithmeticFamily, type ArithmeticProblem, arithmeticFamilies } from './problem.ts';

const draws = 4000;
const drawMany = (family: ArithmeticFamily) => {
  const random = new RandomStream(deriveKey(11));
  return Array.from({ length: draws }, () => drawArithmetic(family, random));
};

/** Reads the numbers of a prompt and works the answer out anew. */
const readers: Readonly<Record<ArithmeticFamily, { pattern: RegExp; ranges: [number, number][]; answer: (numbers: number[]) => number }>> =
  {
    'arithmetic/add': {
      pattern: /^(\d+)\+(\d+)\?$/,
      ranges: [
        [10, 9999],
        [10, 9999],
      ],
      answer: ([a, b]) => a! + b!,
    },
    'arithmetic/multiply': {
      pattern: /^(\d+)\*(\d+)\?$/,
      ranges: [
        [11, 99],
        [11, 99],
      ],
      answer: ([a, b]) => a! * b!,
    },
    'arithmetic/expression': {
      pattern: /^\((\d+)\+(\d+)\)\*(\d+)-(\d+)\?$/,
      ranges: [
        [2, 99],
        [2, 99],
        [2, 9],
        [2, 99],
      ],
      answer: ([a, b, c, d]) => (a! + b!) * c! - d!,
    },
    'arithmetic/remainder': {
      pattern: /^(\d+)%(\d+)\?$/,
      ranges: [
        [100, 999],
        [3, 19],
      ],
      answer: ([a, b]) => a! - Math.floor(a! / b!) * b!,
    },
    'arithmetic/linear': {
      pattern: /^(\d+)x\+(\d+)=(\d+)\. x\?$/,
      ranges: [
        [2, 12],
        [1, 99],
        [5, 819],
      ],
      answer: ([a, b, c]) => (c! - b!) / a!,
    },
    'arithmetic/gcd': {
      pattern: /^gcd\((\d+),(\d+)\)\?$/,
      ranges: [
        [4, 180],
        [4, 180],
      ],
      answer: ([a, b]) =>
        Array.from({ length: 180 }, (_, divisor) => divisor + 1).findLast((divisor) => a! % divisor === 0 && b! % divisor === 0)!,
    },
  };

describe.each([...arithmeticFamilies])('%s', (family) => {
  const { pattern, ranges, answer } = readers[family];

  test('the answer is right, and the numbers are in their ranges and reach their ends', () => {
    const seen = ranges.map((): [number, number] => [Number.POSITIVE_INFINITY, 0]);
    for (const problem of drawMany(family)) {
      const numbers = pattern.exec(problem.prompt)!.slice(1).map(Number);
      expect(problem.answer).toBe(answer(numbers));
      numbers.forEach((number, index) => {
        seen[index] = [Math.min(seen[index]![0], number), Math.max(seen[index]![1], number)];
      });
    }
    seen.forEach(([low, high], index) => {
      const [from, to] = ranges[index]!;
      expect(low).toBeGreaterThanOrEqual(from);
      expect(high).toBeLessThanOrEqual(to);
      expect(low - from + (to - high)).toBeLessThanOrEqual((to - from) * 0.05 + 1);
    });
  });

  test('every step is true and the last ones give the answer', () => {
    for (const problem of drawMany(family).slice(0, 500)) {
      for (const step of problem.steps) {
        const [left, right] = step.split('=');
        expect(calculated(left!)).toBe(Number(right));
      }
      expect(answerOfSteps(problem)).toBe(problem.answer);
    }
  });
});

/** Digits with + * - % or / between them, from left to right. */
function calculated(text: string): number {
  const [first, ...rest] = text.match(/^-?\d+|[-+*/%]\d+/g)!;
  return rest.reduce((value, part) => {
    const right = Number(part.slice(1));
    return { '+': value + right, '-': value - right, '*': value * right, '/': value / right, '%': value % right }[part[0] as '+']!;
  }, Number(first));
}

function answerOfSteps({ family, steps }: ArithmeticProblem): number {
  const results = steps.map((step) => step.split('=')[1]!);
  if (family === 'arithmetic/add')
    return Number(
      results
        .map((sum, index) => (index === results.length - 1 ? sum : sum.at(-1)))
        .reverse()
        .join(''),
    );
  if (family === 'arithmetic/gcd') return Number(steps.at(-1)!.split('%')[1]!.split('=')[0]);
  return Number(results.at(-1));
}

test('the formats, word for word', () => {
  const find = (family: ArithmeticFamily, fits: (problem: ArithmeticProblem) => boolean) => {
    const random = new RandomStream(deriveKey(1));
    for (;;) {
      const problem = drawArithmetic(family, random);
      if (fits(problem)) return problem;
    }
  };
  expect(find('arithmetic/remainder', ({ prompt }) => prompt === '984%14?').steps).toEqual(['14*70=980', '984-980=4']);
  expect(find('arithmetic/multiply', ({ prompt }) => prompt === '16*67?').steps).toEqual(['16*7=112', '16*60=960', '112+960=1072']);
  expect(find('arithmetic/gcd', ({ prompt }) => prompt === 'gcd(42,78)?').steps).toEqual(['78%42=36', '42%36=6', '36%6=0']);
  expect(find('arithmetic/linear', ({ prompt }) => prompt === '12x+8=620. x?').steps).toEqual(['620-8=612', '612/12=51']);
  const carried = find('arithmetic/add', ({ prompt }) => /^\d\d\+\d{4}\?$/.test(prompt) && prompt.startsWith('99'));
  expect(carried.steps[0]).toStartWith('9+');
  expect(carried.steps).toHaveLength(4);
});

test('problems that differ in the order of operands share a key', () => {
  const keys = new Map<string, Set<string>>();
  for (const { prompt, key } of drawMany('arithmetic/multiply')) {
    const sorted = prompt
      .match(/\d+/g)!
      .map(Number)
      .sort((a, b) => a - b)
      .join(' ');
    keys.set(sorted, (keys.get(sorted) ?? new Set()).add(key));
  }
  expect([...keys.values()].every((set) => set.size === 1)).toBeTrue();
  expect(new Set([...keys.values()].flatMap((set) => [...set])).size).toBe(keys.size);
});

test('a clean response takes 33 tokens on average and 52 at most', () => {
  const lengths = arithmeticFamilies.flatMap((family) =>
    drawMany(family).map(({ steps, answer }) => `<${steps.join(';')};>[${answer}]`.length + 1),
  );
  expect(lengths.reduce((sum, length) => sum + length, 0) / lengths.length).toBeCloseTo(33, 0);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(52);
});
