import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { publish, publishOptions } from './curation/publish.ts';
import { someItem } from './curation/testing/items.ts';
import { nodeFiles } from './node/node-files.ts';
import { sha256 } from './node/sha256.ts';
import type { ProblemRecord } from './record.ts';
import { writeRecords } from './write-records.ts';

/** What others make of the files that we write. */
const folder = mkdtempSync(join(tmpdir(), 'or1-readers-'));
afterAll(() => rmSync(folder, { recursive: true }));

const items = Array.from({ length: 2500 }, (_, index) => {
  const item = someItem(`problem ${index} with “quotes”, \\LaTeX{} and 数`, { id: `s#${index}`, truth: [String(index), '\\frac{1}{2}'] });
  const extra_info = { index, ...(index % 2 === 0 ? { model_difficulty: { 'model-7B': index % 17 } } : {}) };
  return { ...item, record: { ...item.record, extra_info } };
});
const trail = [
  { stage: 'normalise', version: 1, note: null },
  { stage: 'difficulty', version: 1, note: '{"solved":3,"of":16}' },
];
const records = publish({ items, licences: { s: 'MIT' }, trailOf: () => trail, hasher: sha256 }, publishOptions.parse({ shuffle: false }))
  .training as readonly ProblemRecord[];
const fileOf = async (ending: string) => {
  const path = join(folder, `records${ending}`);
  await writeRecords(nodeFiles, path, records);
  return path;
};

describe('DuckDB', () => {
  const query = async (sql: string) => {
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    try {
      return (await connection.runAndReadAll(sql)).getRowObjectsJson();
    } finally {
      connection.closeSync();
    }
  };

  test.each(['.parquet', '.jsonl', '.jsonl.gz', '.jsonl.zst'])('reads %s', async (ending) => {
    const path = await fileOf(ending);
    const [row] = await query(`
      select count(*)::int as rows, sum(extra_info.index)::int as indices, sum(extra_info.model_difficulty."model-7B")::int as difficulty,
        count(distinct extra_info.provenance.hash)::int as hashes
      from '${path}'`);
    const expected = items.reduce(
      (sum, { record }) => sum + ((record.extra_info as { model_difficulty?: Record<string, number> }).model_difficulty?.['model-7B'] ?? 0),
      0,
    );
    expect(row).toEqual({ rows: 2500, indices: (2500 * 2499) / 2, difficulty: expected, hashes: 2500 });
    const [first] = await query(
      `select prompt[1].content as text, reward_model.ground_truth as truth, extra_info.provenance.trail[2].note as note from '${path}' where extra_info.index = 1234`,
    );
    expect(first).toEqual({
      text: 'problem 1234 with “quotes”, \\LaTeX{} and 数',
      truth: '["1234","\\\\frac{1}{2}"]',
      note: '{"solved":3,"of":16}',
    });
  });
});

const PYTHON = process.env.OR1_PYTHON ?? 'python3';
const hasPyarrow = Bun.spawnSync([PYTHON, '-c', 'import pyarrow']).exitCode === 0;

test.skipIf(!hasPyarrow)('pyarrow reads the Parquet file row for row (OR1_PYTHON names an interpreter that has it)', async () => {
  const path = await fileOf('.parquet');
  const script = `
import json, sys, pyarrow.parquet
for row in pyarrow.parquet.read_table(sys.argv[1]).to_pylist(): print(json.dumps(row))`;
  const { stdout, exitCode } = Bun.spawnSync([PYTHON, '-c', script, path]);
  expect(exitCode).toBe(0);
  const rows = stdout
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ProblemRecord);
  expect(rows).toHaveLength(2500);
  const withNulls = (record: ProblemRecord) => ({
    ...record,
    extra_info: { ...record.extra_info, model_difficulty: record.extra_info.model_difficulty ?? null },
  });
  expect(rows).toEqual(records.map(withNulls) as unknown as ProblemRecord[]);
});
