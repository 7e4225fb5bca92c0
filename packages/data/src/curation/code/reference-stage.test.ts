import { expect, test } from 'bun:test';
import type { JudgeResponse } from '../judges.ts';
import { quietContext, someItem } from '../testing/items.ts';
import { referenceOptions, referenceStage } from './reference-stage.ts';

const tried: string[] = [];
const judge: JudgeResponse = async (response) => {
  tried.push(response);
  if (response.includes('crash')) throw new Error('no sandbox');
  const verdict = response.includes('right') ? 'correct' : response.includes('bad tests') ? 'unverifiable' : 'incorrect';
  return { verdict, extracted: null, evidence: `test 1: ${verdict}` };
};
const outcome = async (solutions: readonly string[], options = {}) => {
  tried.length = 0;
  const stage = referenceStage(referenceOptions.parse(options), { judge, verifier: 'test', concurrency: 2 });
  return (await stage.judge([someItem('p', { ability: 'code', truth: {}, solutions })], quietContext))[0]!;
};

test('solutions are tried in order until one passes', async () => {
  expect(await outcome(['wrong', 'right', 'right too'])).toEqual({ verdict: 'keep', note: { tried: 2 } });
  expect(tried).toEqual(['```python\nwrong\n```', '```python\nright\n```']);
});

test('at most as many as asked for: 32 unless said otherwise', async () => {
  const late = [...Array.from({ length: 32 }, () => 'wrong'), 'right'];
  expect(await outcome(late)).toEqual({ verdict: 'drop', reason: 'reference solution fails its tests', detail: 'test 1: incorrect' });
  expect(tried).toHaveLength(32);
  expect(await outcome(late, { solutions: 33 })).toMatchObject({ verdict: 'keep' });
});

test('no solution, tests that cannot run, and a sandbox that fails are told apart', async () => {
  expect(await outcome([])).toEqual({ verdict: 'drop', reason: 'no reference solution' });
  expect(await outcome([], { without: 'keep' })).toEqual({ verdict: 'keep', note: { tried: 0 } });
  expect(await outcome(['bad tests'])).toMatchObject({ verdict: 'drop', reason: 'tests cannot be run' });
  expect(await outcome(['wrong', 'crash'])).toMatchObject({ verdict: 'failed', reason: 'the code verifier failed' });
  expect(await outcome(['crash', 'right'])).toMatchObject({ verdict: 'keep' });
});

test('a solution that is fenced already is taken as it is', async () => {
  await outcome(['Here:\n```python\nright\n```']);
  expect(tried).toEqual(['Here:\n```python\nright\n```']);
});
