import { expect, test } from 'bun:test';
import type { JudgeResponse } from '../judges.ts';
import { quietContext, someItem } from '../testing/items.ts';
import { answerOptions, answerStage } from './answer-stage.ts';

/** Takes the last number of the solution; knows four answers that make it behave badly. */
const judge: JudgeResponse = async (response, { reward_model }) => {
  if (response.includes('crash')) throw new Error('out of memory');
  const stated = (JSON.parse(reward_model.ground_truth) as string[])[0]!;
  const extracted = response.match(/\d+/g)?.at(-1) ?? null;
  const verdict = stated === '?' ? 'unverifiable' : stated === extracted ? 'correct' : 'incorrect';
  return { verdict, extracted, evidence: `${verdict}: ${extracted}` };
};
const stage = (options = {}) => answerStage(answerOptions.parse(options), { judge, verifier: 'test', concurrency: 2 });
const outcome = async (truth: string, solutions: readonly string[], options = {}) =>
  (await stage(options).judge([someItem('p', { truth: [truth], solutions })], quietContext))[0]!;

test('one solution that ends in the stated answer is enough', async () => {
  expect(await outcome('5', ['so \\boxed{5}'])).toEqual({ verdict: 'keep' });
  expect(await outcome('5', ['the answer is 6', '#### 5'])).toEqual({ verdict: 'keep' });
  expect(await outcome('5', ['and so we get 5'])).toEqual({ verdict: 'keep' });
});

test('another answer, no answer and an unreadable statement go, each for its own reason', async () => {
  expect(await outcome('5', ['so \\boxed{6}'])).toEqual({
    verdict: 'drop',
    reason: 'solution gives another answer',
    detail: 'stated ["5"], in the solution 6',
  });
  expect(await outcome('5', ['by symmetry, QED 7'])).toMatchObject({ verdict: 'drop', reason: 'no answer found in the solution' });
  expect(await outcome('5', ['by symmetry, QED 7'], { unmarked: 'keep' })).toEqual({ verdict: 'keep' });
  expect(await outcome('?', ['so \\boxed{6}'])).toMatchObject({ verdict: 'drop', reason: 'stated answer cannot be read' });
});

test('a verifier that crashes marks its record, and no other', async () => {
  const items = [someItem('a', { solutions: ['crash'] }), someItem('b', { solutions: ['\\boxed{1}'] })];
  expect(await stage().judge(items, quietContext)).toEqual([
    { verdict: 'failed', reason: 'the math verifier failed', detail: 'the verifier failed: out of memory' },
    { verdict: 'keep' },
  ]);
});

test('only math problems with solutions are asked about', () => {
  const { applies } = stage();
  expect(applies!(someItem('p', { solutions: ['s'] }))).toBeTrue();
  expect(applies!(someItem('p'))).toBeFalse();
  expect(applies!(someItem('p', { ability: 'code', solutions: ['s'] }))).toBeFalse();
});
