/** A sample of real problems on both sandboxes; problems.slow.test.ts judges all of them. */
import { afterAll, describe, expect, test } from 'bun:test';
import { createCodeVerifier } from '@or1/reward/code';
import { hasData, humanEvalItems, leetCodeItems, leetCodeRows } from './data.ts';
import { deriveItems } from './derived-items.ts';
import { SANDBOXES } from './sandboxes.ts';

for (const { name, create, missing } of SANDBOXES) {
  describe.skipIf(missing !== null || !hasData)(name, () => {
    const sandbox = create();
    const verifier = createCodeVerifier({ sandbox, concurrency: 2 });
    afterAll(() => verifier.close());

    test('HumanEval: canonical solutions are right, empty ones are wrong', async () => {
      // 32, 33, 38 and 50 hold loops, helpers and calls of the program by name.
      const chosen = (_: unknown, index: number): boolean => index % 20 === 0 || [32, 33, 38, 50].includes(index);
      const right = await verifier.verifyAll(humanEvalItems().filter(chosen));
      expect(right.filter(({ verdict }) => verdict !== 'correct').map(({ evidence }) => evidence)).toEqual([]);
      const empty = await verifier.verifyAll(humanEvalItems(() => '    pass\n').filter(chosen));
      expect(empty.filter(({ verdict }) => verdict !== 'incorrect').map(({ evidence }) => evidence)).toEqual([]);
    }, 60_000);

    test('LeetCode: references are right, also where tests bring lists and trees', async () => {
      const items = leetCodeItems().filter(
        ({ groundTruth }, index) => index % 200 === 1 || (index < 120 && String(groundTruth).includes('is_same_')),
      );
      const judged = await verifier.verifyAll(items);
      expect(judged.filter(({ verdict }) => verdict !== 'correct').map(({ evidence }) => evidence)).toEqual([]);
    }, 60_000);

    test('standard input and function calls, derived from references', async () => {
      const { stdio, calls } = await deriveItems(leetCodeRows(), 6, sandbox);
      for (const items of [stdio, calls]) {
        expect(items).toHaveLength(12);
        const judged = await verifier.verifyAll(items);
        expect(judged.map(({ verdict }) => verdict)).toEqual(items.map(({ expected }) => expected));
      }
    }, 60_000);
  });
}
