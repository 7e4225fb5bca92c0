import { describe, expect, test } from 'bun:test';
import type { RewardInput } from '@or1/reward';
import { createRegistry } from '@or1/reward';
import { extractAnswer, nanoVerifiers, verifyArithmetic, verifyCountdown } from './verifiers.ts';

const input = (response: string, ground_truth: unknown, finish: 'stop' | 'length' = 'stop'): RewardInput => ({
  prompt: '',
  response,
  finish,
  record: { ability: 'arithmetic', reward_model: { style: 'rule', ground_truth } },
  signal: new AbortController().signal,
});

test.each([
  ['<1+1=2;>[2]', '2'],
  ['[2]', '2'],
  ['<>[]', ''],
  ['[1][2]', '2'],
  ['[2] ', null],
  ['[2', null],
  ['2', null],
  ['[[2]]', null],
])('the answer of %j is %j', (response, answer) => {
  expect(extractAnswer(response)).toBe(answer);
});

describe('arithmetic', () => {
  test.each([
    ['<2+2=4;>[4]', ['4'], 1],
    ['<2-6=-4;>[-4]', ['-4'], 1],
    ['<>[4]', '4', 1],
    ['<>[5]', ['4', '5'], 1],
    ['<2+2=4;>[5]', ['4'], 0],
    ['<>[04]', ['4'], 0],
    ['<>[+4]', ['4'], 0],
    ['<>[4.0]', ['4'], 0],
    ['<>[ 4]', ['4'], 0],
    ['<2+2=4;', ['4'], 0],
    ['', ['4'], 0],
  ])('%j against %j', async (response, truth, reward) => {
    expect((await verifyArithmetic(input(response, truth))).reward).toBe(reward);
  });

  test('a response that was cut off is wrong even where it ends in the answer', async () => {
    expect(await verifyArithmetic(input('<>[4]', ['4'], 'length'))).toMatchObject({
      verdict: 'incorrect',
      reward: 0,
      evidence: 'cut off before its end',
    });
  });

  test.each([[undefined], [[]], [['four']], [{ a: 1 }], ['x']])('the ground truth %j is unverifiable', async (truth) => {
    expect(await verifyArithmetic(input('<>[4]', truth))).toMatchObject({ verdict: 'unverifiable', reward: null });
  });
});

describe('Countdown', () => {
  const problem = { nums: [44, 19, 35], target: 98 };

  test.each([
    ['<19+35=54;54+44=98;>[(19+35)+44]', 'is right'],
    ['[44+19+35]', 'is right'],
    ['<44+19=63;>[(44+19)-35]', 'comes to 28 and not to 98'],
    ['[98]', 'uses 98 and not each of 44 19 35 once'],
    ['[44+54]', 'uses 44 54'],
    ['[44+19+35+44-44]', 'uses 44 19 35 44 44'],
    ['[44+19]', 'uses 44 19'],
    ['[19-35+44+98]', 'the intermediate -16 is negative'],
    ['[(19+35)+44', 'does not end in [answer]'],
    ['[alert(1)]', 'cannot read "a"'],
    ['[(44+19)+35=98]', 'cannot read "="'],
  ])('%j: %s', async (response, evidence) => {
    const judgement = await verifyCountdown(input(response, problem));
    expect(judgement.evidence).toContain(evidence);
    expect(judgement.reward).toBe(evidence === 'is right' ? 1 : 0);
  });

  test('numbers that occur twice must be used twice', async () => {
    expect((await verifyCountdown(input('[7+7]', { nums: [7, 7], target: 14 }))).reward).toBe(1);
    expect((await verifyCountdown(input('[7*2]', { nums: [7, 7], target: 14 }))).reward).toBe(0);
  });

  test('the key may be numbers, as public files have it', async () => {
    expect((await verifyCountdown(input('[1+2]', { numbers: [1, 2], target: 3 }))).reward).toBe(1);
  });

  test.each([[undefined], ['98'], [{ nums: [], target: 3 }], [{ nums: [1.5], target: 3 }], [{ nums: [1], target: '3' }]])(
    'the ground truth %j is unverifiable',
    async (truth) => {
      expect((await verifyCountdown(input('[1+2]', truth))).verdict).toBe('unverifiable');
    },
  );
});

test('a registry picks by ability', async () => {
  const { verifier } = createRegistry(nanoVerifiers);
  expect((await verifier(input('<>[4]', ['4']))).reward).toBe(1);
});
