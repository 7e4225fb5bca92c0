import { describe, expect, test } from 'bun:test';
import type { ColumnMapping } from './column-mapping.ts';
import { knownMappings } from './known-mappings.ts';
import { loadRecords } from './load-records.ts';
import { promptText } from './record.ts';
import { memoryFiles } from './testing/memory-files.ts';

const jsonl = (...rows: unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const load = (content: string, options = {}) => loadRecords(memoryFiles({ f: content }), ['f'], options);
const verlRow = {
  data_source: 'countdown',
  prompt: [{ role: 'user', content: 'Use the numbers [1, 2].' }],
  ability: 'maths',
  reward_model: { style: 'rule', ground_truth: { numbers: [1, 2], target: 3, unused: null } },
  extra_info: { index: 4, split: null },
};

describe('known layouts', () => {
  test('Skywork: everything is kept, difficulty too', async () => {
    const row = {
      ...verlRow,
      reward_model: { style: 'rule', ground_truth: '["3"]' },
      extra_info: { index: 9, model_difficulty: { 'model-7B': 3 } },
    };
    const { records, mappings } = await load(jsonl(row));
    expect(mappings).toEqual({ f: 'skywork' });
    expect(records).toEqual([{ id: 'f#0', record: row }]);
  });

  test('verl: an object as ground truth becomes JSON without its null keys', async () => {
    const { records, mappings } = await load(jsonl(verlRow));
    expect(mappings).toEqual({ f: 'verl' });
    expect(records[0]!.record.reward_model.ground_truth).toBe('{"numbers":[1,2],"target":3}');
    expect(records[0]!.record.extra_info).toEqual({ index: 4 });
  });

  test('GSM8K: what follows the last ####, without thousands separators', async () => {
    const { records, mappings } = await load(jsonl({ question: 'How many?', answer: 'First ####, then\n#### 1,234' }));
    expect(mappings).toEqual({ f: 'gsm8k' });
    expect(records[0]!.record).toEqual({
      data_source: 'gsm8k',
      prompt: [{ role: 'user', content: 'How many?' }],
      ability: 'math',
      reward_model: { style: 'rule', ground_truth: '1234' },
      extra_info: { index: 0 },
    });
  });

  test('question and answer without #### fall to the plain layout', async () => {
    const { records, mappings } = await load(jsonl({ question: 'q', answer: 5 }));
    expect(mappings).toEqual({ f: 'question-answer' });
    expect(records[0]!.record.reward_model.ground_truth).toBe('5');
  });

  test('MATH, as an array, with a list of answers', async () => {
    const { records, mappings } = await load(JSON.stringify([{ problem: 'p', answer: ['1', 2], type: 'Algebra' }]));
    expect(mappings).toEqual({ f: 'math' });
    expect(records[0]!.record.reward_model.ground_truth).toBe('["1","2"]');
    expect(records[0]!.record.extra_info).toEqual({ index: 0, type: 'Algebra' });
  });

  test('TRL: text or messages, answer or solution', async () => {
    const messages = [
      { role: 'system', content: 's' },
      { role: 'user', content: 'u' },
    ];
    const { records, mappings } = await load(jsonl({ prompt: 'p', answer: 'a' }, { prompt: messages, solution: 's' }));
    expect(mappings).toEqual({ f: 'trl' });
    expect(records.map(({ record }) => record.prompt)).toEqual([[{ role: 'user', content: 'p' }], messages]);
    expect(promptText(records[1]!.record)).toBe('u');
  });

  test('Countdown: the short prompt, with the count of numbers in its source', async () => {
    const { records } = await load(jsonl({ nums: [44, 19, 35], target: 98 }));
    expect(records[0]!.record).toEqual({
      data_source: 'countdown/3',
      prompt: [{ role: 'user', content: '44 19 35=98?' }],
      ability: 'countdown',
      reward_model: { style: 'rule', ground_truth: '{"nums":[44,19,35],"target":98}' },
      extra_info: { index: 0 },
    });
  });
});

describe('choosing a mapping', () => {
  const both = jsonl({ ...verlRow, nums: [1, 2], target: 3 });

  test('of two that fit, the earlier wins, unless the caller can only use the other', async () => {
    expect((await load(both)).mappings).toEqual({ f: 'verl' });
    const refuse = (record: Parameters<typeof promptText>[0]) => (promptText(record).length > 10 ? 'too long' : null);
    expect((await load(both, { refuse })).mappings).toEqual({ f: 'countdown' });
  });

  test('a name, or a declared mapping', async () => {
    expect((await load(both, { mapping: 'countdown' })).mappings).toEqual({ f: 'countdown' });
    const own: ColumnMapping = {
      name: 'own',
      title: 'sums',
      requires: ['a', 'b'],
      prompt: { template: '{a}+{b}?' },
      groundTruth: { columns: ['sum'] },
      dataSource: { otherwise: 'sums' },
      ability: { otherwise: 'arithmetic' },
      extraInfo: { fields: { level: 'meta.level' } },
    };
    const { records } = await load(jsonl({ a: 1, b: 2, sum: 3, meta: { level: 'easy' } }), { mapping: own });
    expect(promptText(records[0]!.record)).toBe('1+2?');
    expect(records[0]!.record.extra_info).toEqual({ index: 0, level: 'easy' });
  });

  test('a wrong mapping and an unknown name are refused', async () => {
    await expect(load(both, { mapping: 'coundown' })).rejects.toThrow(
      'there is no column mapping coundown; choose auto or one of skywork, verl',
    );
    await expect(load(both, { mapping: { ...knownMappings[0]!, prompt: { columns: [] } } })).rejects.toThrow(
      'column mapping skywork is wrong: prompt',
    );
  });

  test('columns that fit nothing: the message lists the known mappings', async () => {
    const failure = load(jsonl({ foo: 1, bar: 2 }));
    await expect(failure).rejects.toThrow('f: no known mapping fits its columns (foo, bar); known are skywork (');
    await expect(failure).rejects.toThrow('gsm8k (question, answer)');
  });
});

describe('rows that cannot be used', () => {
  test('are counted by reason', async () => {
    const content = jsonl(
      { problem: 'fine', answer: '1' },
      { problem: 'no answer', answer: '' },
      { problem: 'null answer', answer: null },
      { problem: '', answer: '1' },
      { problem: 'é', answer: '1' },
    );
    const { records, rows, dropped } = await load(content, {
      refuse: (record: Parameters<typeof promptText>[0]) =>
        promptText(record).includes('é') ? 'the tokenizer has no token for "é"' : null,
    });
    expect(records.map(({ id }) => id)).toEqual(['f#0']);
    expect(rows).toBe(5);
    expect(dropped).toEqual({ 'empty answer': 2, 'empty prompt': 1, 'the tokenizer has no token for "é"': 1 });
  });

  test.each([
    [{ problem: 'p' }, 'f:2: no column answer|Answer; the math mapping needs the columns problem|Problem, answer|Answer'],
    [{ problem: 3, answer: '1' }, 'f:2: problem|Problem must hold text or a list of {role, content}'],
    [{ problem: 'p', answer: [{}] }, 'f:2: a list of answers must hold texts or numbers'],
    [{ problem: 'p', answer: '1', source: 4 }, 'f:2: data_source|source must be text to be the data_source, not number'],
  ])('%j stops the load with file and line', async (row, message) => {
    await expect(load(jsonl({ problem: 'p', answer: '1' }, row), { mapping: 'math' })).rejects.toThrow(message);
  });

  test('an answer without #### in a GSM8K file stops the load', async () => {
    await expect(load(jsonl({ question: 'q', answer: 'no mark' }), { mapping: 'gsm8k' })).rejects.toThrow('f:1: the answer has no ####');
  });
});

test('a file listed twice gives its records twice under the same ids', async () => {
  const files = memoryFiles({ code: jsonl({ problem: 'c', answer: '1' }), math: jsonl({ problem: 'm', answer: '2' }) });
  const { records } = await loadRecords(files, ['code', 'code', 'math']);
  expect(records.map(({ id }) => id)).toEqual(['code#0', 'code#0', 'math#0']);
});
