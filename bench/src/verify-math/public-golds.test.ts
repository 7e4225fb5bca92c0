import { describe, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readRows } from '@or1/data';
import { nodeFiles } from '@or1/data/node';
import { verifyMath } from '@or1/reward/math';
import { loadGolds } from './golds.ts';
import { distinctGolds, pairsOf, sampleGolds } from './sample.ts';

/** Public data sets that lie beside the repository on some machines; what needs them is skipped elsewhere. */
const DATA_FOLDER = join(import.meta.dir, '../../../../shared/data');
const hasData = existsSync(DATA_FOLDER);
const recording = await Bun.file(join(import.meta.dir, '../../../test/oracles/math-verify/reference.json')).json();

describe.skipIf(!hasData)('golds of public data sets', () => {
  test('every GSM8K test solution states its own answer', async () => {
    let correct = 0;
    for await (const { row } of readRows(nodeFiles, join(DATA_FOLDER, 'gsm8k/test.jsonl.gz'))) {
      const solution = String(row.answer);
      const gold = solution.slice(solution.lastIndexOf('####') + 4).trim();
      if (verifyMath(solution, gold).verdict === 'correct') correct++;
    }
    expect(correct).toBe(1_319);
  });

  test('are read, all but a handful, and equal themselves', async () => {
    for (const { name, golds, rows } of await loadGolds(DATA_FOLDER)) {
      const unread = golds.filter((gold) => verifyMath(`\\boxed{${gold}}`, gold).verdict === 'unverifiable');
      const unequal = golds.filter((gold) => verifyMath(`\\boxed{${gold}}`, gold).verdict === 'incorrect');
      expect(unread.length / rows, `${name}: ${unread.join(' ; ')}`).toBeLessThan(0.005);
      expect(unequal, name).toEqual([]);
    }
  });

  test('accept equivalents and refuse near misses, at least as well as the reference', async () => {
    const pairs = sampleGolds(distinctGolds(await loadGolds(DATA_FOLDER))).flatMap((gold) => [...pairsOf(gold)]);
    const text = pairs.map((pair, id) => `${JSON.stringify({ id, ...pair })}\n`).join('');
    // A changed generator or changed data needs a new recording: see test/oracles/math-verify/reference.py.
    expect(createHash('sha256').update(text).digest('hex')).toBe(recording.sha256);
    const share = (expected: 'correct' | 'incorrect', isRight: (index: number) => boolean): number => {
      const indices = pairs.flatMap((pair, index) => (pair.expected === expected ? [index] : []));
      return indices.filter(isRight).length / indices.length;
    };
    const verdicts = pairs.map(({ gold, response }) => verifyMath(response, gold).verdict);
    for (const [expected, least] of [
      ['correct', 0.995],
      ['incorrect', 0.999],
    ] as const) {
      const ours = share(expected, (index) => verdicts[index] === expected);
      const reference = share(expected, (index) => (recording.verdicts[index] === '1') === (expected === 'correct'));
      expect(ours).toBeGreaterThanOrEqual(least);
      expect(ours).toBeGreaterThanOrEqual(reference);
    }
  });
});
