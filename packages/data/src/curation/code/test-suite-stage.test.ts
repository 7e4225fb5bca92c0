import { describe, expect, test } from 'bun:test';
import { quietContext, someItem } from '../testing/items.ts';
import { pythonFault } from './python-brackets.ts';
import { testSuiteOptions, testSuiteStage } from './test-suite-stage.ts';

const judge = async (truth: object, options = {}) =>
  (await testSuiteStage(testSuiteOptions.parse(options)).judge([someItem('p', { ability: 'code', truth })], quietContext))[0]!;
const check = (code: string) => ({ entry_point: 'f', import_prefix: '', test_code: code });

describe('suites that stay', () => {
  test.each([
    ['standard input', { inputs: ['1', '2'], outputs: ['1', '4'] }],
    ['calls', { fn_name: 'f', inputs: [[1], [2]], outputs: [1, 4] }],
    ['a check function', check('def check(candidate):\n    assert candidate(1) == 1\n    assert candidate(2) == 4\n')],
    ['a loop of checks', check('def check(candidate):\n    for x in range(9):\n        assert candidate(x) == x * x\n')],
    ['assertions', { assert_case: ['assert f(1) == 1', 'assert f(2) == 4'] }],
  ])('%s', async (_, truth) => {
    expect(await judge(truth)).toEqual({ verdict: 'keep' });
  });
});

describe('suites that go', () => {
  test.each([
    ['empty test suite', { inputs: [], outputs: [] }],
    ['empty test suite', check('def check(candidate):\n    pass\n')],
    ['empty test suite', check('')],
    ['empty test suite', { assert_case: [] }],
    ['short test suite', { inputs: ['1'], outputs: ['1'] }],
    ['short test suite', check('def check(candidate):\n    assert candidate(1) == 1\n    # assert candidate(2) == 4\n')],
    ['corrupt test suite', { inputs: ['1', '2'], outputs: ['1'] }],
    ['corrupt test suite', { inputs: ['1', '2'], outputs: ['', ''] }],
    ['corrupt test suite', check('assert f(1) == 1\nassert f(2) == 4')],
    ['corrupt test suite', check('def check(candidate):\n    assert candidate([1, 2) == 1\n    assert candidate(2) == 4')],
    ['corrupt test suite', check('def check(candidate):\n    assert candidate(1) == 1\n    assert candidate("a')],
    ['corrupt test suite', check('def check(candidate):\n    assert True\n    assert 1 == 1')],
    ['corrupt test suite', { assert_case: ['assert f(1) == 1', 'f(2)'] }],
    ['corrupt test suite', { inputs: 'many' }],
  ])('%s: %j', async (reason, truth) => {
    expect(await judge(truth)).toMatchObject({ verdict: 'drop', reason });
  });

  test('as many tests as are asked for', async () => {
    const truth = { inputs: ['1', '2'], outputs: ['1', '4'] };
    expect(await judge(truth, { minimumTests: 3 })).toMatchObject({ reason: 'short test suite', detail: '2 of at least 3 tests' });
  });
});

describe('Python that cannot be whole', () => {
  test.each([
    ['x = (1, [2, {3: "}"}])  # a ) in a comment', null],
    ["s = '''a\n( b'''\nt = 'it\\'s ('", null],
    ['f(1', '( does not close'],
    ['f(1]', 'line 1: ] closes nothing'],
    ['x = 1\ny = "open\n', 'line 2: a text that does not end'],
    ['x = """open', 'line 1: a text that does not end'],
  ])('%j: %p', (source, fault) => {
    expect(pythonFault(source)).toBe(fault);
  });
});
