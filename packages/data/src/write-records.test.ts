import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { loadRecords } from './load-records.ts';
import { readRows } from './read-rows.ts';
import { memoryFiles, someRecord } from './testing/memory-files.ts';
import { writeParquet, writeRecords } from './write-records.ts';

async function parquetRound(rows: readonly Record<string, unknown>[]) {
  const files = memoryFiles({});
  await writeParquet(files, 'out.parquet', rows);
  const back = [];
  for await (const { row } of readRows(files, 'out.parquet')) back.push(row);
  return back;
}

describe('Parquet', () => {
  test('rows of one shape come back as they were', async () => {
    const row = fc.record({
      text: fc.string(),
      count: fc.maxSafeInteger(),
      share: fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
      flag: fc.boolean(),
      words: fc.array(fc.string()),
      turns: fc.array(fc.record({ role: fc.string(), content: fc.string() })),
      nested: fc.record({ list: fc.array(fc.array(fc.integer())), maybe: fc.option(fc.string()) }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (rows) => {
        const filled = { ...rows[0]!, share: 0.5, words: ['x'], turns: [{ role: 'a', content: 'b' }], nested: { list: [[1]], maybe: 'x' } };
        const all = [filled, ...rows];
        expect(await parquetRound(all)).toEqual(all);
      }),
      { numRuns: 40 },
    );
  });

  test('absent values come back as null', async () => {
    expect(await parquetRound([{ a: 1, b: { c: 'x' } }, { b: { c: null } }, { a: 2 }])).toEqual([
      { a: 1, b: { c: 'x' } },
      { a: null, b: { c: null } },
      { a: 2, b: null },
    ]);
  });

  test('more rows than one row group', async () => {
    const rows = Array.from({ length: 2500 }, (_, index) => ({ index, text: `row ${index}` }));
    expect(await parquetRound(rows)).toEqual(rows);
  });

  test('mixed types and no rows are refused by column', async () => {
    await expect(parquetRound([{ extra: { index: 1 } }, { extra: { index: 'one' } }])).rejects.toThrow(
      'the column extra.index holds both integer and string values',
    );
    await expect(parquetRound([{ list: [1, 'a'] }])).rejects.toThrow('the column list[] holds both integer and string values');
    await expect(parquetRound([])).rejects.toThrow('there are no rows to write');
  });

  test('a damaged file is refused', async () => {
    const files = memoryFiles({});
    await writeParquet(files, 'out.parquet', [{ a: 1 }]);
    const cut = memoryFiles({ cut: files.written.get('out.parquet')!.slice(0, 40) });
    await expect(readRows(cut, 'cut').next()).rejects.toThrow('cut: not a readable Parquet file');
  });
});

test('records survive every format', async () => {
  const records = [someRecord('one', 0), { ...someRecord('two', 1), extra_info: { index: 1, model_difficulty: { 'model-7B': 12 } } }];
  for (const path of ['out.jsonl', 'out.jsonl.gz', 'out.jsonl.zst', 'out.parquet']) {
    const files = memoryFiles({});
    await writeRecords(files, path, records);
    const loaded = await loadRecords(files, [path]);
    expect(loaded.records.map(({ record }) => record)).toEqual(records as typeof records & []);
  }
  await expect(writeRecords(memoryFiles({}), 'out.csv', records)).rejects.toThrow('end it in .jsonl, .jsonl.gz, .jsonl.zst, .parquet');
});
