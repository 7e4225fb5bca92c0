import { describe, expect, test } from 'bun:test';
import { normaliseOptions, normaliseStage } from './normalise.ts';
import type { CurationItem, Outcome } from './stage.ts';
import { quietContext, someItem } from './testing/items.ts';

const judge = async (item: CurationItem, options = {}): Promise<Outcome> =>
  (await normaliseStage(normaliseOptions.parse(options)).judge([item], quietContext))[0]!;

async function normalised(item: CurationItem) {
  const outcome = await judge(item);
  if (outcome.verdict !== 'keep') throw new Error(`dropped: ${outcome.reason}`);
  const record = outcome.record ?? item.record;
  return { text: record.prompt[0]!.content, truth: record.reward_model.ground_truth, solutions: outcome.solutions ?? item.solutions };
}

describe('texts', () => {
  test.each([
    ['What is $x$?', 'What is $x$?'],
    ['  What\r\nis\u00a0$x$?  \n\n\n\nNow.\t\n', 'What\nis $x$?\n\nNow.'],
    ['Cafe\u0301\u200b and \ufeffzero', 'Café and zero'],
    ["Find $x$. Let's think step by step and output the final answer within \\boxed{}.", 'Find $x$.'],
    ['Put the answer within \\boxed{} and stop.', 'Put the answer within \\boxed{} and stop.'],
  ])('%j becomes %j', async (text, expected) => {
    expect((await normalised(someItem(text))).text).toBe(expected);
  });

  test('nothing left is no problem', async () => {
    expect(await judge(someItem('\u200b \n'))).toMatchObject({ verdict: 'drop', reason: 'empty problem' });
    expect(await judge(someItem('1+1?'), { minimumCharacters: 5 })).toMatchObject({ reason: 'problem too short', detail: '4 characters' });
  });
});

describe('answers', () => {
  test.each([
    ['204', '["204"]'],
    ['["1", "1", " 2 "]', '["1","2"]'],
    ['$\\frac12$', '["\\\\frac12"]'],
    ['$$5$$', '["5"]'],
    ['\\$5', '["\\\\$5"]'],
    ['$x$ or $y$', '["$x$ or $y$"]'],
    ['[0,1)', '["[0,1)"]'],
  ])('%s becomes %s', async (truth, expected) => {
    expect((await normalised(someItem('p', { truth }))).truth).toBe(expected);
  });

  test('an empty or wrongly formed answer is told', async () => {
    expect(await judge(someItem('p', { truth: '["  "]' }))).toMatchObject({ reason: 'invalid answer' });
    expect(await judge(someItem('p', { truth: { a: 1 } }))).toMatchObject({
      reason: 'invalid answer',
      detail: expect.stringContaining('ground_truth'),
    });
  });
});

describe('tests of programs', () => {
  test('null keys of the other forms go', async () => {
    const truth = { inputs: ['1'], outputs: ['2'], fn_name: null, assert_case: null, test_code: null };
    expect((await normalised(someItem('p', { ability: 'code', truth }))).truth).toBe('{"inputs":["1"],"outputs":["2"]}');
  });

  test('a suite of the wrong form is corrupt, with the key at fault', async () => {
    const of = (truth: object) => judge(someItem('p', { ability: 'code', truth }));
    expect(await of({ inputs: ['1'], outputs: [{}] })).toMatchObject({
      reason: 'corrupt test suite',
      detail: expect.stringContaining('outputs.0'),
    });
    expect(await of({ test_code: 'def check(candidate): pass' })).toMatchObject({ detail: expect.stringContaining('entry_point') });
    expect(await of({ hints: [] })).toMatchObject({ detail: expect.stringContaining('its keys: hints') });
  });

  test('ground truths of other abilities keep their keys', async () => {
    const truth = { nums: [1, 2], target: 3, unused: null };
    expect((await normalised(someItem('1 2=3?', { ability: 'countdown', truth }))).truth).toBe('{"nums":[1,2],"target":3}');
  });
});

test('a record in order is left as it is; doing it twice changes nothing', async () => {
  const clean = someItem('Find $x$.', { truth: ['1'], solutions: ['so \\boxed{1}'] });
  expect(await judge(clean)).toEqual({ verdict: 'keep' });
});
