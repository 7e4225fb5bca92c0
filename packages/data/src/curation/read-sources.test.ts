import { describe, expect, test } from 'bun:test';
import { sha256 } from '../node/sha256.ts';
import { memoryFiles } from '../testing/memory-files.ts';
import { writeParquet } from '../write-records.ts';
import { readSources, type Source } from './read-sources.ts';

const rows = (...list: unknown[]) => list.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n');
const good = (n: number) => ({ problem: `What is ${n}?`, answer: String(n), solution: `so ${n}` });
const source = (more: Partial<Source> = {}): Source => ({ name: 's', files: ['f.jsonl'], mapping: 'math', licence: 'MIT', ...more });
const read = (files: Record<string, string | Uint8Array>, onError: 'stop' | 'skip', more: Partial<Source> = {}) =>
  readSources(memoryFiles(files), [source(more)], { hasher: sha256, onError });

test('rows become items with text, solutions and stable ids, counted through the files of a source', async () => {
  const files = { 'a.jsonl': rows(good(1), good(2)), 'b.jsonl': rows(good(3)) };
  const { items, rows: counts, mappings } = await read(files, 'stop', { files: ['a.jsonl', 'b.jsonl'], dataSource: 'train-math-s' });
  expect(items.map(({ id, source: name, text, solutions }) => [id, name, text, ...solutions])).toEqual([
    ['s#0', 's', 'What is 1?', 'so 1'],
    ['s#1', 's', 'What is 2?', 'so 2'],
    ['s#2', 's', 'What is 3?', 'so 3'],
  ]);
  expect(items[0]!.record.data_source).toBe('train-math-s');
  expect(counts).toEqual({ s: 3 });
  expect(mappings).toEqual({ 'a.jsonl': 'math', 'b.jsonl': 'math' });
  expect(items[0]!.hash).not.toBe(items[1]!.hash);
});

const bad = {
  'a line that is no JSON': [rows(good(1), '{"problem": "cut', good(3)), 'f.jsonl:2: not valid JSON'],
  'a row that is no object': [rows(good(1), '[1]', good(3)), 'f.jsonl:2: a row must be a JSON object'],
  'a missing column': [rows(good(1), { problem: 'p' }, good(3)), 'f.jsonl:2: no column answer|Answer'],
  'a column of the wrong kind': [rows(good(1), { problem: 5, answer: '1' }, good(3)), 'f.jsonl:2: problem|Problem must hold text'],
} as const;

describe.each(Object.entries(bad))('%s', (_, [content, message]) => {
  test('ends the reading, with file, line and field', async () => {
    await expect(read({ 'f.jsonl': content }, 'stop')).rejects.toThrow(message);
  });

  test('is listed and passed over where that is asked for', async () => {
    const { items, left, rows: counts } = await read({ 'f.jsonl': content }, 'skip');
    expect(items.map(({ id }) => id)).toEqual(['s#0', 's#2']);
    expect(left).toHaveLength(1);
    expect(left[0]).toMatchObject({ source: 's', place: 'f.jsonl:2', reason: 'unreadable row', detail: expect.stringContaining(message) });
    expect(counts).toEqual({ s: 3 });
  });
});

test('a mapping that fits no row ends the run, whatever is asked for', async () => {
  const content = rows({ question: 'q' }, { question: 'r' });
  for (const onError of ['stop', 'skip'] as const) {
    await expect(read({ 'f.jsonl': content }, onError)).rejects.toThrow(/f\.jsonl.*no column problem\|Problem, answer\|Answer/);
  }
  await expect(read({ 'f.jsonl': content }, 'skip')).rejects.toThrow('the math mapping fits none of its 2 rows');
  await expect(read({ 'f.jsonl': content }, 'skip', { mapping: 'auto' })).rejects.toThrow('no known mapping fits its columns (question)');
});

test('empty answers and prompts are left out and listed, and stop nothing', async () => {
  const { items, left } = await read({ 'f.jsonl': rows(good(1), { problem: 'p', answer: '' }, { problem: '', answer: '1' }) }, 'stop');
  expect(items).toHaveLength(1);
  expect(left).toEqual([
    { source: 's', place: 'f.jsonl:2', reason: 'empty answer' },
    { source: 's', place: 'f.jsonl:3', reason: 'empty prompt' },
  ]);
});

test('a Parquet file that is cut short is named; skipping lists it and reads the other files', async () => {
  const files = memoryFiles({ 'b.jsonl': rows(good(1)) });
  await writeParquet(files, 'a.parquet', [good(1), good(2)]);
  const cut = memoryFiles({ 'a.parquet': files.written.get('a.parquet')!.slice(0, -20), 'b.jsonl': rows(good(3)) });
  const of = (onError: 'stop' | 'skip') => readSources(cut, [source({ files: ['a.parquet', 'b.jsonl'] })], { hasher: sha256, onError });
  await expect(of('stop')).rejects.toThrow('a.parquet: not a readable Parquet file');
  const { items, left } = await of('skip');
  expect(items).toHaveLength(1);
  expect(left).toEqual([
    { source: 's', place: 'a.parquet', reason: 'unreadable row', detail: expect.stringContaining('cut short or damaged') },
  ]);
});

test('a gzip file that is cut short keeps what came before and lists the break', async () => {
  const text = Array.from({ length: 5000 }, (_, n) =>
    JSON.stringify({ ...good(n), noise: Bun.hash(String(n)).toString(36).repeat(20) }),
  ).join('\n');
  const whole = Bun.gzipSync(text);
  const cut = { 'f.jsonl': whole.slice(0, whole.length >> 1) };
  await expect(read(cut, 'stop')).rejects.toThrow('f.jsonl: the gzip stream is broken');
  const { items, left } = await read(cut, 'skip');
  expect(items.length).toBeGreaterThan(100);
  expect(items.length).toBeLessThan(5000);
  expect(left.at(-1)!.detail).toContain('the gzip stream is broken');
});
