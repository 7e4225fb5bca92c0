/**
 * One step of reinforcement learning on the software adapter: given the CPU's rollouts, token weights, loss and gradient are the CPU's,
 * and in exact mode the device's own sampler agrees with its learner bit for bit.
 */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createWasmDevice, type Device } from '@or1/compute';
import { sharedGpuDevice } from '@or1/compute/testing-host';
import { createWebgpuDevice } from '@or1/compute/webgpu';
import type { TokenScores, TokenWeights } from '@or1/model';
import { assemblePolicyStep, lossReport, REPORT_SETTINGS, tokenWeights } from '@or1/optimizer';
import type { GenerationResult } from '@or1/rollout';
import { flat, groupsOf, type Nano, openNano, request, suppressTokens } from '../exactness/nano-rollouts.ts';

const SHORT = { samplesPerPrompt: 2, contextLength: 6 };
const short = (nano: Nano) => request(nano, { ...SHORT, prompts: request(nano).prompts.slice(0, 2) });
const TOLERANCE = 1e-4;
const shared = await sharedGpuDevice();

interface Step {
  readonly weights: TokenWeights;
  readonly loss: number;
  readonly gradient: Float32Array;
}

/** An off-policy step, so that the weights depend on the device's own log-probabilities, with clipping, entropy bonus and importance weights. */
async function takeStep(device: Device, rollouts: GenerationResult): Promise<Step> {
  const nano = await openNano(device, { slots: 4, microBatchRows: 300 });
  const responses = rollouts.rollouts.map(({ tokens, logProbabilities, sample }) => ({
    tokens: tokens.length,
    advantage: sample === 0 ? 0.9 : -0.7,
    old: logProbabilities.map((value, index) => value + 0.3 * Math.sin(index)),
    sampler: logProbabilities.map((value, index) => value + 0.05 * Math.cos(3 * index)),
    reference: null,
  }));
  const settings = { ...REPORT_SETTINGS, importance: { cap: 1.02 } };
  const step = assemblePolicyStep(responses, { entropyCoefficient: 0.01, normalization: { kind: 'report' } });
  const weights = { logProbability: new Float32Array(rollouts.generatedTokens), entropy: new Float32Array(rollouts.generatedTokens) };
  nano.learner.zeroGradients();
  const weigh = (scores: TokenScores, range: { start: number; end: number }) => {
    const part = tokenWeights(step, settings, scores.logProbabilities, range);
    weights.logProbability.set(part.logProbability, range.start);
    weights.entropy.set(part.entropy, range.start);
    return part;
  };
  const scores = await nano.learner.accumulate(groupsOf(nano, rollouts, short(nano)), { temperature: 1, suppressTokens }, weigh);
  const gradient = new Float32Array(nano.model.parameterCount);
  await device.read(nano.learner.gradients!.all, gradient);
  return { weights, loss: lossReport(step, settings, scores).loss, gradient };
}

function distance(values: Float32Array, expected: Float32Array): number {
  let difference = 0;
  let norm = 0;
  for (const [index, value] of expected.entries()) {
    difference += (value - values[index]!) ** 2;
    norm += value ** 2;
  }
  return Math.sqrt(difference / norm);
}

describe.skipIf(shared === undefined)('a step of the nano base on the software adapter', () => {
  let cpu: Device;
  let gpu: Device;
  beforeAll(async () => {
    [cpu, gpu] = await Promise.all([createWasmDevice({ threads: 2 }), createWebgpuDevice(shared!)]);
  });
  afterAll(() => {
    cpu.dispose();
    gpu.dispose();
  });

  test("has the CPU's token weights, loss and gradient", async () => {
    const nano = await openNano(cpu, { slots: 14 });
    const rollouts = await nano.engine.generate(short(nano));
    const [expected, actual] = [await takeStep(cpu, rollouts), await takeStep(gpu, rollouts)];
    expect(distance(actual.weights.logProbability, expected.weights.logProbability)).toBeLessThan(TOLERANCE);
    expect(distance(actual.weights.entropy, expected.weights.entropy)).toBeLessThan(TOLERANCE);
    expect(Math.abs(actual.loss / expected.loss - 1)).toBeLessThan(TOLERANCE);
    expect(distance(actual.gradient, expected.gradient)).toBeLessThan(TOLERANCE);
  }, 120_000);

  test('samples what its learner scores, bit for bit, whatever the block', async () => {
    const nano = await openNano(gpu, { slots: 5 });
    const rollouts = await nano.engine.generate(short(nano));
    const scores = await nano.learner.score(groupsOf(nano, rollouts, short(nano)), { temperature: 1, suppressTokens });
    expect([...scores.logProbabilities]).toEqual(flat(rollouts, 'logProbabilities'));
    expect([...scores.entropies]).toEqual(flat(rollouts, 'entropies'));
    const single = await openNano(gpu, { slots: 14, blockTokens: 1 });
    expect((await single.engine.generate(short(single))).rollouts).toEqual(rollouts.rollouts);
  }, 120_000);
});
