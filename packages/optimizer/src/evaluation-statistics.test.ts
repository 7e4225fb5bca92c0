import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { averageInterval, majorityScore, passAtK, summarizeEvaluation } from './evaluation-statistics.ts';
import { uniforms } from './testing/random-scenario.ts';

/** Samples in which a lower-case letter is a wrong answer, an upper-case letter a right one and `-` no answer. */
const samples = (text: string) => [...text].map((letter) => ({ answer: letter === '-' ? null : letter, correct: /[A-Z]/.test(letter) }));

describe('pass@k', () => {
  test('equals the share of k-subsets that hold a correct sample', () => {
    const property = fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(9), fc.integer({ min: 1, max: 9 }), (n, c, k) => {
      fc.pre(c <= n && k <= n);
      let subsets = 0;
      let passing = 0;
      for (let subset = 0; subset < 1 << n; subset++) {
        const size = [...subset.toString(2)].filter((bit) => bit === '1').length;
        if (size !== k) continue;
        subsets++;
        // Samples 0 … c - 1 are the correct ones.
        if ((subset & ((1 << c) - 1)) !== 0) passing++;
      }
      expect(passAtK(n, c, k)).toBeCloseTo(passing / subsets, 12);
    });
    fc.assert(property);
  });

  test('refuses more draws than samples', () => {
    expect(() => passAtK(4, 1, 5)).toThrow('pass@5 needs at least 5');
    expect(() => passAtK(4, 5, 1)).toThrow('5 correct of 4');
  });
});

describe('majority', () => {
  test('the most frequent answer decides; no answer is no vote', () => {
    expect(majorityScore(samples('AAb'))).toBe(1);
    expect(majorityScore(samples('bbA---'))).toBe(0);
    expect(majorityScore(samples('A-----'))).toBe(1);
    expect(majorityScore(samples('---'))).toBe(0);
  });

  test('ties score what breaking them at random gives', () => {
    expect(majorityScore(samples('Ab'))).toBe(0.5);
    expect(majorityScore(samples('AAbbcc'))).toBeCloseTo(1 / 3, 12);
  });
});

describe('interval of avg@k', () => {
  test('one sample a question: both ends solve Wilson’s equation |p - x| = z sqrt(x (1 - x) / n)', () => {
    for (const [correct, n] of [
      [1, 10],
      [5, 10],
      [37, 100],
      [999, 1000],
    ] as const) {
      const shares = Array.from({ length: n }, (_, index) => (index < correct ? 1 : 0));
      for (const end of averageInterval(shares, 1)) {
        expect(Math.abs(correct / n - end)).toBeCloseTo(1.959963984540054 * Math.sqrt((end * (1 - end)) / n), 10);
      }
    }
  });

  test('at 0 and 1 it stays within 0..1 and has a width', () => {
    const [low, high] = averageInterval(new Array(10).fill(0), 32);
    expect(low).toBe(0);
    expect(high).toBeCloseTo(0.2775328, 6);
    expect(averageInterval(new Array(10).fill(1), 32)[1]).toBeCloseTo(1, 12);
  });

  test('samples that agree within a question count once, samples that do not count fully', () => {
    const width = ([low, high]: [number, number]) => high - low;
    const agreeing = Array.from({ length: 100 }, (_, index) => index % 2);
    expect(width(averageInterval(agreeing, 16))).toBeCloseTo(width(averageInterval(agreeing, 1)), 10);
    const independent = new Array<number>(100).fill(0.5);
    expect(width(averageInterval(independent, 16))).toBeCloseTo(
      width(
        averageInterval(
          Array.from({ length: 1600 }, (_, i) => i % 2),
          1,
        ),
      ),
      10,
    );
  });

  for (const [questions, least, most] of [
    [60, 0.93, 0.97],
    [10, 0.91, 0.96],
  ] as const) {
    test(`${questions} questions of different difficulty: covers the truth in ${least * 100} to ${most * 100} of 100 repetitions`, () => {
      const uniform = uniforms(11);
      const k = 8;
      const trials = 2000;
      let covered = 0;
      for (let trial = 0; trial < trials; trial++) {
        const shares = Array.from({ length: questions }, () => {
          const difficulty = uniform();
          let correct = 0;
          for (let sample = 0; sample < k; sample++) if (uniform() < difficulty) correct++;
          return correct / k;
        });
        const [low, high] = averageInterval(shares, k);
        if (low <= 0.5 && 0.5 <= high) covered++;
      }
      expect(covered / trials).toBeGreaterThan(least);
      expect(covered / trials).toBeLessThan(most);
    });
  }
});

describe('summary', () => {
  test('three questions by hand', () => {
    const summary = summarizeEvaluation([samples('AAbA'), samples('bbA-'), samples('bcde')]);
    expect(summary).toMatchObject({ n: 3, k: 4, avg: (0.75 + 0.25) / 3, pass: 2 / 3, majority: 1 / 3 });
    expect(summary.ci95[0]).toBeLessThan(summary.avg);
    expect(summary.ci95[1]).toBeGreaterThan(summary.avg);
  });

  test('with lost samples k is the smallest number, and pass@k stays unbiased', () => {
    const summary = summarizeEvaluation([samples('Ab'), samples('Abcd')]);
    expect(summary.k).toBe(2);
    expect(summary.avg).toBe((0.5 + 0.25) / 2);
    expect(summary.pass).toBeCloseTo((1 + 0.5) / 2, 12);
  });

  test('refuses nothing', () => {
    expect(() => summarizeEvaluation([])).toThrow('no questions');
    expect(() => summarizeEvaluation([samples('A'), []])).toThrow('question 1 has no samples');
  });
});
