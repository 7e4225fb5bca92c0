/** Every option of the objective on the real engine: it runs, stays finite, and differs from the default in the way that it must. */
import { beforeAll, describe, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type DumpedSample, readRolloutDump } from '@or1/trainer';
import { runInProcess } from './in-process.ts';
import { scratchFolder } from './scratch.ts';

const scratch = scratchFolder('options');

interface OptionRun {
  readonly metrics: readonly Readonly<Record<string, number>>[];
  readonly dumps: readonly (readonly DumpedSample[])[];
  /** Digest of the weights after each step. */
  readonly weights: readonly string[];
}

/** What a trained step always tells; a value that is not finite would be missing. */
const ALWAYS = ['loss', 'loss/policy', 'gradient/norm', 'policy-kl', 'clipped-share', 'entropy', 'ratio/max-deviation', 'advantage/max'];

let runs = 0;
async function withOptions(...assignments: readonly string[]): Promise<OptionRun> {
  const { run, metrics, events } = await runInProcess(join(scratch, `run-${runs++}`), ['checkpointEvery=1', ...assignments]);
  expect(events.filter(({ event }) => event === 'step-skipped')).toEqual([]);
  for (const step of metrics) {
    for (const name of ALWAYS) expect(step[name], `${assignments.join(' ')}: ${name}`).toBeFinite();
    expect(step['gradient/norm']).toBeGreaterThan(0);
  }
  const steps = metrics.map((_, index) => index + 1);
  return {
    metrics,
    dumps: await Promise.all(steps.map(async (step) => (await readRolloutDump(`${run}/rollouts/step-00000${step}.msgpack`)).samples)),
    weights: await Promise.all(
      steps.map(async (step) => {
        const file = Bun.file(`${run}/checkpoints/step-${step}/model.safetensors`);
        return createHash('sha256')
          .update(await file.bytes())
          .digest('hex');
      }),
    ),
  };
}

let plain: OptionRun;
beforeAll(async () => {
  plain = await withOptions();
}, 60_000);

/** The sampled responses, without what judgement and training made of them. */
const responses = (samples: readonly DumpedSample[]) => samples.map(({ problem, sample, response }) => [problem, sample, response]);
const isTruncated = ({ finish }: DumpedSample) => finish === 'length';
const lengthOf = ({ tokens }: DumpedSample) => tokens.byteLength / 4;

/**
 * Eq 2.5 written out over one group, with the unbiased deviation; `counted` are those that mean and deviation come from. One alone
 * counts as mean 0 and deviation 1, as in the released code.
 */
function advantagesOf(rewards: readonly number[], counted: readonly boolean[], normalize = true): number[] {
  const base = rewards.filter((_, index) => counted[index]);
  const alone = base.length < 2;
  const mean = alone ? 0 : base.reduce((sum, reward) => sum + reward, 0) / base.length;
  const deviation = alone ? 1 : Math.sqrt(base.reduce((sum, reward) => sum + (reward - mean) ** 2, 0) / (base.length - 1));
  return rewards.map((reward) => (deviation === 0 ? 0 : (reward - mean) / (normalize ? deviation + 1e-6 : 1)));
}

/** Compares the advantages of every group with a formula, and says how many were compared that are not 0. */
function expectAdvantages(dump: readonly DumpedSample[], formula: (group: readonly DumpedSample[]) => readonly number[]): number {
  let compared = 0;
  for (const group of Map.groupBy(dump, ({ problem }) => problem).values()) {
    const expected = formula(group);
    group.forEach((sample, index) => {
      expect(sample.advantage!).toBeCloseTo(expected[index]!, 9);
      if (expected[index] !== 0) compared++;
    });
  }
  return compared;
}

const rewardsOf = (group: readonly DumpedSample[]) => group.map(({ reward }) => reward!);
const all = (group: readonly DumpedSample[]) => group.map(() => true);

describe('the default', () => {
  test('is strictly on-policy: one update a step, ratio 1, nothing clipped, no reference policy', () => {
    for (const step of plain.metrics) {
      expect(step).toMatchObject({ 'optimizer/steps': 1, 'policy-kl': 0, 'clipped-share': 0, 'entropy/coefficient-applied': 0 });
      expect(step).not.toContainAnyKeys(['reference-kl', 'importance/mean']);
    }
  });

  test('takes advantages as the report writes them, truncated responses among them', () => {
    const compared = plain.dumps.map((dump) => expectAdvantages(dump, (group) => advantagesOf(rewardsOf(group), all(group))));
    expect(Math.min(...compared)).toBeGreaterThan(6);
  });
});

describe('updates', () => {
  test('2 mini-batches, the buffer used twice: four updates a step, off-policy after the first', async () => {
    const run = await withOptions('miniBatches=2', 'reuse=2');
    expect(responses(run.dumps[0]!)).toEqual(responses(plain.dumps[0]!));
    for (const [index, step] of run.metrics.entries()) {
      expect(step['optimizer/steps']).toBe(4);
      expect(step['policy-kl']).not.toBe(0);
      expect(step['tokens/trained']).toBe(2 * step['tokens/kept']!);
      expect(run.weights[index]).not.toBe(plain.weights[index]);
    }
  });

  test('clip bounds of 0 clip far more of them', async () => {
    const options = ['steps=1', 'miniBatches=2', 'reuse=2', 'learningRate=1e-3'];
    const [wide, none] = [
      await withOptions(...options, 'clip.low=1', 'clip.high=1000'),
      await withOptions(...options, 'clip.low=0', 'clip.high=0'),
    ];
    expect(wide.metrics[0]!['clipped-share']).toBe(0);
    expect(none.metrics[0]!['clipped-share']).toBeGreaterThan(0.1);
    expect(none.weights[0]).not.toBe(wide.weights[0]);
  });

  test('a learning rate of 0 leaves every weight as it was; warm-up begins with its share', async () => {
    const still = await withOptions('learningRate=0');
    expect(still.weights[1]).toBe(still.weights[0]!);
    expect(still.weights[0]).not.toBe(plain.weights[0]);
    const warm = await withOptions('warmupSteps=4');
    expect(warm.metrics.map((step) => step['learning-rate'])).toEqual([0.25e-4, 0.5e-4]);
  });
});

describe('terms', () => {
  test('KL to the base: no pull while the policy is the base, then one', async () => {
    const run = await withOptions('kl.beta=0.5');
    expect(run.metrics[0]).toMatchObject({ 'reference-kl': 0, 'loss/kl': 0 });
    // At ratio 1 the gradient of k3 is 0 too, so the first update is the default's bit for bit, and so is the second rollout.
    expect(run.weights[0]).toBe(plain.weights[0]!);
    expect(responses(run.dumps[1]!)).toEqual(responses(plain.dumps[1]!));
    const { 'reference-kl': divergence, 'loss/kl': loss } = run.metrics[1]!;
    expect(divergence).toBeGreaterThan(0);
    expect(loss).toBeCloseTo(0.5 * divergence!, 12);
    expect(run.weights[1]).not.toBe(plain.weights[1]);
  });

  test('a constant entropy bonus, and the two adaptive controllers', async () => {
    const constant = await withOptions('steps=1', 'entropy.mode=constant', 'entropy.coefficient=0.01');
    const [first] = constant.metrics;
    expect(first!['loss/entropy']).toBeCloseTo(-0.01 * first!.entropy!, 9);
    expect(constant.weights[0]).not.toBe(plain.weights[0]);

    // The target is above what the base has, so both controllers raise the coefficient from 0; the report's acts when it is computed.
    const adaptive = ['entropy.target=1', 'entropy.delta=0.004', 'entropy.max=0.02'];
    for (const mode of ['adaptive-paper', 'adaptive-released']) {
      const run = await withOptions(`entropy.mode=${mode}`, ...adaptive);
      expect(run.metrics.map((step) => step['entropy/coefficient-applied'])).toEqual([0, 0.004]);
      expect(run.weights[0]).toBe(plain.weights[0]!);
      expect(run.weights[1]).not.toBe(plain.weights[1]);
    }
    // Above the target the report's gate shuts at once; the released code's a step later.
    const above = ['entropy.target=0.001', 'entropy.delta=0.004', 'entropy.coefficient=0.012', 'entropy.max=0.02'];
    const paper = await withOptions('entropy.mode=adaptive-paper', ...above);
    expect(paper.metrics.map((step) => step['entropy/coefficient-applied'])).toEqual([0, 0]);
    const released = await withOptions('entropy.mode=adaptive-released', ...above);
    expect(released.metrics.map((step) => step['entropy/coefficient-applied'])).toEqual([0.012, 0]);
  });

  test('truncated importance sampling: nothing to mend where sampler and learner agree, and the cap holds', async () => {
    const idle = await withOptions('importanceSampling.cap=2');
    for (const step of idle.metrics) expect(step).toMatchObject({ 'importance/mean': 1, 'importance/capped-share': 0 });
    expect(idle.weights).toEqual(plain.weights);
    const capped = await withOptions('importanceSampling.cap=0.5');
    for (const step of capped.metrics) expect(step).toMatchObject({ 'importance/mean': 0.5, 'importance/capped-share': 1 });
    expect(capped.metrics[0]!['gradient/norm']).toBeCloseTo(plain.metrics[0]!['gradient/norm']! / 2, 5);
  });

  test('the released normalization divides by the nominal batch, so rejected groups make the step smaller', async () => {
    const [report, released] = [
      await withOptions('steps=1', 'samplesPerPrompt=3'),
      await withOptions('steps=1', 'samplesPerPrompt=3', 'lossNormalization=released'),
    ];
    expect(responses(released.dumps[0]!)).toEqual(responses(report.dumps[0]!));
    const share = report.metrics[0]!['groups/kept-share']!;
    expect(share).toBeLessThan(1);
    expect(released.metrics[0]!['gradient/norm']).toBeCloseTo(report.metrics[0]!['gradient/norm']! * share, 6);
  });
});

describe('advantages', () => {
  test('Dr. GRPO: reward minus mean, not divided', async () => {
    const run = await withOptions('steps=1', 'advantage.normalize=false');
    expect(expectAdvantages(run.dumps[0]!, (group) => advantagesOf(rewardsOf(group), all(group), false))).toBeGreaterThan(6);
    expect(run.weights[0]).not.toBe(plain.weights[0]);
  });

  test.each(['before', 'after'] as const)('truncated responses masked %s mean and deviation are taken', async (truncation) => {
    const run = await withOptions('steps=1', `truncation=${truncation}`, 'promptsPerStep=6', 'contextLength=40');
    const truncated = run.dumps[0]!.filter(isTruncated);
    expect(truncated.length).toBeGreaterThan(3);
    for (const { advantage } of truncated) expect(advantage).toBe(0);
    const compared = expectAdvantages(run.dumps[0]!, (group) => {
      const whole = group.map((sample) => !isTruncated(sample));
      const advantages = advantagesOf(rewardsOf(group), truncation === 'before' ? whole : all(group));
      return advantages.map((advantage, index) => (whole[index] ? advantage : 0));
    });
    expect(compared).toBeGreaterThan(3);
  });

  test('overlong shaping lowers the reward of the last tokens before the limit', async () => {
    const [limit, buffer, penalty] = [48, 24, 0.5];
    const run = await withOptions('steps=1', `overlong.buffer=${buffer}`, `overlong.penalty=${penalty}`);
    const shaped = (sample: DumpedSample) =>
      sample.reward! - penalty * Math.min(1, Math.max(0, (lengthOf(sample) - (limit - buffer)) / buffer));
    expect(expectAdvantages(run.dumps[0]!, (group) => advantagesOf(group.map(shaped), all(group)))).toBeGreaterThan(12);
    expect(run.weights[0]).not.toBe(plain.weights[0]);
  });

  test('truncated responses are judged where that is asked for', async () => {
    const run = await withOptions('steps=1', 'judgeTruncated=true');
    expect(responses(run.dumps[0]!)).toEqual(responses(plain.dumps[0]!));
    const evidence = (samples: readonly DumpedSample[]) => new Set(samples.filter(isTruncated).map((sample) => sample.evidence));
    expect(evidence(plain.dumps[0]!)).toEqual(new Set(['cut off at the context length']));
    expect(evidence(run.dumps[0]!)).toEqual(new Set(['cut off before its end']));
  });
});
