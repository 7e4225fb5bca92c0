import { expect, test } from 'bun:test';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ExtractTarget, verifyMath } from '@or1/reward/math';
import { DATA_FOLDER, hasData } from './shared-data.ts';

interface DevCase {
  readonly id: string;
  readonly gold: string;
  readonly response: string;
  readonly extract: { readonly gold: readonly ExtractTarget[]; readonly response: readonly ExtractTarget[] };
  readonly expected: 0 | 1;
  readonly float_rounding?: number;
  readonly strict?: boolean;
}

const read = async (): Promise<readonly DevCase[]> => {
  const text = await readFile(join(DATA_FOLDER, 'math-verify-dev/cases.jsonl'), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as DevCase);
};

test.skipIf(!hasData)('the verdicts that the tests of Math-Verify state', async () => {
  const cases = await read();
  const wrong = cases.filter(({ gold, response, extract, expected, float_rounding, strict }) => {
    const options = { extract, floatRounding: float_rounding ?? 6, strict: strict ?? true };
    return (verifyMath(response, gold, options).verdict === 'correct') !== (expected === 1);
  });
  expect(wrong.map(({ id }) => id)).toEqual([]);
  expect(cases.length).toBe(113);
});

test.skipIf(!hasData)('or1 verify math prints them in order', async () => {
  const cases = await read();
  const child = Bun.spawn(['bun', join(import.meta.dir, '../../apps/train/src/main.ts'), 'verify', 'math', '--json'], {
    stdin: Bun.file(join(DATA_FOLDER, 'math-verify-dev/cases.jsonl')),
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const lines = (await new Response(child.stdout).text()).trim().split('\n');
  expect(await child.exited).toBe(0);
  const records = lines.map((line) => JSON.parse(line) as { id: string; verdict: string; ms: number; evidence: string });
  expect(records.map(({ id }) => id)).toEqual(cases.map(({ id }) => id));
  expect(records.map(({ verdict }) => verdict)).toEqual(cases.map(({ expected }) => (expected === 1 ? 'correct' : 'incorrect')));
});
