/** Attention in the fast mode and with an f16 cache, which the shared table does not reach. On SwiftShader where the machine has no GPU. */
import { expect, test } from 'bun:test';
import { createReferenceDevice } from '../../../reference/device.ts';
import { expectationOf, kernelCases, runKernelCase } from '../../../testing/index.ts';
import { sharedGpuDevice } from '../../../testing-host/index.ts';
import { createWebgpuDevice } from '../../webgpu-device.ts';

const gpu = await sharedGpuDevice();
/** A software driver compiles for seconds. */
const onGpu = (name: string, work: () => Promise<void>) => test.skipIf(gpu === undefined)(name, work, 120_000);

/** Rounding keys and values to f16 is 2^13 times coarser than f32. */
const F16_SHARE = 2 ** 13;

/** Worst errors as shares of what f32 is allowed, by case and output. */
async function shares(storage: 'f32' | 'f16', names: readonly string[]): Promise<number[]> {
  const device = await createWebgpuDevice(gpu!, { mode: 'fast', storage });
  const reference = createReferenceDevice();
  const cases = kernelCases.filter(({ kernel, name }) => kernel.startsWith('attention') && names.some((each) => name.includes(each)));
  expect(cases.length).toBeGreaterThanOrEqual(names.length);
  const differences = [];
  for (const each of cases) differences.push(...(await runKernelCase(device, await expectationOf(reference, each))));
  device.dispose();
  return differences.map(({ share }) => share);
}

onGpu('decoding over shares of the context is as near to the reference as the exact mode', async () => {
  for (const share of await shares('f32', ['heads 6:2 of 8, last rows'])) expect(share).toBeLessThanOrEqual(1);
});

onGpu('keys and values in f16 are read as they were stored', async () => {
  const all = await shares('f16', ['contexts 13+[7,33,2,1], heads 3:1 of 6']);
  for (const share of all) expect(share).toBeLessThanOrEqual(F16_SHARE);
  // The cache does hold halves: an f32 cache would stay below 1.
  expect(Math.max(...all)).toBeGreaterThan(1);
});
