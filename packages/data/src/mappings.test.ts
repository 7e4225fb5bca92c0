import { expect, test } from 'bun:test';
import { compileMapping } from './apply-mapping.ts';
import { knownMappings } from './known-mappings.ts';
import { promptText } from './record.ts';

/** A row in each layout with words of our own, and what must come of it. */
const cases: Readonly<Record<string, { row: object; text: string; truth: string; source: string; ability: string; solutions: string[] }>> =
  {
    'numinamath-1.5': {
      row: {
        problem: 'p',
        answer: '5',
        solution: 'so 5',
        question_type: 'math-word-problem',
        problem_type: 'Algebra',
        source: 'olympiads',
        synthetic: false,
      },
      text: 'p',
      truth: '5',
      source: 'train-math-numinamath1.5_olympiads',
      ability: 'math',
      solutions: ['so 5'],
    },
    aime: {
      row: { problem: 'p', answer: '073', year: 1999, solution: 's' },
      text: 'p',
      truth: '073',
      source: 'aime',
      ability: 'math',
      solutions: ['s'],
    },
    'hendrycks-math': {
      row: { problem: 'p', solution: 'first \\boxed{1}, then \\boxed{\\frac{1}{2}}.', level: 'Level 5', type: 'Algebra' },
      text: 'p',
      truth: '\\frac{1}{2}',
      source: 'math',
      ability: 'math',
      solutions: ['first \\boxed{1}, then \\boxed{\\frac{1}{2}}.'],
    },
    deepscaler: {
      row: { problem: 'p', answer: '5', solution: 's' },
      text: 'p',
      truth: '5',
      source: 'train-math-deepscaler',
      ability: 'math',
      solutions: ['s'],
    },
    gsm8k: {
      row: { question: 'q', answer: 'work\n#### 1,000' },
      text: 'q',
      truth: '1000',
      source: 'gsm8k',
      ability: 'math',
      solutions: ['work\n#### 1,000'],
    },
    leetcode: {
      row: {
        query: 'q',
        prompt: 'import math',
        completion: 'class S',
        entry_point: 'S().f',
        test: 'def check',
        task_id: 't',
        meta: { difficulty: 'Hard' },
      },
      text: 'q',
      truth: '{"entry_point":"S().f","import_prefix":"import math","test_code":"def check"}',
      source: 'train-code-leetcode-Hard',
      ability: 'code',
      solutions: ['class S'],
    },
    humaneval: {
      row: { task_id: 'HumanEval/0', prompt: 'def f():\n', entry_point: 'f', canonical_solution: '    return 1\n', test: 'def check' },
      text: 'def f():\n',
      truth: '{"entry_point":"f","import_prefix":"","test_code":"def check"}',
      source: 'test-code-humaneval',
      ability: 'code',
      solutions: ['def f():\n    return 1\n'],
    },
    taco: {
      row: {
        question: 'q',
        starter_code: '',
        input_output: '{"inputs":["1"],"outputs":["2"]}',
        solutions: '["a", "b"]',
        difficulty: 'VERY_HARD',
        url: 'u',
      },
      text: 'q',
      truth: '{"inputs":["1"],"outputs":["2"]}',
      source: 'train-code-taco-very_hard',
      ability: 'code',
      solutions: ['a', 'b'],
    },
    livecodebench: {
      row: { question_title: 't', question_content: 'q', question_id: 'abc_a', starter_code: '', public_test_cases: '[]' },
      text: 'q',
      truth: '{"question_id":"abc_a","public_test_cases":"[]"}',
      source: 'test-code-livecodebench',
      ability: 'code',
      solutions: [],
    },
    countdown: {
      row: { nums: [3, 4], target: 7 },
      text: '3 4=7?',
      truth: '{"nums":[3,4],"target":7}',
      source: 'countdown/2',
      ability: 'countdown',
      solutions: [],
    },
    'knights-and-knaves': {
      row: { quiz: 'Who?', names: ['A', 'B'], solution: [true, false], solution_text_format: '(1) A is a knight' },
      text: 'Who?',
      truth: '{"names":["A","B"],"knights":[true,false],"solution_text":"(1) A is a knight"}',
      source: 'knights-and-knaves/2',
      ability: 'logic',
      solutions: [],
    },
    verl: {
      row: {
        data_source: 'd',
        prompt: [{ role: 'user', content: 'u' }],
        ability: 'math',
        reward_model: { style: 'rule', ground_truth: '1' },
        extra_info: { index: 4 },
      },
      text: 'u',
      truth: '1',
      source: 'd',
      ability: 'math',
      solutions: [],
    },
    trl: {
      row: { prompt: 'p', solution: '\\boxed{1}' },
      text: 'p',
      truth: '\\boxed{1}',
      source: 'trl',
      ability: 'math',
      solutions: ['\\boxed{1}'],
    },
  };

test.each(Object.entries(cases))('%s', (name, { row, text, truth, source, ability, solutions }) => {
  const mapping = knownMappings.find((one) => one.name === name)!;
  const mapped = compileMapping(mapping)(row as Record<string, unknown>, 0);
  if (!('record' in mapped)) throw new Error(JSON.stringify(mapped));
  expect(promptText(mapped.record)).toBe(text);
  expect(mapped.record.reward_model.ground_truth).toBe(truth);
  expect({ source: mapped.record.data_source, ability: mapped.record.ability }).toEqual({ source, ability });
  expect(mapped.solutions).toEqual(solutions);
});

test('a mapping is data: all of them survive JSON', () => {
  expect(JSON.parse(JSON.stringify(knownMappings))).toEqual(knownMappings as unknown as object[]);
  expect(new Set(knownMappings.map(({ name }) => name)).size).toBe(knownMappings.length);
});

test('a TACO row without difficulty or starter code is still read', () => {
  const mapping = knownMappings.find(({ name }) => name === 'taco')!;
  const mapped = compileMapping(mapping)(
    { question: 'q', starter_code: null, input_output: '{"inputs":[],"outputs":[]}', solutions: '[]' },
    0,
  );
  expect(mapped).toMatchObject({ record: { data_source: 'train-code-taco-unknown_difficulty' }, solutions: [] });
});
