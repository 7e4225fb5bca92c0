/** The whole case table and all exactness checks on SwiftShader; the ordinary suite runs a part of them. */
import { describe, expect, test } from 'bun:test';
import { sharedGpuDevice } from '@or1/compute/testing-host';
import { reportOn } from './webgpu-report.ts';

const available = process.env.OR1_SLOW !== undefined && (await sharedGpuDevice()) !== undefined;

describe.skipIf(!available)('the whole table on webgpu', () => {
  for (const mode of ['exact', 'fast'] as const) {
    test(`in ${mode} mode`, async () => {
      const [report] = await reportOn(async () => (await sharedGpuDevice())!, [{ mode }]);
      const outcomes = [...report!.parity, ...report!.exactness];
      expect(outcomes.length).toBeGreaterThan(20);
      expect(outcomes.filter(({ failures }) => failures.length > 0)).toEqual([]);
    }, 1_800_000);
  }
});
