import { describe, expect, test } from 'bun:test';
import type { ChatRequest } from '../endpoint/chat-endpoint.ts';
import { quietContext, someItem } from '../testing/items.ts';
import { judgeMessages, readVote } from './judge-prompt.ts';
import { type QualityJudge, qualityOptions, qualityStage } from './quality-stage.ts';

const judgeOf = (model: string, say: (request: ChatRequest) => string): QualityJudge => ({
  model,
  url: 'http://somewhere/v1',
  endpoint: { ask: async (request) => ({ text: say(request), finish: 'stop', promptTokens: 1, completionTokens: 1 }) },
});
/** Says valid for the first `valid` of its votes. */
const judge = (model: string, valid: number) => judgeOf(model, ({ sample }) => `All fine.\nVERDICT: ${sample < valid ? '' : 'IN'}VALID`);
const outcome = async (judges: readonly QualityJudge[], options = {}) =>
  (await qualityStage(qualityOptions.parse(options), judges).judge([someItem('Find x.')], quietContext))[0]!;

describe('9 of 32 votes', () => {
  test('are enough', async () => {
    expect(await outcome([judge('a', 9), judge('b', 0)])).toEqual({ verdict: 'keep', note: { valid: 9, of: 32, by: { a: 9, b: 0 } } });
    expect(await outcome([judge('a', 4), judge('b', 5)])).toMatchObject({ verdict: 'keep' });
  });

  test('one fewer is not, and the reason quotes a judge', async () => {
    expect(await outcome([judge('a', 4), judge('b', 4)])).toEqual({
      verdict: 'drop',
      reason: 'judged unfit',
      detail: '8 of 32 votes valid; one judge: All fine.\nVERDICT: INVALID',
    });
  });
});

test('a vote without a verdict is not valid; a judge that gives no answer fails the problem', async () => {
  expect(await outcome([judgeOf('a', () => 'It is fine.'), judgeOf('b', () => 'valid')])).toMatchObject({ reason: 'judged unfit' });
  const away = judgeOf('b', () => {
    throw new Error('503');
  });
  expect(await outcome([judge('a', 16), away])).toEqual({ verdict: 'failed', reason: 'a judge gave no answer', detail: '503' });
});

test('more votes to keep than there are is refused', () => {
  expect(() => qualityStage(qualityOptions.parse({ votes: 2, keepFrom: 9 }), [judge('a', 1), judge('b', 1)])).toThrow(
    'keepFrom 9 is more than the 4 votes',
  );
});

test.each([
  ['1. clear\nVERDICT: VALID', 'valid'],
  ['VERDICT: INVALID', 'invalid'],
  ['**VERDICT:** **VALID**', 'valid'],
  ['I would not say VERDICT: VALID here.\nverdict: invalid', 'invalid'],
  ['VERDICT: VALIDITY UNKNOWN', null],
  ['valid', null],
] as const)('%j votes %p', (answer, vote) => {
  expect(readVote(answer)).toBe(vote);
});

test('the problem stands in the request as it is', () => {
  const [system, user] = judgeMessages('Find $x$ in {1, 2}.');
  expect(system!.role).toBe('system');
  expect(user!.content).toContain('=====\nFind $x$ in {1, 2}.\n=====');
});
