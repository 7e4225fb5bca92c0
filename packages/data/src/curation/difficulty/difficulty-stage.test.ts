import { describe, expect, test } from 'bun:test';
import type { JudgeResponse } from '../judges.ts';
import { quietContext, someItem } from '../testing/items.ts';
import { difficultyOf, difficultyOptions, difficultyStage } from './difficulty-stage.ts';
import { endpointSolver, type Solved, type Solver } from './solver.ts';

const judge: JudgeResponse = async (response) => {
  if (response === 'crash') throw new Error('no room');
  const verdict = response === 'right' ? 'correct' : response === 'bad record' ? 'unverifiable' : 'incorrect';
  return { verdict, extracted: null, evidence: verdict };
};

/** Answers a problem whose text is `k` with k right answers among its samples. */
const countingSolver: Solver = {
  model: 'model-7B',
  fingerprint: 'counting',
  answer: async ({ problems, samples, onAnswer }) =>
    problems.map(({ prompt }): Solved => {
      const text = prompt[0]!.content;
      if (text === 'long') return { refused: 'too long' };
      if (text === 'down') return { failed: 'no server' };
      return {
        answers: Array.from({ length: samples }, (_, sample) => {
          onAnswer();
          if (text.startsWith('=')) return { text: text.slice(1), finish: 'stop' as const };
          if (text === 'cut') return { text: 'right', finish: 'length' as const };
          return { text: sample < Number(text) ? 'right' : 'wrong', finish: 'stop' as const };
        }),
      };
    }),
};

const stage = (options = {}) => difficultyStage(difficultyOptions.parse(options), { solver: countingSolver, judge, verifier: 'test' });
const outcome = async (text: string, options = {}, ability = 'math') =>
  (await stage(options).judge([someItem(text, { ability })], quietContext))[0]!;

test('never and always solved problems go; the others carry wrong answers of 16 under the model', async () => {
  const never = await outcome('0');
  expect(never).toMatchObject({ verdict: 'drop', reason: 'never solved', detail: '0 of 16 by model-7B' });
  expect(never.record!.extra_info.model_difficulty).toEqual({ 'model-7B': 16 });
  expect(await outcome('16')).toMatchObject({ verdict: 'drop', reason: 'always solved', detail: '16 of 16 by model-7B' });
  const kept = await outcome('5');
  expect(kept).toMatchObject({
    verdict: 'keep',
    note: { solved: 5, of: 16 },
    record: { extra_info: { model_difficulty: { 'model-7B': 11 } } },
  });
});

test('code draws 8 answers, which count double on the scale of 16', async () => {
  expect(await outcome('3', {}, 'code')).toMatchObject({
    note: { solved: 3, of: 8 },
    record: { extra_info: { model_difficulty: { 'model-7B': 10 } } },
  });
  expect(await outcome('8', {}, 'code')).toMatchObject({ reason: 'always solved' });
});

test('what is cut off is wrong; what cannot be read, judged or reached has reasons of its own', async () => {
  expect(await outcome('cut')).toMatchObject({ reason: 'never solved' });
  expect(await outcome('long')).toEqual({ verdict: 'drop', reason: 'the model cannot read it', detail: 'too long' });
  expect(await outcome('down')).toEqual({ verdict: 'failed', reason: 'no answers from the model', detail: 'no server' });
  expect(await outcome('=crash')).toMatchObject({ verdict: 'failed', reason: 'a verifier failed' });
  expect(await outcome('=bad record')).toMatchObject({ verdict: 'drop', reason: 'cannot be verified' });
});

test('with drop off every problem stays with its difficulty, beside those of other models', async () => {
  const item = someItem('0');
  const asked = { ...item, record: { ...item.record, extra_info: { model_difficulty: { other: 4 } } } };
  const [kept] = await stage({ drop: false }).judge([asked], quietContext);
  expect(kept).toMatchObject({ record: { extra_info: { model_difficulty: { other: 4, 'model-7B': 16 } } } });
});

describe('the scale', () => {
  test.each([
    [0, 16, 16],
    [16, 16, 0],
    [15, 16, 1],
    [7, 8, 2],
    [1, 8, 14],
    [99, 100, 1],
    [1, 100, 15],
    [1, 2, 8],
  ])('%p right of %p is %p', (right, samples, difficulty) => {
    expect(difficultyOf(right, samples)).toBe(difficulty);
  });
});

test('a model behind an endpoint: every sample is a request of its own, and one that is lost loses the problem', async () => {
  const asked: string[] = [];
  const solver = endpointSolver(
    {
      ask: async ({ messages, sample }) => {
        asked.push(`${messages[0]!.content} ${sample}`);
        if (messages[0]!.content === 'b' && sample === 1) throw new Error('503');
        return { text: `${sample}`, finish: 'stop', promptTokens: 1, completionTokens: 1 };
      },
    },
    'model-7B',
    'http://somewhere/v1',
  );
  const problems = ['a', 'b'].map((content) => ({ hash: content, prompt: [{ role: 'user', content }] }));
  const solved = await solver.answer({
    problems,
    samples: 3,
    temperature: 1,
    maxTokens: 8,
    signal: quietContext.signal,
    onAnswer: () => undefined,
  });
  expect(asked.sort()).toEqual(['a 0', 'a 1', 'a 2', 'b 0', 'b 1', 'b 2']);
  expect(solved[0]).toMatchObject({ answers: [{ text: '0' }, { text: '1' }, { text: '2' }] });
  expect(solved[1]).toEqual({ failed: '503' });
});
