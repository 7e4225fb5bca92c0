import { expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadDemonstrations } from './demonstration.ts';
import { decodeGroundTruth } from './ground-truth.ts';
import { loadRecords } from './load-records.ts';
import { nodeFiles } from './node/index.ts';
import { promptText } from './record.ts';

/** Public data sets beside the repository; see the package's README for where they come from. */
const folder = join(import.meta.dir, '../../../../shared/data');
const absent = !existsSync(folder);

test.skipIf(absent).each([
  ['gsm8k/train.jsonl.gz', 'gsm8k', 7473, {}],
  ['gsm8k/test.jsonl.gz', 'gsm8k', 1319, {}],
  ['math/train_math.json.gz', 'math', 7474, { 'empty answer': 4 }],
  ['aime/train_aime_1983_2023.json.gz', 'aime', 975, {}],
  ['aime/aime24.parquet', 'verl', 30, {}],
  ['deepscaler/dsr_sub.parquet', 'verl', 1209, { 'empty answer': 1 }],
  ['countdown/test.parquet', 'verl', 1024, {}],
  ['kk/3ppl_test.parquet', 'verl', 100, {}],
  ['word-problems/svamp.jsonl', 'svamp', 1000, {}],
  ['word-problems/multiarith.jsonl', 'question-answer', 600, {}],
])('%s is read with the mapping %s', async (name, mapping, rows, dropped) => {
  const path = join(folder, name);
  const loaded = await loadRecords(nodeFiles, [path]);
  expect(loaded.mappings).toEqual({ [path]: mapping });
  expect(loaded.rows).toBe(rows);
  expect(loaded.dropped).toEqual(dropped);
  expect(loaded.records.length).toBe(rows - Object.values(dropped).reduce((sum: number, count: number) => sum + count, 0));
});

test.skipIf(absent)('every GSM8K answer is a plain number', async () => {
  const { records } = await loadRecords(nodeFiles, [join(folder, 'gsm8k/train.jsonl.gz')]);
  expect(records.filter(({ record }) => !/^-?\d+(\.\d+)?$/.test(record.reward_model.ground_truth)).map(({ id }) => id)).toEqual([]);
});

test.skipIf(absent)('Countdown becomes short prompts; two of the test rows are longer than 15 characters', async () => {
  const refuse = (record: Parameters<typeof promptText>[0]) => (promptText(record).length > 15 ? 'longer than 15' : null);
  const { records, dropped, mappings } = await loadRecords(nodeFiles, [join(folder, 'countdown/test.parquet')], { refuse });
  expect(Object.values(mappings)).toEqual(['countdown']);
  expect(dropped).toEqual({ 'longer than 15': 2 });
  for (const { record } of records) {
    const { nums, target } = decodeGroundTruth(record.reward_model.ground_truth) as { nums: number[]; target: number };
    expect(promptText(record)).toBe(`${nums.join(' ')}=${target}?`);
    expect(record.data_source).toBe(`countdown/${nums.length}`);
  }
});

test.skipIf(absent)('a file without answers is refused with the list of mappings', async () => {
  const path = join(folder, 'arithmetic-sequence/arithmetic_sequence_test.parquet');
  await expect(loadRecords(nodeFiles, [path])).rejects.toThrow('no known mapping fits its columns (prompt)');
});

test.skipIf(absent)('GSM8K also reads as demonstrations', async () => {
  const { demonstrations } = await loadDemonstrations(nodeFiles, [join(folder, 'gsm8k/test.jsonl.gz')]);
  expect(demonstrations).toHaveLength(1319);
});
