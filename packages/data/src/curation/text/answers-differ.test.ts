import { expect, test } from 'bun:test';
import type { ProblemRecord } from '../../record.ts';
import { answersDiffer } from './answers-differ.ts';

const record = (truth: string, ability = 'math'): ProblemRecord => ({
  data_source: 'mine',
  prompt: [{ role: 'user', content: 'x' }],
  ability,
  reward_model: { style: 'rule', ground_truth: truth },
  extra_info: {},
});

test.each([
  ['97', '097', false],
  ['\\mathbf{2340}', '2,340', false],
  ['120^\\circ', '120', false],
  ['\\frac{1}{2}', '0.5', false],
  ['-\\frac12', '-0.50', false],
  ['7 - 2 \\pi', '7-2\\pi', false],
  ['5 \\text{ apples}', '5', false],
  ['["4", "8"]', '["8"]', false],
  ['yes', 'yes', false],
  ['21', '41', true],
  ['(0,4)', '\\left(\\frac{20}{3},0\\right)', true],
  ['\\frac14', '\\frac{13}{51}', true],
  ['-3', '3', true],
  ['x+1', 'x-1', true],
  ['yes', 'no', true],
  ['["4"]', '["8", "9"]', true],
])('%s and %s differ: %p', (one, other, expected) => {
  expect(answersDiffer(record(one), record(other))).toBe(expected);
  expect(answersDiffer(record(other), record(one))).toBe(expected);
});

test('tests of programs and parameters of puzzles are no answers', () => {
  expect(answersDiffer(record('{"inputs": ["1"]}', 'code'), record('{"inputs": ["2"]}', 'code'))).toBe(false);
  expect(answersDiffer(record('{"nums": [1]}', 'countdown'), record('{"nums": [2]}', 'countdown'))).toBe(false);
});
