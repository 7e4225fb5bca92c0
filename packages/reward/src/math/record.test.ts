import { describe, expect, test } from 'bun:test';
import { createMathVerifier, goldsOf } from './record.ts';

const input = (ground_truth: unknown, response: string, finish: 'stop' | 'length' = 'stop') => ({
  prompt: 'How many?',
  response,
  finish,
  record: { ability: 'math', reward_model: { style: 'rule', ground_truth } },
  signal: new AbortController().signal,
});

describe('math records', () => {
  test('state a gold or several', () => {
    expect(goldsOf({ reward_model: { ground_truth: '5' } })).toEqual(['5']);
    expect(goldsOf({ reward_model: { ground_truth: ['5', '6'] } })).toEqual(['5', '6']);
    expect(goldsOf({ reward_model: { ground_truth: '["5", "\\\\frac{1}{2}"]' } })).toEqual(['5', '\\frac{1}{2}']);
    expect(goldsOf({ reward_model: { ground_truth: '[1, 2]' } })).toEqual(['[1, 2]']);
    expect(goldsOf({ reward_model: { ground_truth: 5 } })).toEqual(['5']);
    expect(goldsOf({ reward_model: {} })).toBeNull();
    expect(goldsOf({})).toBeNull();
  });

  test('are judged, and cut-off responses are worth nothing', async () => {
    const verifier = createMathVerifier();
    expect(await verifier(input('\\frac12', '\\boxed{0.5}'))).toMatchObject({ verdict: 'correct', reward: 1 });
    expect(await verifier(input('\\frac12', '\\boxed{0.5}', 'length'))).toMatchObject({ verdict: 'incorrect', reward: 0 });
    expect(await verifier(input(undefined, '\\boxed{0.5}'))).toMatchObject({ verdict: 'unverifiable', reward: null });
  });
});
