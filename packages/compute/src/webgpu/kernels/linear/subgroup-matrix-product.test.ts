/** No software driver multiplies subgroup matrices, so here the text alone is checked, by Dawn's compiler; results are checked on GPUs. */
import { expect, test } from 'bun:test';
import { shaderText } from '../../runtime/kernel.ts';
import { subgroupMatrixProduct } from './subgroup-matrix-product.ts';

/** Dawn's null backend: it compiles for an imagined adapter that has every feature, and runs nothing. */
async function compiler(): Promise<GPUDevice | undefined> {
  const dawn = await import('webgpu').catch(() => undefined);
  if (!dawn) return undefined;
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create(['backend=null', 'enable-dawn-features=allow_unsafe_apis']);
  const adapter = await gpu.requestAdapter();
  const features = ['shader-f16', 'subgroups', 'chromium-experimental-subgroup-matrix'] as GPUFeatureName[];
  const device = await adapter?.requestDevice({ requiredFeatures: features });
  kept.push(gpu, adapter, device);
  return device;
}

/** Dawn's objects must outlive the tests: if the collector takes one, the process dies. */
const kept: unknown[] = [];
const device = await compiler();

const TILE = { rows: 64, columns: 128, depth: 32, subgroupRows: 32, subgroupColumns: 64, group: 8 };
const SHAPE = { rows: 16, columns: 16, depth: 16, subgroupSize: 32 };
const STAGINGS = [
  { buffers: 1, ahead: false, prefetch: true },
  { buffers: 1, ahead: true, prefetch: false },
  { buffers: 2, ahead: false, prefetch: true },
] as const;
const TRANSPOSES = [
  [true, true],
  [true, false],
  [false, false],
] as const;

test.skipIf(!device)('every variant of the product is valid WGSL', async () => {
  const errors: string[] = [];
  const keys = new Set<string>();
  for (const [number, staging] of STAGINGS.entries()) {
    for (const [depthOfA, depthOfB] of TRANSPOSES) {
      for (const flags of [0, 1, 2, 3, 4, 5, 6, 7]) {
        const [scaled, bias, accumulate] = [(flags & 1) > 0, (flags & 2) > 0, (flags & 4) > 0];
        const kernel = subgroupMatrixProduct({
          tile: { ...TILE, ...staging },
          shape: SHAPE,
          a: { depthContiguous: depthOfA, storage: 'f32' },
          b: { depthContiguous: depthOfB, storage: accumulate ? 'f32' : 'f16' },
          scaled,
          tail: number > 0,
          bias,
          accumulate,
        });
        keys.add(kernel.key);
        const { messages } = await device!.createShaderModule({ code: shaderText(kernel) }).getCompilationInfo();
        errors.push(...messages.filter(({ type }) => type === 'error').map(({ message }) => `${kernel.key}: ${message}`));
      }
    }
  }
  expect(keys.size).toBe(72);
  expect(errors).toEqual([]);
});
