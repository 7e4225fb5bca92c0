/** No software driver multiplies subgroup matrices, so here the text alone is checked, by Dawn's compiler; results are checked on GPUs. */
import { expect, test } from 'bun:test';
import { nullCompiler } from '../../../testing-host/index.ts';
import { shaderText } from '../../runtime/kernel.ts';
import { subgroupMatrixProduct } from './subgroup-matrix-product.ts';

const device = await nullCompiler();

const TILE = { rows: 64, columns: 128, depth: 32, subgroupRows: 32, subgroupColumns: 64, group: 8 };
const SHAPE = { rows: 16, columns: 16, depth: 16, subgroupSize: 32 };
const TRANSPOSES = [
  [true, true],
  [true, false],
  [false, false],
] as const;

test.skipIf(!device)('every variant of the product is valid WGSL', async () => {
  const errors: string[] = [];
  const keys = new Set<string>();
  for (const tail of [false, true]) {
    for (const [depthOfA, depthOfB] of TRANSPOSES) {
      for (const flags of [0, 1, 2, 3, 4, 5, 6, 7]) {
        const [scaled, bias, accumulate] = [(flags & 1) > 0, (flags & 2) > 0, (flags & 4) > 0];
        const kernel = subgroupMatrixProduct({
          tile: TILE,
          shape: SHAPE,
          a: { depthContiguous: depthOfA, storage: 'f32' },
          b: { depthContiguous: depthOfB, storage: accumulate ? 'f32' : 'f16' },
          scaled,
          tail,
          bias,
          accumulate,
        });
        keys.add(kernel.key);
        const { messages } = await device!.createShaderModule({ code: shaderText(kernel) }).getCompilationInfo();
        errors.push(...messages.filter(({ type }) => type === 'error').map(({ message }) => `${kernel.key}: ${message}`));
      }
    }
  }
  expect(keys.size).toBe(48);
  expect(errors).toEqual([]);
});
