import { expect, test } from 'bun:test';
import { defineReward } from './define-reward.ts';
import { createRegistry } from './registry.ts';

const input = (record: Record<string, unknown>) => ({
  prompt: '',
  response: '',
  finish: 'stop' as const,
  record,
  signal: new AbortController().signal,
});
const registry = createRegistry([
  { name: 'aime', ability: 'math', dataSource: 'test-math-aime', verifier: defineReward(() => 3) },
  { name: 'math', ability: 'math', verifier: defineReward(() => 1) },
  { name: 'nano', dataSource: 'nano/', verifier: defineReward(() => 2) },
]);

test('the first route that takes the record judges it', async () => {
  expect((await registry.verifier(input({ ability: 'math', data_source: 'test-math-aime24' }))).reward).toBe(3);
  expect((await registry.verifier(input({ ability: 'math', data_source: 'gsm8k' }))).reward).toBe(1);
  expect((await registry.verifier(input({ ability: 'countdown', data_source: 'nano/countdown/3' }))).reward).toBe(2);
  expect(registry.find({ ability: 'code', data_source: 'leetcode' })).toBeNull();
});

test('a record without a verifier is an infrastructure error that names it and the known kinds', async () => {
  const judgement = await registry.verifier(input({ ability: 'code', data_source: 'leetcode' }));
  expect(judgement.verdict).toBe('infrastructure-error');
  expect(judgement.evidence).toBe(
    'no verifier for ability code, data_source leetcode; known: aime (ability math, data_source test-math-aime*); math (ability math); nano (data_source nano/*)',
  );
});

test('requireAll counts the records that none takes', () => {
  const records = [
    { ability: 'math', data_source: 'a' },
    { ability: 'code', data_source: 'b' },
    { ability: 'code', data_source: 'b' },
  ];
  expect(() => registry.requireAll(records.slice(0, 1))).not.toThrow();
  expect(() => registry.requireAll(records)).toThrow('no verifier for ability code, data_source b (2 records); give a reward file');
});

test('a route that states nothing is refused', () => {
  expect(() => createRegistry([{ name: 'any', verifier: defineReward(() => 1) }])).toThrow('verifier route any has neither');
});
