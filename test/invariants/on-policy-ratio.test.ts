/** Sampler equals learner inside a training run: the comparison is made on every step, is exactly 1, and would show a difference. */
import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import type { TokenScores } from '@or1/model';
import type { Rollout } from '@or1/rollout';
import { summarizeRun, type TrainingParts } from '@or1/trainer';
import { runInProcess } from '../end-to-end/in-process.ts';
import { scratchFolder } from '../end-to-end/scratch.ts';

const scratch = scratchFolder('ratio');

/** The run's parts with every rollout changed on its way from the sampler to the trainer. */
function withSampler(parts: TrainingParts, change: (rollout: Rollout) => Rollout): TrainingParts {
  const { engine } = parts.policy;
  const changed: typeof engine = {
    async generate(request) {
      const { onRollout } = request;
      const result = await engine.generate({ ...request, ...(onRollout ? { onRollout: (rollout) => onRollout(change(rollout)) } : {}) });
      return { ...result, rollouts: result.rollouts.map(change) };
    },
  };
  return { ...parts, policy: { ...parts.policy, engine: changed } };
}

/** The run's parts with the scores that the learner reports changed. */
function withLearner(parts: TrainingParts, change: (scores: TokenScores) => TokenScores): TrainingParts {
  const { learner } = parts.policy;
  const changed = Object.create(learner, {
    accumulate: {
      value: async (...call: Parameters<typeof learner.accumulate>) => change(await learner.accumulate(...call)),
    },
  }) as typeof learner;
  return { ...parts, policy: { ...parts.policy, learner: changed } };
}

const summaryOf = async (name: string, ...[assignments, options]: [string[], Parameters<typeof runInProcess>[2]?]) => {
  const { run, events, metrics } = await runInProcess(join(scratch, name), assignments, options);
  return { ...summarizeRun(events, run), metrics };
};

describe('the ratio of learner to sampler', () => {
  test.each([
    ['at 1 thread', ['problems=arithmetic', 'contextLength=40'], 1],
    ['at 2 threads', ['contextLength=64'], 2],
    ['below temperature 1', ['temperature=0.7'], 1],
    ['in the first of several updates of a step', ['miniBatches=3', 'reuse=2'], 2],
  ] as const)('is exactly 1 at every token %s', async (name, assignments, threads) => {
    const { ratio_max_deviation, tokens, metrics } = await summaryOf(name, [...assignments], { threads });
    expect(tokens.trained).toBeGreaterThan(100);
    expect(metrics.length).toBe(2);
    for (const step of metrics) expect(step).toMatchObject({ 'ratio/max-deviation': 0, 'ratio/outside-share': 0, 'mismatch-kl': 0 });
    expect(ratio_max_deviation).toBe(0);
  });

  test('shows a sampler that is off by a thousandth everywhere', async () => {
    const replace = (parts: TrainingParts) =>
      withSampler(parts, (rollout) => ({ ...rollout, logProbabilities: rollout.logProbabilities.map((value) => value - 1e-3) }));
    const { ratio_max_deviation, metrics } = await summaryOf('sampler', ['importanceSampling.cap=2'], { replace });
    expect(ratio_max_deviation!).toBeGreaterThan(0.99e-3);
    expect(ratio_max_deviation!).toBeLessThan(1.02e-3);
    expect(metrics[0]!['mismatch-kl']).not.toBe(0);
    // Importance sampling sees the same difference, as a factor.
    expect(metrics[0]!['importance/mean']).toBeCloseTo(Math.exp(1e-3), 6);
  });

  test('shows one token in a whole step, by its exact size', async () => {
    const replace = (parts: TrainingParts) =>
      withSampler(parts, (rollout) => {
        const logProbabilities = rollout.logProbabilities.slice();
        // The last token of the last sample of every prompt, so that a kept group holds one.
        if (rollout.sample === 3) logProbabilities[logProbabilities.length - 1]! -= Math.log(1.25);
        return { ...rollout, logProbabilities };
      });
    const { ratio_max_deviation, metrics } = await summaryOf('one-token', [], { replace });
    expect(ratio_max_deviation!).toBeCloseTo(0.25, 4);
    expect(metrics[0]!['ratio/outside-share']).toBeGreaterThan(0);
    expect(metrics[0]!['ratio/outside-share']).toBeLessThan(0.01);
  });

  test('shows a learner whose scores are off in the last bit', async () => {
    const replace = (parts: TrainingParts) =>
      withLearner(parts, ({ logProbabilities, entropies }) => ({
        entropies,
        logProbabilities: logProbabilities.map((value) => value * (1 + 2 ** -23)),
      }));
    const { ratio_max_deviation } = await summaryOf('learner', [], { replace });
    expect(ratio_max_deviation!).toBeGreaterThan(0);
    expect(ratio_max_deviation!).toBeLessThan(1e-5);
  });
});
