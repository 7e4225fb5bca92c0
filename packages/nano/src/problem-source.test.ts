import { describe, expect, test } from 'bun:test';
import { decodeGroundTruth, deriveKey, PromptSampler, problemRecordSchema, promptText, RandomStream, type SourcedRecord } from '@or1/data';
import { corpusSample, mixedCorpus } from './corpus.ts';
import { countdownProblem } from './countdown.ts';
import { isSolvable } from './countdown-solver.ts';
import { HELD_OUT_SHARE, isHeldOut } from './held-out.ts';
import { families } from './problem.ts';
import { drawProblem, heldOutProblems, heldOutSource, problemSource } from './problem-source.ts';

/** A problem without the order of its operands, worked out from the prompt alone. */
const unordered = (prompt: string): string => {
  if (/^[\d ]+=\d+\?$/.test(prompt))
    return `${prompt
      .split('=')[0]!
      .split(' ')
      .map(Number)
      .sort((a, b) => a - b)
      .join(' ')}=${prompt.split('=')[1]}`;
  return prompt.replace(/(\d+)([+*,])(\d+)/, (_, a, operator, b) => [Number(a), Number(b)].sort((x, y) => x - y).join(operator));
};
const countBy = (records: readonly SourcedRecord[]) =>
  Object.fromEntries([...Map.groupBy(records, ({ record }) => record.data_source)].map(([source, group]) => [source, group.length]));

describe('training problems', () => {
  test('are valid records in the shares of the mixture', () => {
    const sampler = new PromptSampler(problemSource('mix'), { seed: 3 });
    const dealt = sampler.deal(900);
    expect(sampler.size).toBeNull();
    for (const { record } of dealt) expect(problemRecordSchema.safeParse(record).success).toBeTrue();
    expect(countBy(dealt)).toEqual({
      'nano/arithmetic/add': 100,
      'nano/arithmetic/multiply': 100,
      'nano/arithmetic/expression': 100,
      'nano/arithmetic/remainder': 100,
      'nano/arithmetic/linear': 100,
      'nano/arithmetic/gcd': 100,
      'nano/countdown/3': 300,
    });
  });

  test('depend on seed, stage and position alone', () => {
    const prompts = (sampler: PromptSampler, count: number) => sampler.deal(count).map(({ record }) => promptText(record));
    const whole = new PromptSampler(problemSource('mix'), { seed: 3 });
    const expected = prompts(whole, 40);
    const first = new PromptSampler(problemSource('mix'), { seed: 3 });
    expect(prompts(first, 13)).toEqual(expected.slice(0, 13));
    expect(prompts(new PromptSampler(problemSource('mix'), first.state), 27)).toEqual(expected.slice(13));
    expect(prompts(new PromptSampler(problemSource('mix'), { seed: 4 }), 40)).not.toEqual(expected);
    whole.beginStage();
    expect(prompts(whole, 40)).not.toEqual(expected);
  });

  test('Countdown problems can be solved, and carry their numbers', () => {
    for (const { record } of new PromptSampler(problemSource('countdown'), { seed: 5 }).deal(60)) {
      const { nums, target } = decodeGroundTruth(record.reward_model.ground_truth) as { nums: number[]; target: number };
      expect(promptText(record)).toBe(`${nums.join(' ')}=${target}?`);
      expect(isSolvable(nums, target)).toBeTrue();
    }
  });

  test('own mixtures', () => {
    expect(countBy(new PromptSampler(problemSource({ 'arithmetic/gcd': 1, 'countdown/4': 2 }), { seed: 1 }).deal(9))).toEqual({
      'nano/arithmetic/gcd': 3,
      'nano/countdown/4': 6,
    });
  });
});

describe('the held-out side', () => {
  test('holds a tenth of the problems, whatever the order of operands', () => {
    const random = new RandomStream(deriveKey(31));
    let heldOut = 0;
    const draws = 20_000;
    for (let draw = 0; draw < draws; draw++) {
      const nums = [random.integer(1, 99), random.integer(1, 99), random.integer(1, 99)];
      const target = random.integer(10, 99);
      const sides = [nums, nums.toReversed(), [nums[1]!, nums[0]!, nums[2]!]].map((order) =>
        isHeldOut(countdownProblem('countdown/3', order, target).key),
      );
      expect(new Set(sides).size).toBe(1);
      if (sides[0]) heldOut++;
    }
    expect(heldOut / draws).toBeCloseTo(HELD_OUT_SHARE, 2);
  });

  test('is never met in training: not by RL over several seeds and stages, not by the supervised corpus', () => {
    const heldOut = new Set(heldOutProblems('mix', 900).map(({ record }) => unordered(promptText(record))));
    expect(heldOut.size).toBe(900);
    const trained = new Set<string>();
    for (const seed of [1, 2]) {
      const sampler = new PromptSampler(problemSource('mix'), { seed });
      for (const { record } of sampler.deal(2700)) trained.add(unordered(promptText(record)));
      sampler.beginStage();
      for (const { record } of sampler.deal(2700)) trained.add(unordered(promptText(record)));
    }
    for (let index = 0; index < 3000; index++) trained.add(unordered(corpusSample(mixedCorpus, 1, index).prompt));
    expect([...heldOut].filter((problem) => trained.has(problem))).toEqual([]);
    expect(trained.size).toBeGreaterThan(10_000);
  });

  test('would be met if nothing kept the sides apart', () => {
    const random = new RandomStream(deriveKey(32));
    const heldOut = new Set(heldOutProblems({ 'arithmetic/gcd': 1 }, 100).map(({ record }) => unordered(promptText(record))));
    const drawn = Array.from({ length: 3000 }, () => unordered(drawProblem('arithmetic/gcd', 'held-out', random).prompt));
    expect(drawn.some((problem) => heldOut.has(problem))).toBeTrue();
  });

  test('a set has no problem twice, is the same every time, and begins a larger one', () => {
    const set = heldOutProblems('mix', 90);
    expect(set).toEqual(heldOutProblems('mix', 270).slice(0, 90) as typeof set & []);
    expect(countBy(set)['nano/countdown/3']).toBe(30);
    expect(new Set(set.map(({ id }) => id)).size).toBe(90);
    expect(heldOutProblems('mix', 90, 1)).not.toEqual(set as typeof set & []);
    const deck = heldOutSource('mix').deck({ seed: 0, stage: 0, excluded: new Set() });
    expect(deck.at(50)).toEqual(set[50]!);
  });

  test('an evaluation larger than a family is refused by name', () => {
    expect(() => heldOutProblems({ 'arithmetic/gcd': 1 }, 2000)).toThrow('nano/arithmetic/gcd has no more than');
  });
});

test('every family can be drawn from both sides', () => {
  const random = new RandomStream(deriveKey(33));
  for (const family of families) {
    expect(isHeldOut(drawProblem(family, 'train', random).key)).toBeFalse();
    expect(isHeldOut(drawProblem(family, 'held-out', random).key)).toBeTrue();
  }
});
