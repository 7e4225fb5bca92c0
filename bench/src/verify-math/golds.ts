import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readRows } from '@or1/data';
import { nodeFiles } from '@or1/data/node';

/** One public collection of golds: where its file lies under the data folder, and how a row states its answer. */
interface Collection {
  readonly name: string;
  readonly path: string;
  answer(row: Readonly<Record<string, unknown>>): string;
}

const behindMark = (text: string): string => text.slice(text.lastIndexOf('####') + 4).trim();

const COLLECTIONS: readonly Collection[] = [
  { name: 'gsm8k-train', path: 'gsm8k/train.jsonl.gz', answer: (row) => behindMark(String(row.answer)) },
  { name: 'gsm8k-test', path: 'gsm8k/test.jsonl.gz', answer: (row) => behindMark(String(row.answer)) },
  { name: 'math', path: 'math/train_math.json.gz', answer: (row) => String(row.answer) },
  { name: 'aime', path: 'aime/train_aime_1983_2023.json.gz', answer: (row) => String(row.answer) },
  {
    name: 'deepscaler',
    path: 'deepscaler/dsr_sub.parquet',
    answer: (row) => String((row.reward_model as { ground_truth: unknown }).ground_truth),
  },
  { name: 'svamp', path: 'word-problems/svamp.jsonl', answer: (row) => String(row.Answer) },
];

export interface GoldCollection {
  readonly name: string;
  /** Every gold of the collection once, in the order of the file. Empty golds are counted in `empty` and left out. */
  readonly golds: readonly string[];
  readonly rows: number;
  readonly empty: number;
}

/** Reads the golds of every collection that is present under `folder`. */
export async function loadGolds(folder: string): Promise<readonly GoldCollection[]> {
  const loaded: GoldCollection[] = [];
  for (const { name, path, answer } of COLLECTIONS) {
    const file = join(folder, path);
    if (!existsSync(file)) continue;
    const golds: string[] = [];
    for await (const { row } of readRows(nodeFiles, file)) golds.push(answer(row));
    const filled = golds.filter((gold) => gold.trim() !== '');
    loaded.push({ name, golds: [...new Set(filled)], rows: golds.length, empty: golds.length - filled.length });
  }
  return loaded;
}
