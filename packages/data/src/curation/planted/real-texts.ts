import type { Row, SourceRow } from '../../json-rows.ts';
import type { RealText } from './planted-truth.ts';

/** Where the rows of a collection lie under the data folder, and where a row has its text. */
interface Collection {
  readonly source: string;
  readonly path: string;
  text(row: Row): string;
}

const promptOf = (row: Row): string => (row.prompt as readonly { readonly content: string }[]).map(({ content }) => content).join('\n');
const column = (name: string) => (row: Row) => String(row[name]);

const COLLECTIONS: readonly Collection[] = [
  { source: 'gsm8k', path: 'gsm8k/train.jsonl.gz', text: column('question') },
  { source: 'math', path: 'math/train_math.json.gz', text: column('problem') },
  { source: 'aime', path: 'aime/train_aime_1983_2023.json.gz', text: column('problem') },
  { source: 'deepscaler', path: 'deepscaler/dsr_sub.parquet', text: promptOf },
  { source: 'svamp', path: 'word-problems/svamp.jsonl', text: (row) => `${row.Body} ${row.Question}` },
  { source: 'multiarith', path: 'word-problems/multiarith.jsonl', text: column('input') },
  { source: 'knights-and-knaves', path: 'kk/3ppl_train.parquet', text: column('quiz') },
  {
    source: 'countdown',
    path: 'countdown/test.parquet',
    text: ({ nums, target }) => `${(nums as readonly number[]).join(' ')}=${target}?`,
  },
  { source: 'leetcode', path: 'leetcode/LeetCodeDataset-v0.2.0-train.jsonl.gz', text: column('query') },
];

const EVALUATIONS: readonly Collection[] = [
  { source: 'aime24', path: 'aime/aime24.parquet', text: promptOf },
  { source: 'humaneval', path: 'humaneval/HumanEval.jsonl.gz', text: column('prompt') },
];

/** Reads the rows of a file under the data folder. */
export type ReadRows = (path: string) => AsyncIterable<SourceRow>;

/** The problems of the public collections, in the order of their files. */
export const readRealTexts = (read: ReadRows): Promise<RealText[]> => readCollections(COLLECTIONS, read);

/** The problems of the evaluation sets among them. */
export const readEvaluationTexts = (read: ReadRows): Promise<RealText[]> => readCollections(EVALUATIONS, read);

async function readCollections(collections: readonly Collection[], read: ReadRows): Promise<RealText[]> {
  const texts: RealText[] = [];
  for (const { source, path, text } of collections) {
    for await (const { row, index } of read(path)) texts.push({ id: `${source}#${index}`, text: text(row), source });
  }
  return texts;
}
