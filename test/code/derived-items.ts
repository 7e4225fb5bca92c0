/**
 * Items of the standard-input and function-call forms, derived from LeetCode rows: the reference runs on the rows' own inputs, and what it
 * returns becomes the expected output. Nothing of the data is written down; it is derived each time.
 */
import { type CodeItem, encodeFrame, resolveLimits, type Sandbox } from '@or1/reward/code';
import type { LeetCodeRow } from './data.ts';
import { fence } from './sandboxes.ts';

export interface DerivedItem extends CodeItem {
  readonly id: string;
  readonly expected: 'correct' | 'incorrect';
}

/** Prints, for each input, the arguments as lines of JSON and the result as JSON; fails where either is no JSON value. */
function referenceRun(row: LeetCodeRow, method: string): string {
  return `${row.prompt}
${row.completion}
import inspect as _inspect, json as _json
_names = list(_inspect.signature(Solution().${method}).parameters)
_cases = []
for _source in ${JSON.stringify(row.input_output.map(({ input }) => input))}:
    _keywords = eval('dict(' + _source + ')')
    _lines = [_json.dumps(_keywords[_name]) for _name in _names]
    _result = Solution().${method}(*[_json.loads(_line) for _line in _lines])
    _text = _json.dumps(_result)
    assert _json.loads(_text) == _result and _result is not None
    _cases.append([_lines, _text])
print(_json.dumps(_cases))
`;
}

/**
 * @param count rows to use
 * @returns for each row a right and a wrong program, in both forms
 */
export async function deriveItems(
  rows: readonly LeetCodeRow[],
  count: number,
  sandbox: Sandbox,
): Promise<{ stdio: DerivedItem[]; calls: DerivedItem[] }> {
  const slot = await sandbox.openSlot();
  const limits = resolveLimits();
  const stdio: DerivedItem[] = [];
  const calls: DerivedItem[] = [];
  for (const row of rows) {
    if (calls.length >= 2 * count) break;
    const method = /^Solution\(\)\.(\w+)$/.exec(row.entry_point)?.[1];
    if (!method || row.input_output.length === 0) continue;
    const program = await slot.startProgram({ mode: 'whole', limits });
    program.send(encodeFrame('H', JSON.stringify({ code: referenceRun(row, method), limits: [] })), 60_000);
    program.closeInput();
    const { reason, code, output } = await program.ended;
    if (reason !== 'exit' || code !== 0) continue;
    const cases = JSON.parse(output) as [lines: string[], result: string][];
    const solution = `${row.prompt}\n${row.completion}\n`;
    const spoiled = `${solution}\n_Right = Solution\nclass Solution(_Right):\n    def ${method}(self, *args):\n        return [super().${method}(*args)]\n`;
    const main = `\nimport sys, json\nprint(json.dumps(Solution().${method}(*map(json.loads, sys.stdin.read().splitlines()))))\n`;
    const asText = { inputs: cases.map(([lines]) => lines.join('\n')), outputs: cases.map(([, result]) => result) };
    for (const [expected, source] of [
      ['correct', solution],
      ['incorrect', spoiled],
    ] as const) {
      const id = `${row.task_id} ${expected}`;
      calls.push({ id, expected, response: fence(source), groundTruth: { ...asText, fn_name: method } });
      stdio.push({ id, expected, response: fence(source + main), groundTruth: asText });
    }
  }
  await slot.close();
  return { stdio, calls };
}
