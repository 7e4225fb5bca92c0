import { expect, test } from 'bun:test';
import { solveChange, solveRates } from './solve-rates.ts';

const attempt = (problem: string, step: number, solved: boolean) => ({ problem, family: 'f', prompt: `${problem}?`, step, solved });

test('counts attempts by problem and step; a step without an attempt is a gap', () => {
  const rates = solveRates('held out', [
    attempt('a', 8, true),
    attempt('a', 0, false),
    attempt('a', 8, false),
    attempt('b', 16, true),
    attempt('a', 16, true),
  ]);
  expect(rates.steps).toEqual([0, 8, 16]);
  expect(rates.problems.map(({ problem, tries }) => [problem, tries])).toEqual([
    [
      'a',
      [
        { solved: 0, tried: 1 },
        { solved: 1, tried: 2 },
        { solved: 1, tried: 1 },
      ],
    ],
    ['b', [null, null, { solved: 1, tried: 1 }]],
  ]);
  expect(rates.problems.map(solveChange)).toEqual([1, 0]);
});
