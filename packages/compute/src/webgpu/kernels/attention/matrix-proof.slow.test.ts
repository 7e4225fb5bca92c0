/** The matrix kernels with their multiplications spelled out, against the reference; and that the proof does find a wrong unit. */
import { describe, expect, test } from 'bun:test';
import { sharedGpuDevice } from '../../../testing-host/index.ts';
import { GpuRuntime } from '../../runtime/gpu-runtime.ts';
import { matrixAttentionFault } from './matrix-proof.ts';

describe.skipIf(!process.env.OR1_SLOW)('the proof of the matrix kernels', () => {
  const cases = [
    { name: 'passes where they are right', of: 1, fault: undefined },
    { name: 'names what is off where the subgroups have another size', of: 2, fault: /is off by|is NaN/ },
  ];
  for (const { name, of, fault } of cases) {
    test(name, async () => {
      const gpu = await sharedGpuDevice();
      if (!gpu) return console.warn('skipped: no webgpu device');
      const runtime = new GpuRuntime(gpu, gpu.adapterInfo, { mode: 'fast', storage: 'f16', borrowed: true });
      const found = await matrixAttentionFault(runtime, { kind: 'spelled-out', subgroupSize: runtime.features.subgroupSize * of });
      runtime.dispose();
      if (fault) expect(found).toMatch(fault);
      else expect(found).toBeUndefined();
    }, 900_000);
  }
});
