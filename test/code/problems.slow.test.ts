/** All of HumanEval and LeetCode, and 200 derived items of each other form, with equal verdicts from both sandboxes. */
import { describe, expect, test } from 'bun:test';
import { type CodeItem, type CodeJudgement, createCodeVerifier } from '@or1/reward/code';
import { hasData, humanEvalItems, leetCodeItems, leetCodeRows, mutate } from './data.ts';
import { deriveItems } from './derived-items.ts';
import { SANDBOXES, type SandboxUnderTest } from './sandboxes.ts';

const boxes = SANDBOXES.filter(({ missing }) => missing === null);
const MINUTES = 60_000;

async function judgeAll(box: SandboxUnderTest, items: readonly CodeItem[]): Promise<CodeJudgement[]> {
  const verifier = createCodeVerifier({ sandbox: box.create(), concurrency: 2 });
  try {
    return await verifier.verifyAll(items);
  } finally {
    await verifier.close();
  }
}

const verdicts = (judged: readonly CodeJudgement[]): string[] => judged.map(({ verdict }) => verdict);

describe.skipIf(!process.env.OR1_SLOW || !hasData)('real problems', () => {
  test(
    'HumanEval: 164 right, 164 wrong without a body',
    async () => {
      for (const box of boxes) {
        expect(verdicts(await judgeAll(box, humanEvalItems()))).toEqual(Array(164).fill('correct'));
        expect(
          verdicts(
            await judgeAll(
              box,
              humanEvalItems(() => '    pass\n'),
            ),
          ),
        ).toEqual(Array(164).fill('incorrect'));
      }
    },
    10 * MINUTES,
  );

  test(
    'HumanEval: one mutation a solution is refused alike by both sandboxes',
    async () => {
      const originals = humanEvalItems();
      const mutants = humanEvalItems((solution) => mutate(solution) ?? solution).filter(
        ({ response }, index) => response !== originals[index]!.response,
      );
      const byBox = [];
      for (const box of boxes) byBox.push(verdicts(await judgeAll(box, mutants)));
      for (const [index, found] of byBox.entries()) {
        const refused = found.filter((verdict) => verdict === 'incorrect').length;
        console.log(
          `${boxes[index]!.name}: ${refused} of ${mutants.length} mutants refused (${((100 * refused) / mutants.length).toFixed(1)} %)`,
        );
        expect(found).toEqual(byBox[0]!);
        expect(refused).toBeGreaterThan(mutants.length / 2);
      }
    },
    20 * MINUTES,
  );

  test(
    'LeetCode: at least 99 % of the references are right, the others have a reason, the same in both',
    async () => {
      const items = leetCodeItems();
      const byBox = [];
      for (const box of boxes) {
        const judged = await judgeAll(box, items);
        const right = judged.filter(({ verdict }) => verdict === 'correct').length;
        console.log(`${box.name}: ${right} of ${items.length} references correct`);
        judged.forEach(({ verdict, evidence }, index) => {
          if (verdict !== 'correct') console.log(`  ${items[index]!.id}: ${verdict}: ${evidence.slice(0, 160)}`);
        });
        expect(right / items.length).toBeGreaterThanOrEqual(0.99);
        byBox.push(verdicts(judged));
      }
      for (const found of byBox) expect(found).toEqual(byBox[0]!);
    },
    30 * MINUTES,
  );

  test(
    '200 derived items of each other form, with right and wrong programs',
    async () => {
      const sandbox = boxes.at(-1)!.create();
      const { stdio, calls } = await deriveItems(leetCodeRows(), 200, sandbox);
      await sandbox.close();
      for (const items of [stdio, calls]) {
        expect(items.length).toBe(400);
        for (const box of boxes) {
          const judged = await judgeAll(box, items);
          const off = judged.flatMap(({ verdict, evidence }, index) =>
            verdict === items[index]!.expected ? [] : [`${items[index]!.id}: ${evidence}`],
          );
          expect(off).toEqual([]);
        }
      }
    },
    30 * MINUTES,
  );
});
