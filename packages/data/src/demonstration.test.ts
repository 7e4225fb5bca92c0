import { expect, test } from 'bun:test';
import { loadDemonstrations } from './demonstration.ts';
import { memoryFiles } from './testing/memory-files.ts';

const load = (...rows: unknown[]) => loadDemonstrations(memoryFiles({ f: rows.map((row) => JSON.stringify(row)).join('\n') }), ['f']);
const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });

test('text columns, message columns, and whole conversations', async () => {
  const { demonstrations, rows } = await load(
    { prompt: 'p', completion: 'c' },
    { prompt: [user('p')], completion: [assistant('c')] },
    { messages: [user('a'), assistant('b'), user('p'), assistant('c')] },
    { question: 'p', answer: 'c' },
  );
  expect(rows).toBe(4);
  expect(demonstrations.map(({ demonstration }) => demonstration)).toEqual([
    { prompt: [user('p')], response: 'c' },
    { prompt: [user('p')], response: 'c' },
    { prompt: [user('a'), assistant('b'), user('p')], response: 'c' },
    { prompt: [user('p')], response: 'c' },
  ]);
});

test('empty responses and refused rows are counted', async () => {
  const files = memoryFiles({ f: '{"prompt":"p","response":""}\n{"prompt":"long","response":"r"}\n{"prompt":"p","response":"r"}' });
  const refuse = ({ prompt }: { prompt: readonly { content: string }[] }) => (prompt[0]!.content.length > 1 ? 'too long' : null);
  const { demonstrations, dropped } = await loadDemonstrations(files, ['f'], { refuse });
  expect(demonstrations.map(({ id }) => id)).toEqual(['f#2']);
  expect(dropped).toEqual({ 'empty response': 1, 'too long': 1 });
});

test('other layouts are refused with their line', async () => {
  await expect(load({ prompt: 'p', completion: 'c' }, { text: 'x' })).rejects.toThrow(
    'f:2: no demonstration in the columns text; known are messages, prompt and completion',
  );
  await expect(load({ messages: [user('p')] })).rejects.toThrow('f:1: messages does not end with an assistant turn');
  await expect(load({ prompt: 3, completion: 'c' })).rejects.toThrow('f:1: the column prompt holds neither text nor a list');
});
