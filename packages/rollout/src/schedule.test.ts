import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { Schedule } from './schedule.ts';
import type { GenerationRequest } from './types.ts';

function request(lengths: readonly number[], samplesPerPrompt: number): GenerationRequest {
  return {
    prompts: lengths.map((length, key) => ({ tokens: new Uint32Array(length), key })),
    samplesPerPrompt,
    contextLength: 8,
    sampling: { temperature: 1, topK: 0, topP: 1, minP: 0 },
    stopTokens: [],
    suppressTokens: [],
    seed: 0,
    step: 0,
  };
}

test('every sample runs once, slots and segments are never shared by strangers, free slots are refilled at once', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 9 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 4 }),
      fc.infiniteStream(fc.boolean()),
      (lengths, samples, slots, segments, ends) => {
        const schedule = new Schedule(request(lengths, samples), slots, segments);
        const seen = new Set<string>();
        for (let round = 0; !schedule.done; round++) {
          expect(round).toBeLessThan(2000);
          for (const { prompt } of schedule.takePrompts(6)) expect(prompt).toBeLessThan(lengths.length);
          for (const { prompt, sample } of schedule.admit()) {
            expect(seen.has(`${prompt}/${sample}`)).toBe(false);
            seen.add(`${prompt}/${sample}`);
          }
          const { active } = schedule;
          expect(active.length).toBeGreaterThan(0);
          expect(new Set(active.map(({ slot }) => slot)).size).toBe(active.length);
          const owners = new Map(active.map(({ segment, prompt }) => [segment, prompt]));
          for (const { segment, prompt } of active) expect(owners.get(segment)).toBe(prompt);
          for (const sample of active) {
            sample.length++;
            if (sample.length === 8 || ends.next().value) sample.finish = 'stop';
          }
          schedule.retire();
        }
        expect(seen.size).toBe(lengths.length * samples);
        expect(schedule.finished.length).toBe(seen.size);
      },
    ),
  );
});

test('a slot that ends is taken by the next sample in the same turn', () => {
  const schedule = new Schedule(request([2], 3), 2, 1);
  schedule.takePrompts(8);
  const first = schedule.admit();
  expect(first.map(({ sample }) => sample)).toEqual([0, 1]);
  for (const sample of schedule.active) sample.length = 1;
  const freed = first[0]!.slot;
  first[0]!.finish = 'stop';
  schedule.retire();
  expect(schedule.admit().map(({ sample, slot }) => [sample, slot])).toEqual([[2, freed]]);
});
