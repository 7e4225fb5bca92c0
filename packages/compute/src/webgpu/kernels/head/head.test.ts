/** What the shared table does not reach of the head: chunks of the vocabulary. On SwiftShader where the machine has no GPU. */
import { describe, expect, test } from 'bun:test';
import { firstDifferingBit, kernelCases } from '../../../testing/index.ts';
import { sharedGpuDevice } from '../../../testing-host/index.ts';
import { createWebgpuDevice, type WebgpuDeviceOptions } from '../../webgpu-device.ts';
import { BLOCK, chunksOf, wholeRows } from './logits.ts';

const gpu = await sharedGpuDevice();
/** A software driver compiles for seconds. */
const onGpu = (name: string, work: () => Promise<void>) => test.skipIf(gpu === undefined)(name, work, 60_000);
const open = (options?: WebgpuDeviceOptions) => createWebgpuDevice(gpu!, options);

describe('the vocabulary in chunks', () => {
  onGpu('gives the bits that it gives whole, whatever the scratch memory', async () => {
    const [whole, parted] = [await open(), await open({ restrictions: { bindingBytes: 34_000 } })];
    expect(chunksOf(parted.runtime, 7, 2051)).toEqual({ rows: 4, tokens: 2048 });
    const cases = kernelCases.filter(
      ({ kernel, name }) => /^head(Forward|Backward)/.test(kernel) && /^3 rows of 8, vocabulary 2051/.test(name),
    );
    expect(cases.length).toBe(2);
    for (const each of cases) {
      const difference = firstDifferingBit(await each.run(whole), await each.run(parted));
      expect(difference && `${each.kernel}, ${each.name}: ${difference}`).toBeUndefined();
    }
  });

  onGpu('keeps scratch memory within its bound at a vocabulary of 151,936', async () => {
    const { runtime } = await open();
    for (const rows of [1, 256, 16_384, 100_000]) {
      const { rows: together, tokens } = chunksOf(runtime, rows, 151_936);
      expect(together * tokens * 4).toBeLessThanOrEqual(2 ** 28);
      expect(tokens === 151_936 || tokens % BLOCK === 0).toBe(true);
      expect(wholeRows(runtime, rows, 151_936) * 151_936 * 4).toBeLessThanOrEqual(2 ** 28);
    }
  });
});
