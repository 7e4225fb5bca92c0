import { describe, expect, test } from 'bun:test';
import { sampleWith } from '../testing/sample.ts';
import { groupEntropy, groupSamples, type Outcome, type SampleFilter } from './sample-groups.ts';

const verdict = (correct: boolean) => (correct ? 'correct' : 'incorrect');

/** Problem `before-after` for every pair of outcomes, at two temperatures. */
const heldOut = [true, false].flatMap((before) =>
  [true, false].flatMap((after) =>
    [1, 0.6].flatMap((temperature) => [
      sampleWith({ moment: 'base', temperature, problem: `${before}-${after}`, verdict: verdict(before) }),
      sampleWith({ moment: 'final', temperature, problem: `${before}-${after}`, verdict: verdict(after), step: 80 }),
    ]),
  ),
);

const rollouts = [
  [true, true],
  [false, false],
  [true, false],
].flatMap((group, index) =>
  group.map((correct, sample) =>
    sampleWith({
      ...{ moment: 'rollout', step: 5, problem: `r${index}`, sample, verdict: verdict(correct) },
      finish: index === 1 && sample === 1 ? 'length' : 'stop',
      tokens: index === 0 ? null : { pieces: ['a', 'b'], logProbabilities: [-1, -1], entropies: [0.1 * index, 0.3 * index] },
    }),
  ),
);

function problems(filter: Partial<SampleFilter>): string[] {
  const all: SampleFilter = { view: 'held-out', family: null, outcome: 'any', temperature: 1, step: null, order: 'given', ...filter };
  return groupSamples([...heldOut, ...rollouts], all).map(({ problem }) => problem);
}

describe('groupSamples', () => {
  const cases: [Outcome, string[]][] = [
    ['any', ['true-true', 'true-false', 'false-true', 'false-false']],
    ['correct', ['true-true', 'false-true']],
    ['incorrect', ['true-false', 'false-false']],
    ['gained', ['false-true']],
    ['lost', ['true-false']],
    ['truncated', []],
  ];
  test.each(cases)('held-out outcome %s', (outcome, expected) => {
    expect(problems({ outcome })).toEqual(expected);
  });

  const rolloutCases: [Outcome, string[]][] = [
    ['any', ['r0', 'r1', 'r2']],
    ['correct', ['r0']],
    ['incorrect', ['r1']],
    ['mixed', ['r2']],
    ['truncated', ['r1']],
  ];
  test.each(rolloutCases)('rollout outcome %s', (outcome, expected) => {
    expect(problems({ view: 'rollouts', outcome, temperature: null, step: 5 })).toEqual(expected);
  });

  test('puts the highest mean entropy first, and what has none last', () => {
    expect(problems({ view: 'rollouts', temperature: null, step: 5, order: 'entropy' })).toEqual(['r2', 'r1', 'r0']);
    const groups = groupSamples(rollouts, { view: 'rollouts', family: null, outcome: 'any', temperature: null, step: 5, order: 'given' });
    expect(groups.map(groupEntropy).map((entropy) => Number(entropy.toFixed(6)))).toEqual([-1, 0.2, 0.4]);
  });

  test('compares at one temperature', () => {
    const [group] = groupSamples(heldOut, { view: 'held-out', family: null, outcome: 'any', temperature: 0.6, step: null, order: 'given' });
    expect(group!.samples.map(({ moment, temperature }) => [moment, temperature])).toEqual([
      ['base', 0.6],
      ['final', 0.6],
    ]);
  });

  test('filters by family and step', () => {
    expect(problems({ family: 'other' })).toEqual([]);
    expect(problems({ view: 'rollouts', temperature: null, step: 6 })).toEqual([]);
  });
});
