import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { mixedSource } from './mixed-source.ts';
import { PromptSampler } from './prompt-sampler.ts';
import type { PromptSource, SourcedRecord } from './prompt-source.ts';
import { recordSource } from './record-source.ts';
import { someRecord } from './testing/memory-files.ts';

const records = (name: string, count: number): SourcedRecord[] =>
  Array.from({ length: count }, (_, index) => ({ id: `${name}#${index}`, record: someRecord(`${name} ${index}`, index) }));
const ids = (dealt: readonly SourcedRecord[]) => dealt.map(({ id }) => id);
const endless: PromptSource = {
  name: 'endless',
  deck: ({ seed, stage }) => ({ size: null, at: (position) => ({ id: `made ${seed} ${stage} ${position}`, record: someRecord('made') }) }),
};

describe('records of files', () => {
  test('an epoch deals every record once, and the next one in another order', () => {
    const sampler = new PromptSampler(recordSource('file', records('a', 50)), { seed: 1 });
    expect(sampler.size).toBe(50);
    const first = ids(sampler.deal(50));
    const second = ids(sampler.deal(50));
    expect(sampler.epoch).toBe(2);
    expect(first.toSorted()).toEqual(ids(records('a', 50)).toSorted());
    expect(second.toSorted()).toEqual(first.toSorted());
    expect(second).not.toEqual(first);
  });

  test('a restored sampler deals what the first would have dealt, whatever the batch sizes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.integer({ min: 1, max: 17 }), { minLength: 1, maxLength: 12 }),
        fc.nat(),
        fc.nat({ max: 11 }),
        (size, batches, seed, cut) => {
          const source = recordSource('file', records('a', size));
          const whole = new PromptSampler(source, { seed });
          const expected = ids(whole.deal(batches.reduce((sum, batch) => sum + batch, 0)));
          let sampler = new PromptSampler(source, { seed });
          const dealt = batches.flatMap((batch, index) => {
            if (index === cut) sampler = new PromptSampler(source, JSON.parse(JSON.stringify(sampler.state)));
            return ids(sampler.deal(batch));
          });
          expect(dealt).toEqual(expected);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('jumping far ahead costs nothing', () => {
    const sampler = new PromptSampler(recordSource('file', records('a', 100)), { seed: 1, stage: 0, position: 10 ** 12, excluded: [] });
    // A sampler that walked there would outlive the test's time limit.
    expect(sampler.deal(10)).toHaveLength(10);
  });

  test('a stage leaves out the excluded records, begins a new order, and keeps both in its state', () => {
    const source = recordSource('file', records('a', 20));
    const sampler = new PromptSampler(source, { seed: 1 });
    sampler.deal(7);
    sampler.beginStage(['a#3', 'a#5', 'a#3']);
    expect(sampler.state).toEqual({ seed: 1, stage: 1, position: 0, excluded: ['a#3', 'a#5'] });
    expect(sampler.size).toBe(18);
    const restored = new PromptSampler(source, sampler.state);
    const epoch = ids(sampler.deal(18));
    expect(epoch.toSorted()).toEqual(
      ids(records('a', 20))
        .filter((id) => id !== 'a#3' && id !== 'a#5')
        .toSorted(),
    );
    expect(ids(restored.deal(18))).toEqual(epoch);
  });

  test('a stage without records, and a source without records, are refused', () => {
    const sampler = new PromptSampler(recordSource('file', records('a', 2)), { seed: 1 });
    expect(() => sampler.beginStage(['a#0', 'a#1'])).toThrow('excludes all 2 records');
    expect(() => recordSource('file', [])).toThrow('no records');
  });

  test('a malformed state is refused', () => {
    const source = recordSource('file', records('a', 2));
    expect(() => new PromptSampler(source, { seed: 1, stage: 0, position: -1, excluded: [] })).toThrow();
    expect(() => new PromptSampler(source, { seed: 0.5 })).toThrow();
  });

  test('seeds give different orders', () => {
    const source = recordSource('file', records('a', 30));
    expect(ids(new PromptSampler(source, { seed: 1 }).deal(30))).not.toEqual(ids(new PromptSampler(source, { seed: 2 }).deal(30)));
  });
});

describe('mixtures', () => {
  test('every run of W prompts holds the exact shares, and each source keeps its own epochs', () => {
    const source = mixedSource('mix', [
      { source: recordSource('a', records('a', 10)), weight: 2 },
      { source: recordSource('b', records('b', 4)), weight: 1 },
    ]);
    const sampler = new PromptSampler(source, { seed: 7 });
    expect(sampler.size).toBe(12); // b is through after 4 runs of 3.
    const dealt = ids(sampler.deal(60));
    for (let run = 0; run < 20; run++) expect(dealt.slice(3 * run, 3 * run + 3).filter((id) => id.startsWith('a'))).toHaveLength(2);
    const ofA = dealt.filter((id) => id.startsWith('a'));
    for (let epoch = 0; epoch < 4; epoch++) expect(new Set(ofA.slice(10 * epoch, 10 * epoch + 10)).size).toBe(10);
    expect(
      new Set(
        dealt
          .slice(0, 30)
          .map((id) => id[0])
          .join('')
          .match(/.{3}/g),
      ).size,
    ).toBeGreaterThan(1);
  });

  test('dealing in pieces gives the same prompts as dealing at once', () => {
    const source = mixedSource('mix', [
      { source: recordSource('a', records('a', 10)), weight: 5 },
      { source: endless, weight: 3 },
    ]);
    const whole = ids(new PromptSampler(source, { seed: 7 }).deal(50));
    const pieces = new PromptSampler(source, { seed: 7 });
    expect([1, 9, 3, 20, 17].flatMap((count) => ids(pieces.deal(count)))).toEqual(whole);
  });

  test('an endless part makes no end; a bad weight is refused by name', () => {
    expect(mixedSource('mix', [{ source: endless, weight: 1 }]).deck({ seed: 1, stage: 0, excluded: new Set() }).size).toBeNull();
    expect(() => mixedSource('mix', [{ source: endless, weight: 0.5 }])).toThrow('the weight of endless is 0.5');
    expect(() => mixedSource('mix', [])).toThrow('at least one source');
  });

  test('two parts over the same records are shuffled differently', () => {
    const same = recordSource('a', records('a', 40));
    const sampler = new PromptSampler(
      mixedSource('twice', [
        { source: same, weight: 1 },
        { source: same, weight: 1 },
      ]),
      { seed: 1 },
    );
    const dealt = ids(sampler.deal(80));
    const counts = Map.groupBy(dealt, (id) => id);
    expect([...counts.values()].every((copies) => copies.length === 2)).toBeTrue();
    expect(new Set(dealt.slice(0, 40)).size).toBeGreaterThan(25);
  });
});
