import { describe, expect, test } from 'bun:test';
import { outcomeSentence } from './facts.ts';
import type { Evaluation, RunData, Score, StepRecord } from './run-data.ts';

function evaluation(step: number, average: number, half: number): Evaluation {
  const score: Score = {
    ...{ average, low: average - half, high: average + half, pass: 1, majority: 1, samples: 1, problems: 500 },
    ...{ meanLength: 30, truncatedShare: 0 },
  };
  return { step, label: step === 0 ? 'base' : 'final', contextLength: 160, temperature: 1, entropy: 0.1, score, bySource: {} };
}

function step(number: number, metrics: Record<string, number>): StepRecord {
  return { step: number, metrics, phases: {}, generateTokensPerSecond: null, trainTokensPerSecond: 0 };
}

function run(evaluations: Evaluation[], finished = true): RunData {
  const facts = { name: 'r', kind: 'train', preset: 'nano', totalSteps: 80 } as RunData['run'];
  const summary = { finished } as RunData['summary'];
  return {
    run: facts,
    summary,
    evaluations,
    steps: [step(40, {})],
    stages: [],

    samples: [],
    sampleNotes: [],
    configuration: {},
  };
}

describe('outcomeSentence', () => {
  test('claims a change only where the intervals are apart', () => {
    expect(outcomeSentence(run([evaluation(0, 0.36, 0.04), evaluation(80, 0.83, 0.03)]))).toBe(
      'In 80 steps, held-out accuracy at temperature 1 rose from 36.0 % (95 % interval 32.0 % to 40.0 %) to 83.0 % (95 % interval 80.0 % to 86.0 %), ' +
        '+47.0 points, over 500 held-out problems.',
    );
    expect(outcomeSentence(run([evaluation(0, 0.36, 0.04), evaluation(80, 0.38, 0.03)]))).toContain('this alone does not show a change');
    expect(outcomeSentence(run([evaluation(0, 0.5, 0.04), evaluation(80, 0.3, 0.03)]))).toContain('fell from 50.0 %');
  });

  test('says when there is nothing to compare yet', () => {
    expect(outcomeSentence(run([], false))).toBe(
      'Reinforcement learning, 40 of 80 steps (the run has not ended). No held-out evaluation was made.',
    );
    expect(outcomeSentence(run([evaluation(0, 0.36, 0.04)], false))).toContain('before training: 36.0 %');
  });
});
