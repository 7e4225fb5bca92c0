import { expect, test } from 'bun:test';
import { type LearningRateSchedule, learningRateAt } from './learning-rate.ts';

test('constant without warm-up', () => {
  const schedule: LearningRateSchedule = { kind: 'constant', peak: 1e-6, warmUpSteps: 0 };
  expect([0, 1, 100000].map((step) => learningRateAt(schedule, step))).toEqual([1e-6, 1e-6, 1e-6]);
});

test('linear warm-up starts above 0 and ends at the peak', () => {
  const schedule: LearningRateSchedule = { kind: 'constant', peak: 8, warmUpSteps: 4 };
  expect([0, 1, 2, 3, 4, 5].map((step) => learningRateAt(schedule, step))).toEqual([2, 4, 6, 8, 8, 8]);
});

test('cosine: peak after warm-up, half way in the middle, floor at the end and after', () => {
  const schedule: LearningRateSchedule = { kind: 'cosine', peak: 2, warmUpSteps: 2, totalSteps: 12, floor: 0.25 };
  const rates = [0, 1, 2, 7, 12, 99].map((step) => learningRateAt(schedule, step));
  [1, 2, 2, 1.25, 0.5, 0.5].forEach((rate, index) => {
    expect(rates[index]).toBeCloseTo(rate, 12);
  });
  for (let step = 3; step <= 12; step++) expect(learningRateAt(schedule, step)).toBeLessThan(learningRateAt(schedule, step - 1));
  expect(learningRateAt({ ...schedule, floor: 0 }, 12)).toBe(0);
  expect(learningRateAt({ ...schedule, floor: 1 }, 7)).toBe(2);
});

test('refuses schedules out of range', () => {
  const cosine = { kind: 'cosine', peak: 1, warmUpSteps: 5, totalSteps: 5, floor: 0 } as const;
  expect(() => learningRateAt(cosine, 0)).toThrow('leaves none after 5');
  expect(() => learningRateAt({ ...cosine, totalSteps: 9, floor: 2 }, 0)).toThrow('cosine floor 2');
  expect(() => learningRateAt({ ...cosine, peak: -1 }, 0)).toThrow('learning rate -1');
  expect(() => learningRateAt({ kind: 'constant', peak: 1, warmUpSteps: -1 }, 0)).toThrow('warm-up of -1');
  expect(() => learningRateAt({ kind: 'constant', peak: 1, warmUpSteps: 0 }, -1)).toThrow('optimizer step -1');
});
