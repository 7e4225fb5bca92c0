/** The code verifier's promises, on every sandbox of this machine. */
import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { type CodeVerifierOptions, createCodeVerifier, type TestStatus } from '@or1/reward/code';
import { fence, SANDBOXES } from './sandboxes.ts';

// Each takes a moment on a quiet machine; a crowded one may be many times slower.
setDefaultTimeout(60_000);

const SUM = { inputs: ['1 2\n', '3 4\n'], outputs: ['3\n', '7.0'] };
const ADD = { fn_name: 'add', inputs: ['[1, 2]\n3', '[]\n1'], outputs: ['[4, 5]', '[]'] };
const LIST_PREFIX = `
class ListNode:
    def __init__(self, val=0, next=None):
        self.val, self.next = val, next
def make(values):
    head = None
    for value in reversed(values):
        head = ListNode(value, head)
    return head
def same(a, b):
    while a and b:
        if a.val != b.val:
            return False
        a, b = a.next, b.next
    return a is None and b is None
`;
const REVERSE = {
  import_prefix: LIST_PREFIX,
  entry_point: 'Solution().reverse',
  test_code:
    'def check(candidate):\n    assert same(candidate(head=make([1, 2, 3])), make([3, 2, 1]))\n    assert same(candidate(make(list(range(3000)))), make(list(range(3000))[::-1]))\n',
};
const REVERSE_SOLUTION = `
class Solution:
    def reverse(self, head):
        last = None
        while head:
            head.next, last, head = last, head, head.next
        return last
`;

for (const { name, create, missing } of SANDBOXES) {
  describe.skipIf(missing !== null)(name, () => {
    const open = (options: CodeVerifierOptions = {}) => createCodeVerifier({ sandbox: create(), concurrency: 1, ...options });
    const verifier = open();
    afterAll(() => verifier.close());

    /** Judges with a verifier of its own where options are given. */
    const judge = async (groundTruth: unknown, code: string, options?: CodeVerifierOptions) => {
      const own = options ? open(options) : verifier;
      const judgement = await own.verify({ id: 'r1', response: fence(code), groundTruth });
      if (options) await own.close();
      return judgement;
    };
    const statuses = async (groundTruth: unknown, code: string, options?: CodeVerifierOptions): Promise<TestStatus[]> =>
      (await judge(groundTruth, code, options)).testEvidence.map(({ status }) => status);

    test.each<[string, unknown, string, TestStatus[]]>([
      ['standard input', SUM, 'a, b = map(int, input().split())\nprint(a + b)', ['passed', 'passed']],
      [
        'under the main guard',
        SUM,
        'import sys\nif __name__ == "__main__":\n  print(sum(map(int, sys.stdin.read().split())))',
        ['passed', 'passed'],
      ],
      ['left by exit after printing', SUM, 'print(sum(map(int, open(0).read().split())))\nexit()', ['passed', 'passed']],
      [
        'printed at exit',
        SUM,
        'import atexit\ns = sum(map(int, input().split()))\natexit.register(lambda: print(s))',
        ['passed', 'passed'],
      ],
      [
        'printed from a thread',
        SUM,
        'import threading\nt = threading.Thread(target=lambda: print(sum(map(int, input().split()))))\nt.start()\nt.join()',
        ['passed', 'passed'],
      ],
      ['a wrong sum', SUM, 'a, b = map(int, input().split())\nprint(a - b)', ['wrong', 'not-run']],
      ['an exception', SUM, 'raise ValueError("no")', ['runtime-error', 'not-run']],
      ['not Python', SUM, 'def f(:', ['syntax-error', 'syntax-error']],
      ['a function', ADD, 'def add(a, b):\n  return [x + b for x in a]', ['passed', 'passed']],
      ['a method', ADD, 'class Solution:\n  def add(self, a, b):\n    return [x + b for x in a]', ['passed', 'passed']],
      ['a tuple for a list', ADD, 'def add(a, b):\n  return tuple(x + b for x in a)', ['passed', 'passed']],
      [
        'names of the prelude',
        ADD,
        'def add(a: List[int], b: int) -> List[int]:\n  return list(deque(x + b for x in a))',
        ['passed', 'passed'],
      ],
      ['a missing function', ADD, 'def sub(a, b):\n  return a', ['runtime-error', 'not-run']],
      [
        'globals are fresh for each test',
        ADD,
        'seen = []\ndef add(a, b):\n  seen.append(1)\n  return [x + b for x in a] if len(seen) == 1 else "stale"',
        ['passed', 'passed'],
      ],
      ['objects of the tests, in long chains', REVERSE, REVERSE_SOLUTION, ['passed', 'passed']],
      ['the same object back', REVERSE, 'class Solution:\n  def reverse(self, head):\n    return head', ['wrong', 'not-run']],
      [
        'assertions',
        { assert_case: ['assert add(1, 2) == 3', 'assert add("a", "b") == "ab"'] },
        'def add(a, b):\n  return a + b',
        ['passed', 'passed'],
      ],
      [
        'assertions over a class',
        { assert_case: ['s = Stack()\ns.push(3)\nassert len(s.items) == 1 and s.pop() == 3'] },
        'class Stack:\n  def __init__(self):\n    self.items = []\n  def push(self, x):\n    self.items.append(x)\n  def pop(self):\n    return self.items.pop()',
        ['passed'],
      ],
      [
        'an assertion over a name that shadows a builtin',
        { assert_case: ['assert sorted([2, 1]) == [1, 2]'] },
        'def sorted(a):\n  return a',
        ['wrong'],
      ],
      ['a change made in place', { assert_case: ['a = [3, 1]\norder(a)\nassert a == [1, 3]'] }, 'def order(a):\n  a.sort()', ['passed']],
      ['a constant', { assert_case: ['assert LIMIT == 5'] }, 'LIMIT = 5', ['passed']],
    ])('%s', async (_, groundTruth, code, expected) => {
      expect(await statuses(groundTruth, code)).toEqual(expected);
    });

    test('a check with loops and helpers is one test, and one of assertions alone is a test each', async () => {
      const looped =
        'def check(candidate):\n    for x in range(20):\n        assert candidate(x) == twice(x)\ndef twice(x):\n    return 2 * x\n';
      const check = (testCode: string) => ({ import_prefix: '', entry_point: 'f', test_code: testCode });
      expect(await statuses(check(looped), 'def f(x):\n  return x + x')).toEqual(['passed']);
      expect(await statuses(check(looped), 'def f(x):\n  return x + min(x, 18)')).toEqual(['wrong']);
      const lines =
        'def check(candidate):\n    assert candidate(1) == 2\n    assert candidate(2) == 4, "twice"\n    assert candidate(3) == 7\n';
      expect(await statuses(check(lines), 'def f(x):\n  return 2 * x', { stopAtFirstFailure: false })).toEqual([
        'passed',
        'passed',
        'wrong',
      ]);
    });

    test('a completion continues the open definition of its prefix', async () => {
      const groundTruth = {
        import_prefix: 'def f(x):\n    """Twice x."""\n',
        entry_point: 'f',
        test_code: 'def check(c):\n    assert c(4) == 8\n',
      };
      expect((await judge(groundTruth, '    return 2 * x')).verdict).toBe('correct');
      expect((await judge(groundTruth, '    return 2 *')).verdict).toBe('incorrect');
    });

    test('limits of time, memory and output cost their own test, and all others still run', async () => {
      const tests = { fn_name: 'f', inputs: ['0', '1', '2', '3', '4', '5'], outputs: ['0', '1', '2', '3', '4', '5'] };
      const code = [
        'import time, os',
        'def f(x):',
        '  if x == 1:',
        '    while True: pass',
        '  if x == 2: kept = [0] * 10 ** 9',
        '  if x == 3: os._exit(0)',
        '  if x == 4:',
        '    for _ in range(1000): print("x" * 10 ** 5)',
        '  return x',
      ].join('\n');
      const limits = { testWallMs: 600 };
      const judgement = await judge(tests, code, { limits, stopAtFirstFailure: false });
      expect(judgement.testEvidence.map(({ status }) => status)).toEqual([
        'passed',
        'timeout',
        'memory',
        'runtime-error',
        'runtime-error',
        'passed',
      ]);
      expect(judgement.tests).toEqual({ passed: 2, failed: 4, total: 6 });
      expect(judgement.reward).toBe(0);
    });

    test('sleeping for ever is a timeout, and the run limit covers all tests', async () => {
      const tests = { fn_name: 'f', inputs: ['1', '2', '3'], outputs: ['1', '2', '3'] };
      const sleepy = 'import time\ndef f(x):\n  time.sleep(1e9)';
      expect(await statuses(tests, sleepy, { limits: { testWallMs: 150 } })).toEqual(['timeout', 'not-run', 'not-run']);
      const slow = 'import time\ndef f(x):\n  time.sleep(0.2 if x < 3 else 1e9)\n  return x';
      const judgement = await judge(tests, slow, { limits: { testWallMs: 60_000, runWallMs: 500 } });
      expect(judgement.testEvidence.map(({ status }) => status)).toContain('timeout');
      expect(judgement.evidence).toContain('the run took longer than');
      const script = await judge({ inputs: ['', ''], outputs: ['1', '1'] }, 'import time\ntime.sleep(1e9)', { limits: { runWallMs: 200 } });
      expect(script.evidence).toContain('the run took longer than');
    });

    test('several accepted outputs, tolerance, exactness and a checker of the caller', async () => {
      const two = { inputs: ['x'], outputs: ['1'], accepted_outputs: [['2', '3']] };
      expect((await judge(two, 'print(3)')).verdict).toBe('correct');
      expect((await judge(two, 'print(4)')).verdict).toBe('incorrect');
      const near = { fn_name: 'f', inputs: ['1'], outputs: ['[0.3333333]'] };
      const third = 'def f(x):\n  return (1 / 3,)';
      expect((await judge(near, third)).verdict).toBe('incorrect');
      expect((await judge(near, third, { comparison: { mode: 'tolerance', absolute: 1e-6, relative: 0 } })).verdict).toBe('correct');
      expect((await judge({ inputs: ['x'], outputs: ['1.0'] }, 'print(1)', { comparison: { mode: 'exact' } })).verdict).toBe('incorrect');
      const calls: unknown[] = [];
      const checker: CodeVerifierOptions['checker'] = (one) => {
        calls.push(one);
        return JSON.parse(one.output) > Number(one.input);
      };
      expect((await judge({ fn_name: 'f', inputs: ['4'], outputs: ['0'] }, 'def f(x):\n  return x + 1', { checker })).verdict).toBe(
        'correct',
      );
      expect((await judge({ inputs: ['4'], outputs: ['0'] }, 'print(3)', { checker })).verdict).toBe('incorrect');
      expect(calls).toEqual([
        { index: 0, input: '4', output: '5', expected: '0' },
        { index: 0, input: '4', output: '3\n', expected: '0' },
      ]);
    });

    test.each<[string, unknown, string]>([
      [
        'a prefix that fails',
        { import_prefix: 'import no_such_module', entry_point: 'f', test_code: 'def check(c):\n  assert c(1)' },
        'record r1: import_prefix: import_prefix fails by itself: ModuleNotFoundError',
      ],
      [
        'test code that is not Python',
        { import_prefix: '', entry_point: 'f', test_code: 'def check(c:' },
        'record r1: test_code: test_code is not Python',
      ],
      [
        'test code without check',
        { import_prefix: '', entry_point: 'f', test_code: 'x = 1' },
        'record r1: test_code: test_code defines no function check',
      ],
      [
        'test code without assertions',
        { import_prefix: '', entry_point: 'f', test_code: 'def check(c):\n  c(1)' },
        'record r1: test_code: test_code holds no assertion',
      ],
      [
        'tests that never call',
        { import_prefix: '', entry_point: 'f', test_code: 'def check(c):\n  assert True' },
        'record r1: tests: no test ever calls the program',
      ],
      ['arguments that are not JSON', { fn_name: 'f', inputs: ['{1'], outputs: ['1'] }, 'record r1: inputs[0]: inputs[0] is not JSON'],
      [
        'an expected value that is not JSON',
        { fn_name: 'f', inputs: ['1'], outputs: ['one'] },
        'record r1: outputs[0]: outputs[0] is not JSON',
      ],
      ['no tests', { inputs: [], outputs: [] }, 'record r1: inputs: holds no tests'],
    ])('the record is at fault: %s', async (_, groundTruth, evidence) => {
      const judgement = await judge(groundTruth, 'def f(x):\n  return x');
      expect(judgement.verdict).toBe('unverifiable');
      expect(judgement.reward).toBeNull();
      expect(judgement.evidence).toStartWith(evidence);
    });

    test('no block is incorrect; the same response gives the same judgement again', async () => {
      const none = await verifier.verify({ response: 'no code', groundTruth: SUM });
      expect(none).toMatchObject({ verdict: 'incorrect', reward: 0, extracted: null, tests: { passed: 0, failed: 0, total: 2 } });
      const random = 'import random\nprint(sorted({"a", "b", "c"} | {str(random.random())}), list({"x", "y", "z"}))';
      const groundTruth = { inputs: [''], outputs: ['?'] };
      const [first, second] = [
        await judge(groundTruth, random.replace('import random', 'import random; random.seed(1)')),
        await judge(groundTruth, random.replace('import random', 'import random; random.seed(1)')),
      ];
      expect(second.evidence).toBe(first.evidence);
    });

    test('as a reward for a record', async () => {
      const record = { extra_info: { index: 7 }, reward_model: { style: 'rule', ground_truth: JSON.stringify(ADD) } };
      const input = { prompt: 'p', finish: 'stop' as const, record, signal: new AbortController().signal };
      const right = await verifier.reward({ ...input, response: fence('def add(a, b):\n  return [x + b for x in a]') });
      expect(right).toMatchObject({ verdict: 'correct', reward: 1 });
      const broken = await verifier.reward({
        ...input,
        response: fence('x = 1'),
        record: { ...record, reward_model: { ground_truth: '{' } },
      });
      expect(broken).toMatchObject({ verdict: 'unverifiable', reward: null });
      expect(broken.evidence).toStartWith('record 7: ground_truth: not JSON');
    });

    test('many at once keep their order; cancelling and the deadline end what hangs', async () => {
      const own = open({ concurrency: 2 });
      const items = Array.from({ length: 12 }, (_, index) => ({
        response: fence(`def f(x):\n  return ${index % 2 ? 'x' : 'x + 1'}`),
        groundTruth: { fn_name: 'f', inputs: ['1'], outputs: ['1'] },
      }));
      const progress: number[] = [];
      const judged = await own.verifyAll(items, { onProgress: (done) => progress.push(done) });
      expect(judged.map(({ verdict }) => verdict)).toEqual(items.map((_, index) => (index % 2 ? 'correct' : 'incorrect')));
      expect(progress).toEqual(items.map((_, index) => index + 1));
      const hanging = { response: fence('while True: pass'), groundTruth: SUM };
      const late = await own.verifyAll([hanging, items[1]!, hanging], { deadlineMs: 700 });
      expect(late.map(({ verdict }) => verdict)).toEqual(['infrastructure-error', 'correct', 'infrastructure-error']);
      const controller = new AbortController();
      const cancelled = own.verify(hanging, controller.signal).catch((error: unknown) => error);
      setTimeout(() => controller.abort(), 300);
      expect(await cancelled).toBeInstanceOf(Error);
      expect((await own.verify(items[1]!)).verdict).toBe('correct');
      await own.close();
    });
  });
}

test('a sandbox that fails is tried twice, and then said to be at fault', async () => {
  let tries = 0;
  const sandbox = {
    name: 'wasm' as const,
    timeFactor: 1,
    openSlot: async () => {
      tries += 1;
      throw new Error('no room');
    },
    close: async () => undefined,
  };
  const verifier = createCodeVerifier({ sandbox });
  const judgement = await verifier.verify({ id: 'r1', response: fence('print(1)'), groundTruth: SUM });
  expect(judgement).toMatchObject({ verdict: 'infrastructure-error', reward: null, evidence: 'record r1: no room (tried twice)' });
  expect(tries).toBe(2);
  await verifier.close();
});
