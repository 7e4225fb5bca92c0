import { describe, expect, test } from 'bun:test';
import { SAMPLE_CAPS, selectSamples, shorten, shortenSample, spread } from './select-samples.ts';
import { sampleWith } from './testing/sample.ts';

describe('spread', () => {
  test('keeps each family in its share', () => {
    const keys = Array.from({ length: 300 }, (_, index) => ({ key: `k${index}`, family: index % 3 === 0 ? 'rare' : 'common' }));
    const kept = keys.filter(({ key }) => spread(keys, 60).has(key));
    expect(kept.length).toBe(60);
    expect(kept.filter(({ family }) => family === 'rare').length).toBe(20);
  });
});

describe('selectSamples', () => {
  test('keeps whole problems, base and final alike, and says what it left out', () => {
    const samples = (['base', 'final'] as const).flatMap((moment) =>
      Array.from({ length: 500 }, (_, index) => sampleWith({ moment, problem: `p${index}`, family: `f${index % 4}` })),
    );
    const { samples: chosen, notes } = selectSamples(samples);
    const problems = (moment: string) => new Set(chosen.filter((sample) => sample.moment === moment).map(({ problem }) => problem));
    expect(problems('base').size).toBe(SAMPLE_CAPS.heldOutProblems);
    expect(problems('final')).toEqual(problems('base'));
    expect(notes.join(' ')).toContain(`Of 500 held-out problems ${SAMPLE_CAPS.heldOutProblems} are shown`);
  });

  test('keeps everything of a small run and notes nothing', () => {
    const samples = [sampleWith({}), sampleWith({ moment: 'final' }), sampleWith({ moment: 'rollout', step: 3 })];
    expect(selectSamples(samples)).toEqual({ samples, notes: [] });
  });

  test('caps the samples of a group', () => {
    const samples = Array.from({ length: 16 }, (_, sample) => sampleWith({ moment: 'rollout', sample }));
    const { samples: chosen, notes } = selectSamples(samples);
    expect(chosen.length).toBe(SAMPLE_CAPS.samplesPerGroup);
    expect(notes).toEqual([`Of each prompt's samples the first ${SAMPLE_CAPS.samplesPerGroup} are shown.`]);
  });
});

test('shorten keeps both ends and counts what is gone', () => {
  expect(shorten('abcdefghij', 4)).toBe('ab\n[… 6 characters left out …]\nij');
  expect(shorten('abcd', 4)).toBe('abcd');
  expect(shortenSample(sampleWith({ response: 'x'.repeat(100_000) }), SAMPLE_CAPS).response.length).toBeLessThan(
    SAMPLE_CAPS.responseCharacters + 60,
  );
});
