import { describe, expect, test } from 'bun:test';
import { PromptSampler } from '@or1/data';
import { EntropyController } from '@or1/optimizer';
import type { ConfigurationLayer } from '../configuration/schema.ts';
import { resolveStages } from '../configuration/stages.ts';
import { type BanditOptions, createBanditPolicy, BANDIT_VOCABULARY as V } from '../testing/bandit-policy.ts';
import { createBanditRun } from '../testing/bandit-run.ts';
import { type StepOutcome, takeTrainingStep } from './training-step.ts';

const POSITIONS = 3;

async function oneStep(layer: ConfigurationLayer, options: Partial<BanditOptions> = {}, referenceLogits?: Float32Array) {
  const { configuration, parts } = createBanditRun({ judgeTruncated: true, ...layer }, options);
  const { policy } = parts;
  const before = policy.logits.slice();
  const controller = new EntropyController(configuration.entropy);
  const reference = configuration.kl.beta > 0 ? createBanditPolicy({ prompts: 8, logits: referenceLogits ?? before }).learner : null;
  const outcome = await takeTrainingStep(
    {
      policy,
      reference,
      verifier: parts.verifier,
      configuration,
      stage: resolveStages(configuration)[0]!,
      sampler: new PromptSampler(parts.source, { seed: configuration.seed }),
      controller,
      step: 1,
      optimizerSteps: 0,
    },
    {},
  );
  return { before, policy, outcome, configuration, controller };
}

/** Softmax of one row of logits at a temperature. */
function softmax(logits: Float32Array, row: number, temperature: number): number[] {
  const exponentials = Array.from({ length: V }, (_, token) => Math.exp(logits[row * V + token]! / temperature));
  const sum = exponentials.reduce((a, b) => a + b, 0);
  return exponentials.map((value) => value / sum);
}

/** Eq 2.5, 3.1 and the softmax gradient written out token by token, from the judged samples alone. */
function gradientByHand(
  before: Float32Array,
  outcome: StepOutcome,
  temperature: number,
  alpha: number,
  denominator: (keptTokens: number) => number,
) {
  const gradient = new Float64Array(before.length);
  const groups = outcome.sorted.judged.map(({ group, samples }) => {
    const rewards = samples.map(({ judgement }) => judgement.reward!);
    const mean = rewards.reduce((a, b) => a + b, 0) / rewards.length;
    const deviation = Math.sqrt(rewards.reduce((a, r) => a + (r - mean) ** 2, 0) / (rewards.length - 1));
    return {
      prompt: group.prompt.tokens[0]!,
      samples,
      advantages: rewards.map((r) => (deviation === 0 ? 0 : (r - mean) / (deviation + 1e-6))),
    };
  });
  const kept = groups.filter(({ advantages }) => advantages.some((a) => a !== 0));
  const tokens = kept.flatMap(({ samples }) => samples).reduce((sum, { rollout }) => sum + rollout.tokens.length, 0);
  for (const { prompt, samples, advantages } of kept) {
    samples.forEach(({ rollout }, sample) => {
      rollout.tokens.forEach((token, position) => {
        const row = prompt * POSITIONS + Math.min(position, POSITIONS - 1);
        const p = softmax(before, row, temperature);
        const entropy = -p.reduce((sum, value) => sum + value * Math.log(value), 0);
        for (let j = 0; j < V; j++) {
          const byPolicy = -advantages[sample]! * ((j === token ? 1 : 0) - p[j]!);
          const byEntropy = alpha * p[j]! * (Math.log(p[j]!) + entropy);
          gradient[row * V + j] = gradient[row * V + j]! + (byPolicy + byEntropy) / temperature / denominator(tokens);
        }
      });
    });
  }
  return { gradient, tokens, groups, kept };
}

/** AdamW's first update of every parameter: both moments' corrections cancel, so the step is g / (|g| + epsilon). */
function firstUpdate(before: Float32Array, gradient: Float64Array, learningRate: number, clip: number): Float64Array {
  const norm = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
  const scale = Math.min(1, clip / (norm + 1e-6));
  return Float64Array.from(before, (value, index) => {
    const g = gradient[index]! * scale;
    return value * (1 - learningRate * 0.01) - (learningRate * g) / (Math.abs(g) + 1e-8);
  });
}

function expectClose(actual: Float32Array, expected: Float64Array, digits = 5): void {
  for (let index = 0; index < expected.length; index++) expect(actual[index]!).toBeCloseTo(expected[index]!, digits);
}

const biased = Float32Array.from({ length: 8 * POSITIONS * V }, (_, index) => ((index * 7) % 11) / 4 - 1);

describe('an on-policy step', () => {
  const stages = [{ steps: 1, contextLength: 4, promptsPerStep: 8 }];

  test.each([1, 0.7])('follows Eq 3.1 and AdamW as written out by hand, at temperature %p', async (temperature) => {
    const entropy = { mode: 'constant', coefficient: 0.03 } as const;
    const { before, policy, outcome, configuration } = await oneStep({ stages, temperature, entropy }, { logits: biased });
    const { gradient, tokens, groups, kept } = gradientByHand(before, outcome, temperature, 0.03, (kept) => kept);
    expect(kept.length).toBeGreaterThan(1);
    const norm = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
    const { metrics } = outcome;
    expect(metrics['gradient/norm']).toBeCloseTo(norm, 6);
    expect(metrics['tokens/kept']).toBe(tokens);
    expect(metrics['tokens/trained']).toBe(tokens);
    expect(metrics['groups/rejected-share']).toBe(1 - kept.length / groups.length);
    expect(metrics['ratio/max-deviation']).toBe(0);
    expect(metrics['mismatch-kl']).toBe(0);
    expect(metrics['optimizer/steps']).toBe(1);
    expect(metrics['entropy/coefficient-applied']).toBe(0.03);
    const samples = outcome.sorted.judged.flatMap((group) => group.samples);
    expect(metrics.accuracy).toBe(samples.filter(({ judgement }) => judgement.verdict === 'correct').length / samples.length);
    const advantages = kept.flatMap((group) =>
      group.samples.map(({ rollout }, index) => ({ a: group.advantages[index]!, n: rollout.tokens.length, h: rollout.entropies })),
    );
    expect(metrics['loss/policy']).toBeCloseTo(-advantages.reduce((sum, { a, n }) => sum + a * n, 0) / tokens, 6);
    const entropySum = advantages.reduce((sum, { h }) => sum + h.reduce((x, y) => x + y, 0), 0);
    expect(metrics.entropy).toBeCloseTo(entropySum / tokens, 6);
    expect(metrics['loss/entropy']).toBeCloseTo((-0.03 * entropySum) / tokens, 6);
    expect(metrics['advantage/scale']).toBeCloseTo(Math.sqrt(advantages.reduce((sum, { a, n }) => sum + a * a * n, 0) / tokens), 6);
    expectClose(policy.logits, firstUpdate(before, gradient, configuration.learningRate, 1), 4);
  });

  test('the released loss weighting divides by the nominal mini-batch: the gradient shrinks by the kept share', async () => {
    const entropy = { mode: 'off' } as const;
    const { before, outcome } = await oneStep({ stages, entropy, lossNormalization: 'released' }, { logits: biased });
    const responses = 8 * 8;
    const byHand = gradientByHand(before, outcome, 1, 0, (tokens) => tokens);
    const keptResponses = byHand.kept.reduce((sum, { samples }) => sum + samples.length, 0);
    expect(keptResponses).toBeLessThan(responses);
    const norm = Math.sqrt(byHand.gradient.reduce((sum, g) => sum + g * g, 0));
    expect(outcome.metrics['gradient/norm']).toBeCloseTo((norm * keptResponses) / responses, 6);
  });

  test('a sampler that differs from the learner is measured', async () => {
    const { outcome } = await oneStep({ stages }, { logits: biased, samplerOffset: 0.2, exactSampler: false });
    expect(outcome.metrics['ratio/max-deviation']).toBeCloseTo(1 - Math.exp(-0.2), 5);
    expect(outcome.metrics['ratio/outside-share']).toBe(1);
    expect(outcome.metrics['mismatch-kl']).toBeCloseTo(Math.exp(-0.2) - 1 + 0.2, 5);
    // On-policy by definition: the mismatch is reported, and does not enter the loss.
    expect(outcome.metrics['policy-kl']).toBe(0);
  });

  test('truncated importance sampling weighs tokens by learner over sampler, up to the cap', async () => {
    const without = await oneStep({ stages, entropy: { mode: 'off' } }, { logits: biased });
    const weighed = await oneStep(
      { stages, entropy: { mode: 'off' }, importanceSampling: { cap: 2 } },
      { logits: biased, samplerOffset: -0.2, exactSampler: false },
    );
    const capped = await oneStep(
      { stages, entropy: { mode: 'off' }, importanceSampling: { cap: 1.1 } },
      { logits: biased, samplerOffset: -0.2, exactSampler: false },
    );
    const norm = without.outcome.metrics['gradient/norm']!;
    expect(weighed.outcome.metrics['gradient/norm']! / norm).toBeCloseTo(Math.exp(0.2), 5);
    expect(capped.outcome.metrics['gradient/norm']! / norm).toBeCloseTo(1.1, 5);
    expect(capped.outcome.metrics['importance/capped-share']).toBe(1);
  });

  test('the paper controller gates the same step and moves after it', async () => {
    const entropy = { mode: 'adaptive-paper', target: 10, delta: 0.01, min: 0, max: 0.05, coefficient: 0.02 } as const;
    const { outcome, controller } = await oneStep({ stages, entropy }, { logits: biased });
    expect(outcome.metrics).toMatchObject({ 'entropy/coefficient': 0.02, 'entropy/coefficient-applied': 0.02 });
    expect(controller.state.coefficient).toBeCloseTo(0.03, 12);
    const above = await oneStep({ stages, entropy: { ...entropy, target: 0.01 } }, { logits: biased });
    expect(above.outcome.metrics['entropy/coefficient-applied']).toBe(0);
    expect(above.controller.state.coefficient).toBeCloseTo(0.01, 12);
  });
});

describe('an off-policy step', () => {
  const stages = [{ steps: 1, contextLength: 4, promptsPerStep: 8 }];

  test('mini-batches times reuse are optimizer steps, the first of them on-policy', async () => {
    const { outcome } = await oneStep({ stages, miniBatches: 2, reuse: 2, entropy: { mode: 'off' } }, { logits: biased });
    expect(outcome.metrics['optimizer/steps']).toBe(4);
    expect(outcome.optimizerSteps).toBe(4);
    expect(outcome.metrics['tokens/trained']).toBe(2 * outcome.metrics['tokens/kept']!);
    expect(outcome.metrics['ratio/max-deviation']).toBe(0);
    expect(Math.abs(outcome.metrics['policy-kl']!)).toBeGreaterThan(1e-4);
  });

  test('a sampler that is not exact has its old log-probabilities recomputed: its offset leaves the update alone', async () => {
    const layer: ConfigurationLayer = { stages, miniBatches: 2, entropy: { mode: 'off' } };
    const exact = await oneStep(layer, { logits: biased });
    const inexact = await oneStep(layer, { logits: biased, samplerOffset: 0.3, exactSampler: false });
    expect(inexact.policy.logits).toEqual(exact.policy.logits);
    expect(inexact.outcome.metrics['ratio/max-deviation']).toBeCloseTo(1 - Math.exp(-0.3), 5);
  });

  test('the clip takes the gradient of tokens that moved too far', async () => {
    const wide = await oneStep({ stages, reuse: 3, clip: { low: 1, high: 100 }, entropy: { mode: 'off' } }, { logits: biased });
    const narrow = await oneStep({ stages, reuse: 3, clip: { low: 0.01, high: 0.01 }, entropy: { mode: 'off' } }, { logits: biased });
    expect(wide.outcome.metrics['clipped-share']).toBe(0);
    expect(narrow.outcome.metrics['clipped-share']).toBeGreaterThan(0.2);
  });
});

describe('a reference policy', () => {
  const stages = [{ steps: 1, contextLength: 4, promptsPerStep: 8 }];

  test('changes nothing where it agrees with the policy', async () => {
    const without = await oneStep({ stages }, { logits: biased });
    const same = await oneStep({ stages, kl: { beta: 0.1 } }, { logits: biased });
    expect(same.outcome.metrics['reference-kl']).toBe(0);
    expect(same.policy.logits).toEqual(without.policy.logits);
  });

  test('adds beta times the k3 divergence of each token from its own reference', async () => {
    const other = biased.map((logit, index) => logit + ((index * 5) % 7) / 10);
    const { before, outcome } = await oneStep({ stages, kl: { beta: 0.1 } }, { logits: biased }, other);
    const { kept, tokens } = gradientByHand(before, outcome, 1, 0, (count) => count);
    let divergence = 0;
    for (const { prompt, samples } of kept) {
      for (const { rollout } of samples) {
        rollout.tokens.forEach((token, position) => {
          const row = prompt * POSITIONS + Math.min(position, POSITIONS - 1);
          const u = softmax(other, row, 1)[token]! / softmax(before, row, 1)[token]!;
          divergence += u - Math.log(u) - 1;
        });
      }
    }
    expect(outcome.metrics['reference-kl']).toBeCloseTo(divergence / tokens, 6);
    expect(outcome.metrics['loss/kl']).toBeCloseTo((0.1 * divergence) / tokens, 6);
  });
});
