import { describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { decodeGroundTruth, deriveKey, loadRecords, RandomStream } from '@or1/data';
import { nodeFiles } from '@or1/data/node';
import { drawCountdown } from './countdown.ts';
import { evaluateExpression } from './countdown-expression.ts';
import { isSolvable, plainestSolutions, solutions, visitAttempts } from './countdown-solver.ts';

/** All values that a subset of the numbers can make, by splitting it in two: another road to the same answer. */
function reachable(nums: readonly number[]): Set<number> {
  const tables = new Map<number, Set<number>>();
  for (let subset = 1; subset < 1 << nums.length; subset++) {
    const values = new Set<number>();
    const index = Math.log2(subset);
    if (Number.isInteger(index)) values.add(nums[index]!);
    for (let part = (subset - 1) & subset; part > 0; part = (part - 1) & subset) {
      for (const a of tables.get(part)!) {
        for (const b of tables.get(subset ^ part)!) {
          values.add(a + b).add(a * b);
          if (a >= b) values.add(a - b);
          if (b > 0 && a % b === 0) values.add(a / b);
        }
      }
    }
    tables.set(subset, values);
  }
  return tables.get((1 << nums.length) - 1)!;
}

test.each([3, 4])('with %d numbers, what can be solved is what splitting into subsets reaches', (count) => {
  const random = new RandomStream(deriveKey(21));
  for (let draw = 0; draw < 60; draw++) {
    const nums = Array.from({ length: count }, () => random.integer(1, 99));
    const values = reachable(nums);
    for (let target = 10; target <= 99; target += count === 3 ? 1 : 9) {
      expect(isSolvable(nums, target)).toBe(values.has(target));
      expect(solutions(nums, target).length > 0).toBe(values.has(target));
    }
  }
});

test('every solution evaluates to the target and uses each number once', () => {
  const random = new RandomStream(deriveKey(22));
  for (let draw = 0; draw < 60; draw++) {
    const { nums, target } = drawCountdown(draw % 2 ? 'countdown/3' : 'countdown/4', random);
    const found = solutions(nums, target);
    expect(found.length).toBeGreaterThan(0);
    for (const { expression } of found) {
      const evaluated = evaluateExpression(expression);
      expect(evaluated).toMatchObject({ value: target });
      expect('numbers' in evaluated && evaluated.numbers.toSorted()).toEqual(nums.toSorted());
    }
  }
});

test('the plainest solutions have the fewest * and /, then the fewest three-digit results', () => {
  expect(
    plainestSolutions([3, 60, 20], 83)
      .map(({ expression }) => expression)
      .toSorted(),
  ).toEqual(['(3+20)+60', '(3+60)+20', '(60+20)+3']);
  expect(
    plainestSolutions([90, 60, 25], 55)
      .map(({ expression }) => expression)
      .toSorted(),
  ).toEqual(['(90-60)+25', '90-(60-25)']);
  expect(plainestSolutions([12, 3, 40], 76).map(({ expression }) => expression)).toEqual(['(12*3)+40']);
});

interface Facts {
  readonly attempts: number;
  readonly solving: number;
  readonly plusMinus: number;
}

function factsOf(problems: readonly { readonly nums: readonly number[]; readonly target: number }[]): Facts {
  let attempts = 0;
  let solving = 0;
  let plusMinus = 0;
  for (const { nums, target } of problems) {
    let all = 0;
    let right = 0;
    let simple = false;
    visitAttempts(nums, (value, path) => {
      all++;
      if (value === target) {
        right++;
        simple ||= path.every(([, , operator]) => operator === '+' || operator === '-');
      }
      return false;
    });
    attempts += all;
    solving += right / all;
    plusMinus += simple ? 1 : 0;
  }
  return { attempts: attempts / problems.length, solving: solving / problems.length, plusMinus: plusMinus / problems.length };
}

describe('the generator is as hard as the public Countdown data', () => {
  const random = new RandomStream(deriveKey(23));
  const generated = (family: 'countdown/3' | 'countdown/4', count: number) =>
    factsOf(Array.from({ length: count }, () => drawCountdown(family, random)));

  test('three numbers: 29 attempts, 9 % of them solve, + and - are enough for 73 %', () => {
    const { attempts, solving, plusMinus } = generated('countdown/3', 3000);
    expect(attempts).toBeWithin(28.5, 30.5);
    expect(solving).toBeWithin(0.083, 0.095);
    expect(plusMinus).toBeWithin(0.69, 0.76);
  });

  test('four numbers: 556 attempts, 1.5 % of them solve, + and - are enough for 34 %', () => {
    const { attempts, solving, plusMinus } = generated('countdown/4', 2000);
    expect(attempts).toBeWithin(538, 566);
    expect(solving).toBeWithin(0.013, 0.017);
    expect(plusMinus).toBeWithin(0.3, 0.38);
  });

  const file = join(import.meta.dir, '../../../../shared/data/countdown/test.parquet');
  test.skipIf(!existsSync(file))('the same figures on the data itself', async () => {
    const { records } = await loadRecords(nodeFiles, [file], { mapping: 'countdown' });
    const problems = records.map(
      ({ record }) => decodeGroundTruth(record.reward_model.ground_truth) as unknown as { nums: number[]; target: number },
    );
    const three = factsOf(problems.filter(({ nums }) => nums.length === 3));
    const four = factsOf(problems.filter(({ nums }) => nums.length === 4));
    expect(three.attempts).toBeWithin(29, 30);
    expect(four.attempts).toBeWithin(550, 565);
    expect(three.solving).toBeCloseTo(0.09, 2);
    expect(four.solving).toBeCloseTo(0.015, 3);
    expect(three.plusMinus).toBeCloseTo(0.73, 2);
    expect(four.plusMinus).toBeCloseTo(0.34, 2);
  });
});
