import { describe, expect, test } from 'bun:test';
import { deriveKey, RandomStream } from '@or1/data';
import { type CorpusSample, cleanCorpus, corpusSample, mixedCorpus } from './corpus.ts';
import { nearMiss, slip } from './corpus-random.ts';
import { evaluateExpression } from './countdown-expression.ts';
import { extractAnswer } from './verifiers.ts';

const SAMPLES = 12_000;
const mixed = Array.from({ length: SAMPLES }, (_, index) => corpusSample(mixedCorpus, 1, index));
const clean = Array.from({ length: 3000 }, (_, index) => corpusSample(cleanCorpus, 1, index));
const share = (samples: readonly CorpusSample[], fits: (sample: CorpusSample) => boolean) => samples.filter(fits).length / samples.length;
const isCountdown = ({ family }: CorpusSample) => family.startsWith('countdown');
const countdown = mixed.filter(isCountdown);
const arithmetic = mixed.filter((sample) => !isCountdown(sample));
const ofStyle = (style: CorpusSample['style']) => mixed.filter((sample) => sample.style === style);

/** Whether a response answers its prompt, worked out without the verifiers. */
function isRight({ prompt, response }: CorpusSample): boolean {
  const answer = extractAnswer(response)!;
  const countdownPrompt = /^([\d ]+)=(\d+)\?$/.exec(prompt);
  if (countdownPrompt) {
    const evaluated = evaluateExpression(answer);
    return (
      'value' in evaluated &&
      evaluated.value === Number(countdownPrompt[2]) &&
      evaluated.numbers.toSorted().join(' ') === countdownPrompt[1]!.split(' ').map(Number).toSorted().join(' ')
    );
  }
  const numbers = prompt.match(/\d+/g)!.map(Number) as [number, number, number, number];
  const [a, b, c, d] = numbers;
  if (prompt.includes('x+')) return Number(answer) === (c - b) / a;
  if (prompt.startsWith('gcd'))
    return a % Number(answer) === 0 && b % Number(answer) === 0 && numbers.every((n) => n > 0) && gcd(a, b) === Number(answer);
  if (prompt.startsWith('(')) return Number(answer) === (a + b) * c - d;
  if (prompt.includes('%')) return Number(answer) === a % b;
  return Number(answer) === (prompt.includes('+') ? a + b : a * b);
}
const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

describe('the mixed corpus', () => {
  test('has its families in their shares', () => {
    expect(share(mixed, isCountdown)).toBeCloseTo(0.55, 1);
    expect(share(countdown, ({ family }) => family === 'countdown/4')).toBeWithin(0.48, 0.52);
    for (const family of new Set(arithmetic.map((sample) => sample.family)))
      expect(share(arithmetic, (sample) => sample.family === family)).toBeWithin(0.145, 0.19);
  });

  test.each([
    ['guess', 0.3],
    ['early-stop', 0.25],
    ['redo', 0.15],
    ['chatty', 0.1],
    ['clean', 0.2],
  ] as const)('arithmetic: %s %d', (style, expected) => {
    expect(share(arithmetic, (sample) => sample.style === style)).toBeWithin(expected - 0.02, expected + 0.02);
  });

  test.each([
    ['guess', 0.25],
    ['give-up', 0.25],
    ['false-success', 0.1],
    ['search', 0.35],
    ['chatty-search', 0.05],
  ] as const)('Countdown: %s %d', (style, expected) => {
    expect(share(countdown, (sample) => sample.style === style)).toBeWithin(expected - 0.02, expected + 0.02);
  });

  test('15 % of bare guesses are right, in arithmetic and in Countdown', () => {
    for (const samples of [arithmetic, countdown]) {
      expect(
        share(
          samples.filter(({ style }) => style === 'guess'),
          isRight,
        ),
      ).toBeWithin(0.12, 0.18);
    }
  });

  test('clean, chatty, redone and searched answers are right; early stops, false successes and given-up ones are wrong', () => {
    for (const style of ['clean', 'chatty', 'redo', 'search', 'chatty-search'] as const)
      expect(ofStyle(style).filter((sample) => !isRight(sample))).toEqual([]);
    for (const style of ['early-stop', 'give-up', 'false-success'] as const) expect(ofStyle(style).filter(isRight)).toEqual([]);
  });

  test('the styles look as they should', () => {
    for (const { response } of ofStyle('guess')) expect(response).toMatch(/^<>\[[^[\]]+\]$/);
    for (const { response } of ofStyle('redo')) expect(response).toMatch(/^<([^;]+;)+no\. ([^;]+;)+>\[-?\d+\]$/);
    for (const { response } of ofStyle('chatty')) expect(response).toMatch(/^<hm\. ([^; ]+; )+>\[-?\d+\]$/);
    for (const { response } of ofStyle('chatty-search')) expect(response).toMatch(/^<hm\. \d/);
    for (const { response } of [...ofStyle('search'), ...ofStyle('give-up')]) {
      expect(response).toMatch(/^<(\d+[-+*/]\d+=\d+;)+(no\.(\d+[-+*/]\d+=\d+;)+)*>\[[-+*/()\d]+\]$/);
    }
    for (const { response } of ofStyle('redo')) expect(response.split('no. ')[1]!.split('>')[0]!.length).toBeLessThan(40);
  });

  test('a search ends with the next attempt two times in five, giving up after half of the failures', () => {
    const failures = ({ response }: CorpusSample) => response.split('no.').length - 1;
    const three = (style: CorpusSample['style']) => ofStyle(style).filter(({ family }) => family === 'countdown/3');
    expect(share(three('search'), (sample) => failures(sample) === 0)).toBeWithin(0.36, 0.44);
    expect(
      share(
        three('search').filter((sample) => failures(sample) > 0),
        (sample) => failures(sample) === 1,
      ),
    ).toBeWithin(0.35, 0.45);
    expect(share(three('false-success'), (sample) => failures(sample) === 0)).toBeWithin(0.33, 0.47);
    expect(share(three('give-up'), (sample) => failures(sample) === 0)).toBeWithin(0.45, 0.55);
  });

  test('no failed attempt is shown twice in a trace, and every step of it is true', () => {
    for (const { response } of ofStyle('search')) {
      const attempts = response.slice(1, response.indexOf('>')).split('no.');
      expect(new Set(attempts).size).toBe(attempts.length);
      for (const step of attempts.join('').split(';').filter(Boolean)) {
        const [left, right] = step.split('=');
        expect(evaluateExpression(left!)).toMatchObject({ value: Number(right) });
      }
    }
  });

  test('a false success claims the target in its last step, and no other step lies', () => {
    for (const { prompt, response } of ofStyle('false-success')) {
      const steps = response.slice(1, response.indexOf('>')).replaceAll('no.', '').split(';').filter(Boolean);
      expect(steps.at(-1)!.split('=')[1]).toBe(prompt.slice(prompt.indexOf('=') + 1, -1));
      const lies = steps.filter((step) => {
        const evaluated = evaluateExpression(step.split('=')[0]!);
        return !('value' in evaluated) || evaluated.value !== Number(step.split('=')[1]);
      });
      expect(lies).toEqual([steps.at(-1)!]);
    }
  });

  test('responses take 44 tokens on average and 160 at most', () => {
    const lengths = mixed.map(({ response }) => response.length + 1);
    expect(lengths.reduce((sum, length) => sum + length, 0) / SAMPLES).toBeWithin(43, 46);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(160);
  });

  test('a sample depends on seed and index alone', () => {
    expect(corpusSample(mixedCorpus, 1, 77)).toEqual(mixed[77]!);
    expect(corpusSample(mixedCorpus, 2, 77)).not.toEqual(mixed[77]!);
  });
});

test('the clean corpus is always right and only searches', () => {
  expect(clean.filter((sample) => !isRight(sample))).toEqual([]);
  expect(new Set(clean.map(({ style }) => style))).toEqual(new Set(['clean', 'search']));
});

describe('mistakes', () => {
  const random = new RandomStream(deriveKey(41));

  test('a slip changes one digit at most, and nothing else', () => {
    const text = '<16*7=112;>';
    const slips = Array.from({ length: 2000 }, () => slip(text, random));
    for (const changed of slips) {
      expect(changed.replaceAll(/\d/g, '0')).toBe(text.replaceAll(/\d/g, '0'));
      expect([...changed].filter((character, index) => character !== text[index]).length).toBeLessThanOrEqual(1);
    }
    expect(slips.filter((changed) => changed === text).length / 2000).toBeWithin(0.07, 0.13);
  });

  test('near misses: 70 % off by a usual amount, the others anywhere from 0 to twice the answer, never right', () => {
    const misses = Array.from({ length: 5000 }, () => nearMiss(500, random));
    expect(misses).not.toContain(500);
    expect(misses.filter((miss) => [1, 2, 9, 10, 11, 20].includes(Math.abs(miss - 500))).length / 5000).toBeWithin(0.68, 0.74);
    expect(Math.min(...misses)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...misses)).toBeWithin(900, 1001);
    expect(Array.from({ length: 300 }, () => nearMiss(-3, random)).every((miss) => miss >= -23 && miss <= 20 && miss !== -3)).toBeTrue();
  });
});
