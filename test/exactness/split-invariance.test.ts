import { expect, test } from 'bun:test';
import type { Device } from '@or1/compute';
import type { TokenWeights } from '@or1/model';
import { groupsOf, openNano, reference, request, suppressTokens, wasm } from './nano-rollouts.ts';

/** Arbitrary weights that differ from token to token. */
function weightsFor(count: number): TokenWeights {
  return {
    logProbability: Float32Array.from({ length: count }, (_, index) => Math.sin(index * 1.7) / count),
    entropy: Float32Array.from({ length: count }, (_, index) => Math.cos(index * 0.9) / (10 * count)),
  };
}

async function gradient(device: Device, microBatchRows: number, contextLength: number): Promise<Float32Array> {
  const nano = await openNano(device, { slots: 8, microBatchRows });
  const result = await nano.engine.generate(request(nano, { contextLength }));
  nano.learner.zeroGradients();
  await nano.learner.accumulate(groupsOf(nano, result), { temperature: 1, suppressTokens }, weightsFor(result.generatedTokens));
  const all = new Float32Array(nano.learner.gradients!.all.length);
  await device.read(nano.learner.gradients!.all, all);
  return all;
}

function relativeDistance(values: Float32Array, expected: Float32Array): number {
  let difference = 0;
  let norm = 0;
  expected.forEach((value, index) => {
    difference += (value - values[index]!) ** 2;
    norm += value ** 2;
  });
  return Math.sqrt(difference / norm);
}

test('the micro-batch size and the threads change no bit of the gradient while groups stay whole', async () => {
  const whole = await gradient(await wasm(1), 8192, 64);
  for (const [threads, rows] of [
    [2, 8192],
    [2, 700],
    [1, 300],
  ] as const) {
    const device = await wasm(threads);
    expect(Buffer.from((await gradient(device, rows, 64)).buffer).equals(Buffer.from(whole.buffer))).toBe(true);
    device.dispose();
  }
});

test('splitting a group into runs with a prompt copy each changes the gradient only by rounding', async () => {
  const device = await wasm(2);
  const whole = await gradient(device, 4096, 64);
  const split = await gradient(device, 96, 64);
  expect(relativeDistance(split, whole)).toBeLessThan(1e-5);
  expect(Buffer.from(split.buffer).equals(Buffer.from(whole.buffer))).toBe(false);
  device.dispose();
});

test('the CPU device and the reference agree on the gradient of a real batch', async () => {
  const device = await wasm(2);
  const fast = await gradient(device, 512, 8);
  const exact = await gradient(await reference(), 512, 8);
  expect(relativeDistance(fast, exact)).toBeLessThan(1e-4);
  device.dispose();
});
