/** HumanEval and LeetCode rows from `../shared/data`, where this checkout has it, as items for the code verifier. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CodeItem } from '@or1/reward/code';
import { fence } from './sandboxes.ts';

const SHARED = join(import.meta.dir, '../../../shared/data');
const HUMAN_EVAL = join(SHARED, 'humaneval/HumanEval.jsonl.gz');
const LEET_CODE = join(SHARED, 'leetcode/LeetCodeDataset-v0.2.0-train.jsonl.gz');

export const hasData = existsSync(HUMAN_EVAL) && existsSync(LEET_CODE);
if (!hasData) console.warn(`tests over HumanEval and LeetCode are skipped: no data at ${SHARED}`);

interface HumanEvalRow {
  readonly task_id: string;
  readonly prompt: string;
  readonly entry_point: string;
  readonly canonical_solution: string;
  readonly test: string;
}

export interface LeetCodeRow {
  readonly task_id: string;
  readonly prompt: string;
  readonly completion: string;
  readonly entry_point: string;
  readonly test: string;
  readonly input_output: readonly { readonly input: string; readonly output: string }[];
}

function readRows<Row>(path: string): Row[] {
  const text = new TextDecoder().decode(Bun.gunzipSync(readFileSync(path)));
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
}

/** @param rewrite turns a canonical solution into the body to be judged */
export function humanEvalItems(rewrite: (solution: string) => string = (solution) => solution): (CodeItem & { id: string })[] {
  return readRows<HumanEvalRow>(HUMAN_EVAL).map((row) => ({
    id: row.task_id,
    response: fence(row.prompt + rewrite(row.canonical_solution)),
    groundTruth: { import_prefix: '', entry_point: row.entry_point, test_code: row.test, inputs: null, fn_name: null, assert_case: null },
  }));
}

export const leetCodeRows = (): LeetCodeRow[] => readRows<LeetCodeRow>(LEET_CODE);

export const leetCodeItems = (): (CodeItem & { id: string })[] =>
  leetCodeRows().map((row) => ({
    id: row.task_id,
    response: fence(row.completion),
    groundTruth: JSON.stringify({ import_prefix: row.prompt, entry_point: row.entry_point, test_code: row.test }),
  }));

const MUTATIONS: readonly (readonly [RegExp, (found: string) => string])[] = [
  [/<=/, () => '<'],
  [/>=/, () => '>'],
  [/==/, () => '!='],
  [/ < /, () => ' <= '],
  [/ > /, () => ' >= '],
  [/ \+ /, () => ' - '],
  [/ - /, () => ' + '],
  [/ \* /, () => ' + '],
  [/ % /, () => ' // '],
  [/\band\b/, () => 'or'],
  [/\bnot /, () => ''],
  [/\b\d+\b/, (number) => String(Number(number) + 1)],
  [/\bTrue\b/, () => 'False'],
];

/** One operator or constant changed, in the first line of code that has one and holds neither text nor a comment; null where none has. */
export function mutate(solution: string): string | null {
  const lines = solution.split('\n');
  for (const [pattern, replace] of MUTATIONS) {
    const at = lines.findIndex((line) => pattern.test(line) && !/["'#]/.test(line));
    if (at >= 0) return lines.with(at, lines[at]!.replace(pattern, replace)).join('\n');
  }
  return null;
}
