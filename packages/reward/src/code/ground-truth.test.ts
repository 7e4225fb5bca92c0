import { describe, expect, test } from 'bun:test';
import { GroundTruthError, parseGroundTruth } from './ground-truth.ts';

const faultOf = (groundTruth: unknown): string => {
  try {
    parseGroundTruth(groundTruth);
  } catch (error) {
    if (error instanceof GroundTruthError) return error.message;
    throw error;
  }
  return 'no fault';
};

describe('forms', () => {
  test('standard input, from an object and from its JSON, with lines joined', () => {
    const groundTruth = { inputs: ['1 2\n', ['3', '4']], outputs: ['3\n', ['7']], fn_name: null, import_prefix: null, assert_case: null };
    const expected = {
      form: 'stdio' as const,
      tests: [
        { input: '1 2\n', accepted: ['3\n'] },
        { input: '3\n4', accepted: ['7'] },
      ],
    };
    expect(parseGroundTruth(groundTruth)).toEqual(expected);
    expect(parseGroundTruth(JSON.stringify(groundTruth))).toEqual(expected);
  });

  test('function calls, with arguments as lines of JSON or as a list, and further accepted outputs', () => {
    expect(
      parseGroundTruth({ inputs: ['[1, 2]\n3', [4, 'x']], outputs: ['[4]', { a: 1 }], fn_name: 'f', accepted_outputs: [['[5]'], []] }),
    ).toEqual({
      form: 'function',
      functionName: 'f',
      tests: [
        { args: ['[1, 2]', '3'], accepted: ['[4]', '[5]'] },
        { args: ['4', '"x"'], accepted: ['{"a":1}'] },
      ],
    });
  });

  test('check lines go before inputs, and an absent prefix is empty', () => {
    expect(
      parseGroundTruth({ entry_point: 'f', test_code: 'def check(c):\n  assert c(1)', import_prefix: null, inputs: ['1'], outputs: ['1'] }),
    ).toEqual({
      form: 'check',
      prefix: '',
      entryPoint: 'f',
      testCode: 'def check(c):\n  assert c(1)',
    });
  });

  test('assertions', () => {
    expect(parseGroundTruth({ assert_case: ['assert f(1) == 2'], inputs: null })).toEqual({
      form: 'assert',
      assertions: ['assert f(1) == 2'],
    });
  });
});

test.each<[unknown, string]>([
  ['{', 'ground_truth: not JSON'],
  ['[1]', 'ground_truth: must be an object with tests, not a list'],
  [undefined, 'ground_truth: must be an object with tests, not a undefined'],
  [{}, 'ground_truth: has none of inputs, test_code, assert_case (its keys: none)'],
  [{ answer: '1', inputs: null }, 'ground_truth: has none of inputs, test_code, assert_case (its keys: answer)'],
  [{ inputs: ['1'], outputs: [] }, 'outputs: has 0 entries for 1 inputs'],
  [{ inputs: ['1'] }, 'outputs: is missing'],
  [{ outputs: ['1'] }, 'inputs: is missing'],
  [{ inputs: [], outputs: [] }, 'inputs: holds no tests'],
  [{ inputs: '1', outputs: ['1'] }, 'inputs: must be a list, not a string'],
  [{ inputs: [1], outputs: ['1'] }, 'inputs[0]: must be text or a list of lines, not a number'],
  [{ inputs: [1], outputs: ['1'], fn_name: 'f' }, 'inputs[0]: must be lines of JSON or a list, not a number'],
  [{ inputs: ['1'], outputs: ['1'], fn_name: 'f()' }, 'fn_name: must be a Python name, not "f()"'],
  [{ inputs: ['1'], outputs: ['1'], accepted_outputs: [] }, 'accepted_outputs: has 0 entries for 1 inputs'],
  [{ import_prefix: '', test_code: 'x' }, 'entry_point: is missing'],
  [{ import_prefix: '', entry_point: ' ', test_code: 'x' }, 'entry_point: is empty'],
  [{ import_prefix: '', entry_point: 'f' }, 'test_code: is missing'],
  [{ import_prefix: '', entry_point: 'f', test_code: '\n' }, 'test_code: holds no tests'],
  [{ assert_case: [] }, 'assert_case: holds no tests'],
  [{ assert_case: ['assert f(1)', ' '] }, 'assert_case[1]: must be a line of Python, not a string'],
])('the fault of %j is %s', (groundTruth, message) => {
  expect(faultOf(groundTruth)).toStartWith(message);
});
