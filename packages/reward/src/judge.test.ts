import { describe, expect, test } from 'bun:test';
import { defineReward } from './define-reward.ts';
import { createJudge, type JudgeItem, type JudgeProgress, judgeAll } from './judge.ts';
import type { Verifier } from './verdict.ts';

const item = (response: string, finish: 'stop' | 'length' = 'stop'): JudgeItem => ({ prompt: 'p', response, finish, record: {} });
const items = (count: number) => Array.from({ length: count }, (_, index) => item(String(index)));
const never: Verifier = () => new Promise(() => {});

describe('judgeAll', () => {
  test('answers in the order of the items, whatever finishes first', async () => {
    const verifier = defineReward(async ({ response }) => {
      await Bun.sleep(Math.random() * 10);
      return Number(response);
    });
    const { judgements, counts, judged } = await judgeAll(verifier, items(40), { concurrency: 7 });
    expect(judgements.map(({ reward }) => reward)).toEqual(Array.from({ length: 40 }, (_, index) => index));
    expect(counts).toEqual({ correct: 39, incorrect: 1, unverifiable: 0, 'infrastructure-error': 0 });
    expect(judged).toBe(40);
  });

  test('never judges more than `concurrency` items at a time, and does reach it', async () => {
    let running = 0;
    let most = 0;
    const verifier = defineReward(async () => {
      most = Math.max(most, ++running);
      await Bun.sleep(2);
      running--;
      return true;
    });
    await judgeAll(verifier, items(30), { concurrency: 4 });
    expect(most).toBe(4);
  });

  test('a verifier that throws or returns nonsense fails for its item alone', async () => {
    const verifier = ((input) => {
      if (input.response === '1') throw new Error('broken');
      if (input.response === '2') return 'nonsense';
      return { verdict: 'correct', reward: 1, extracted: null, evidence: 'fine', durationMs: 0 };
    }) as Verifier;
    const { judgements, counts } = await judgeAll(verifier, items(4));
    expect(judgements.map(({ verdict }) => verdict)).toEqual(['correct', 'infrastructure-error', 'infrastructure-error', 'correct']);
    expect(judgements[1]!.evidence).toBe('the verifier threw: Error: broken');
    expect(counts['infrastructure-error']).toBe(2);
  });

  test.each([
    [1, 'the verifier returned 1'],
    [undefined, 'the verifier returned undefined'],
    [{ verdict: 'right', reward: 1, extracted: null, evidence: '' }, 'the verifier returned {"verdict":"right"'],
    [{ verdict: 'correct', reward: null, extracted: null, evidence: '' }, 'the verifier returned {"verdict":"correct","reward":null'],
    [{ verdict: 'unverifiable', reward: 0, extracted: null, evidence: '' }, 'the verifier returned {"verdict":"unverifiable","reward":0'],
    [{ verdict: 'correct', reward: 1 }, 'the verifier returned {"verdict":"correct","reward":1}'],
  ])('%j is no judgement', async (value, evidence) => {
    const { judgements } = await judgeAll((() => value) as unknown as Verifier, items(1));
    expect(judgements[0]!.verdict).toBe('infrastructure-error');
    expect(judgements[0]!.evidence).toStartWith(evidence);
  });

  test('what a verifier adds to its judgement is kept', async () => {
    const verifier = (() => ({
      verdict: 'correct',
      reward: 1,
      extracted: null,
      evidence: 'fine',
      durationMs: 0,
      tests: { passed: 3 },
    })) as Verifier;
    expect((await judgeAll(verifier, items(1))).judgements[0]).toMatchObject({ reward: 1, tests: { passed: 3 } });
  });
});

describe('retries', () => {
  const flaky = (failures: number) => {
    let calls = 0;
    const verifier = defineReward(() => {
      if (calls++ < failures) throw new Error('away');
      return 1;
    });
    return { verifier, calls: () => calls };
  };

  test.each([
    [0, 1, 1, 'correct'],
    [1, 1, 2, 'correct'],
    [2, 1, 2, 'infrastructure-error'],
    [2, 2, 3, 'correct'],
    [1, 0, 1, 'infrastructure-error'],
  ])('%d failures with %d retries: %d calls, %s', async (failures, retries, calls, verdict) => {
    const { verifier, calls: made } = flaky(failures);
    const report = await judgeAll(verifier, items(1), { retries });
    expect(report.judgements[0]!.verdict).toBe(verdict as 'correct');
    expect(made()).toBe(calls);
    expect(report.retried).toBe(calls - 1);
  });

  test('unverifiable is final', async () => {
    let calls = 0;
    const verifier = defineReward(() => {
      calls++;
      return { verdict: 'unverifiable', evidence: 'no tests' };
    });
    const { counts } = await judgeAll(verifier, items(1));
    expect(counts.unverifiable).toBe(1);
    expect(calls).toBe(1);
  });
});

describe('time', () => {
  test('an item without a verdict in time is an infrastructure error, and its signal aborts', async () => {
    let aborted = 0;
    const verifier: Verifier = ({ signal }) => {
      signal.addEventListener('abort', () => aborted++);
      return never({} as never);
    };
    const { judgements } = await judgeAll(verifier, items(1), { timeoutMs: 10, retries: 1 });
    expect(judgements[0]).toMatchObject({ verdict: 'infrastructure-error', reward: null, evidence: 'no verdict within 10 ms' });
    expect(aborted).toBe(2);
  });

  test('a verifier that gives up on the signal is reported as out of time', async () => {
    const verifier: Verifier = ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    const { judgements } = await judgeAll(verifier, items(1), { timeoutMs: 5, retries: 0 });
    expect(judgements[0]!.evidence).toBe('no verdict within 5 ms');
  });

  test('the next item takes the place of one that ran out of time', async () => {
    const verifier: Verifier = (input) => (input.response === '0' ? never(input) : defineReward(() => 1)(input));
    const { counts } = await judgeAll(verifier, items(5), { concurrency: 1, timeoutMs: 5, retries: 0 });
    expect(counts).toMatchObject({ correct: 4, 'infrastructure-error': 1 });
  });

  test('cancelling rejects what is running and what waits', async () => {
    const controller = new AbortController();
    const judge = createJudge(never, { concurrency: 1, signal: controller.signal });
    const settled = Promise.allSettled([judge.judge(item('running')), judge.judge(item('waiting'))]);
    controller.abort(new Error('stopped by the user'));
    expect(await settled).toEqual([
      { status: 'rejected', reason: new Error('stopped by the user') },
      { status: 'rejected', reason: new Error('stopped by the user') },
    ]);
    await expect(judge.judge(item('later', 'length'))).rejects.toThrow('stopped by the user');
    expect(judge.progress.judged).toBe(0);
  });
});

describe('truncated responses', () => {
  const verifier = defineReward(() => 1);

  test('are incorrect with reward 0 without being judged', async () => {
    const { judgements } = await judgeAll(verifier, [item('a', 'length'), item('b')]);
    expect(judgements[0]).toMatchObject({ verdict: 'incorrect', reward: 0, evidence: 'cut off at the context length' });
    expect(judgements[1]!.reward).toBe(1);
  });

  test('are judged where asked for', async () => {
    const { judgements } = await judgeAll(verifier, [item('a', 'length')], { truncated: 'judge' });
    expect(judgements[0]!.reward).toBe(1);
  });
});

test('progress is told after each judgement', async () => {
  const seen: JudgeProgress[] = [];
  await judgeAll(
    defineReward(({ response }) => response === '1'),
    items(3),
    { concurrency: 1, onProgress: (progress) => seen.push(progress) },
  );
  expect(seen.map(({ judged, counts }) => [judged, counts.correct])).toEqual([
    [1, 0],
    [2, 1],
    [3, 1],
  ]);
  expect(seen[0]!.submitted).toBe(3);
});

test('options out of range are refused', () => {
  expect(() => createJudge(never, { concurrency: 0 })).toThrow('concurrency 0');
  expect(() => createJudge(never, { timeoutMs: 0 })).toThrow('timeoutMs 0');
  expect(() => createJudge(never, { retries: -1 })).toThrow('retries -1');
});
