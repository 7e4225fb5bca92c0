import { describe, expect, test } from 'bun:test';
import { defineReward, type RewardOutcome, rewardOfModule } from './define-reward.ts';
import type { RewardInput } from './verdict.ts';

const input: RewardInput = { prompt: 'p', response: 'r', finish: 'stop', record: { answer: 4 }, signal: new AbortController().signal };
const judge = (outcome: unknown) => defineReward(() => outcome as RewardOutcome)(input);

describe('what a reward may return', () => {
  test.each([
    [true, 'correct', 1],
    [false, 'incorrect', 0],
    [1, 'correct', 1],
    [0.25, 'correct', 0.25],
    [0, 'incorrect', 0],
    [-2, 'incorrect', -2],
    [{ reward: 0.5 }, 'correct', 0.5],
    [{ verdict: 'correct' }, 'correct', 1],
    [{ verdict: 'incorrect' }, 'incorrect', 0],
    [{ verdict: 'incorrect', reward: 0.3 }, 'incorrect', 0.3],
    [{ verdict: 'unverifiable' }, 'unverifiable', null],
    [{ verdict: 'unverifiable', reward: null }, 'unverifiable', null],
    [{ verdict: 'infrastructure-error', evidence: 'the server is away' }, 'infrastructure-error', null],
  ])('%j', async (outcome, verdict, reward) => {
    expect(await judge(outcome)).toMatchObject({ verdict, reward });
  });

  test('extracted and evidence pass through', async () => {
    expect(await judge({ reward: 1, extracted: '42', evidence: 'equal' })).toMatchObject({ extracted: '42', evidence: 'equal' });
  });

  test('a promise, and the input as given', async () => {
    const reward = defineReward(async ({ prompt, response, record }) => prompt === 'p' && response === 'r' && record.answer === 4);
    expect((await reward(input)).reward).toBe(1);
    expect((await reward(input)).durationMs).toBeGreaterThanOrEqual(0);
  });
});

describe('anything else is an infrastructure error that says why', () => {
  test.each([
    [Number.NaN, 'the reward returned NaN'],
    [Number.POSITIVE_INFINITY, 'the reward returned Infinity'],
    [undefined, 'the reward returned undefined'],
    [null, 'the reward returned null'],
    ['1', 'the reward returned 1; return a number'],
    [[1], 'the reward returned a list'],
    [{}, 'without verdict and reward'],
    [{ score: 1 }, 'the unknown field score'],
    [{ reward: 1, note: 'x' }, 'the unknown field note'],
    [{ verdict: 'right' }, 'the verdict right; the verdicts are correct'],
    [{ reward: Number.NaN }, 'the reward NaN'],
    [{ reward: '1' }, 'the reward 1; return a finite number'],
    [{ verdict: 'correct', reward: null }, 'the reward null'],
    [{ verdict: 'unverifiable', reward: 0 }, 'the verdict unverifiable with the reward 0'],
    [{ reward: 1, extracted: 4 }, 'extracted that is not a string'],
    [{ reward: 1, evidence: 4 }, 'evidence that is not a string'],
  ])('%j', async (outcome, evidence) => {
    const judgement = await judge(outcome);
    expect(judgement).toMatchObject({ verdict: 'infrastructure-error', reward: null });
    expect(judgement.evidence).toContain(evidence);
  });

  test('a throw, at once or later', async () => {
    const now = defineReward(() => {
      throw new TypeError('no such word');
    });
    const later = defineReward(async () => Promise.reject(new Error('two\n lines')));
    expect(await now(input)).toMatchObject({ verdict: 'infrastructure-error', evidence: 'the reward threw: TypeError: no such word' });
    expect(await later(input)).toMatchObject({ verdict: 'infrastructure-error', evidence: 'the reward threw: Error: two lines' });
  });
});

describe('time', () => {
  test('a reward without an answer in time is an infrastructure error, and its signal aborts', async () => {
    let aborted = false;
    const reward = defineReward(
      ({ signal }) =>
        new Promise(() =>
          signal.addEventListener('abort', () => {
            aborted = true;
          }),
        ),
      { timeoutMs: 5 },
    );
    expect(await reward(input)).toMatchObject({ verdict: 'infrastructure-error', evidence: 'the reward gave no verdict within 5 ms' });
    expect(aborted).toBeTrue();
  });

  test('a cancelled reward rejects with the reason', async () => {
    const controller = new AbortController();
    const judged = defineReward(() => new Promise(() => {}))({ ...input, signal: controller.signal }) as Promise<unknown>;
    controller.abort(new Error('stopped'));
    await expect(judged).rejects.toThrow('stopped');
  });
});

test('a reward file must export what defineReward made', () => {
  const reward = defineReward(() => 1);
  expect(rewardOfModule({ default: reward }, 'reward.ts')).toBe(reward);
  for (const module of [{}, { default: () => 1 }, { default: 4 }]) {
    expect(() => rewardOfModule(module, 'reward.ts')).toThrow(
      'reward.ts: its default export is not a reward; write `export default defineReward(',
    );
  }
});
