/**
 * No software driver multiplies subgroup matrices, and SwiftShader compiles them spelled out for minutes. So here the text of the matrix
 * kernels is checked by Dawn's compiler, and a device proves them on its adapter before it uses them (matrix-proof.ts).
 */
import { expect, test } from 'bun:test';
import { nullCompiler } from '../../../testing-host/index.ts';
import type { GpuRuntime } from '../../runtime/gpu-runtime.ts';
import { type KernelSource, shaderText } from '../../runtime/kernel.ts';
import type { FragmentUnit } from './fragments.ts';
import { createPlan } from './plans.ts';

const device = await nullCompiler();
const UNIT: FragmentUnit = { kind: 'subgroup-matrix', subgroupSize: 32 };

/** All kernels anywhere in a plan. */
function kernelsIn(value: unknown): KernelSource[] {
  if (typeof value !== 'object' || value === null) return [];
  return 'code' in value ? [value as KernelSource] : Object.values(value).flatMap(kernelsIn);
}

/** What a plan reads of a runtime. */
const runtimeWith = (mode: 'exact' | 'fast', workgroupBytes: number) =>
  ({ mode, features: { subgroupSize: 32 }, limits: { maxComputeWorkgroupStorageSize: workgroupBytes } }) as unknown as GpuRuntime;

const models = [
  { queryHeads: 14, keyHeads: 2, headWidth: 64 },
  { queryHeads: 12, keyHeads: 2, headWidth: 128 },
  { queryHeads: 9, keyHeads: 3, headWidth: 80 },
  { queryHeads: 4, keyHeads: 4, headWidth: 24 },
  { queryHeads: 40, keyHeads: 1, headWidth: 16 },
] as const;

test.skipIf(!device)('the kernels of every model are valid WGSL, within the workgroup memory of 32 and 48 KiB', async () => {
  const errors: string[] = [];
  for (const bytes of [32 * 1024, 48 * 1024]) {
    for (const model of models) {
      for (const kernel of kernelsIn(createPlan(runtimeWith('fast', bytes), model, 'f16', UNIT))) {
        const { messages } = await device!.createShaderModule({ code: shaderText(kernel) }).getCompilationInfo();
        errors.push(...messages.filter(({ type }) => type === 'error').map(({ message }) => `${kernel.key}: ${message}`));
      }
    }
  }
  expect(errors).toEqual([]);
});

test('the exact mode, f32 storage and heads that are no multiple of 8 wide take the plain kernels', () => {
  const runtime = runtimeWith('fast', 48 * 1024);
  expect(createPlan(runtime, models[0], 'f16', UNIT).backward.kind).toBe('matrix');
  expect(createPlan(runtime, models[0], 'f16', undefined).backward.kind).toBe('plain');
  expect(createPlan(runtime, models[0], 'f32', UNIT).backward.kind).toBe('plain');
  expect(createPlan(runtimeWith('exact', 48 * 1024), models[0], 'f16', UNIT).backward.kind).toBe('plain');
  expect(createPlan(runtime, { queryHeads: 2, keyHeads: 1, headWidth: 12 }, 'f16', UNIT).backward.kind).toBe('plain');
});

test('heads that cannot be shared out, and adapters without the memory, are refused by name', () => {
  expect(() => createPlan(runtimeWith('fast', 48 * 1024), { queryHeads: 7, keyHeads: 2, headWidth: 64 }, 'f32', undefined)).toThrow(
    '7 query heads cannot share 2 key heads evenly',
  );
  expect(() => createPlan(runtimeWith('fast', 1024), models[0], 'f32', undefined)).toThrow(
    'attention with heads of 64 needs more workgroup memory',
  );
});
