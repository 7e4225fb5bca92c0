/** Rungs and cuts of the products that the shared table does not reach. On SwiftShader where the machine has no GPU. */
import { describe, expect, test } from 'bun:test';
import { createReferenceDevice } from '../../../reference/device.ts';
import { expectationOf, firstDifferingBit, kernelCases, RandomSource, runKernelCases } from '../../../testing/index.ts';
import { sharedGpuDevice } from '../../../testing-host/index.ts';
import type { GpuBuffer } from '../../runtime/memory.ts';
import { createWebgpuDevice, type WebgpuDeviceOptions } from '../../webgpu-device.ts';
import { gradientScale } from './gradient-scale.ts';

const gpu = await sharedGpuDevice();
/** A software driver compiles for seconds. */
const onGpu = (name: string, work: () => Promise<void>) => test.skipIf(gpu === undefined)(name, work, 60_000);
const open = (options?: WebgpuDeviceOptions) => createWebgpuDevice(gpu!, options);

const named = (...names: readonly string[]) => kernelCases.filter(({ kernel, name }) => names.includes(`${kernel}, ${name}`));
/** Few rows, a long sum, an odd shape; what each takes in the fast mode is a vector product, shares of K, and scalars. */
const FAST_CASES = named(
  'linear, 8 rows through [12, 60]',
  'linear, 2 rows through [128, 130]',
  'linear, 33 rows through [64, 64]',
  'linear, 13 rows through [5, 301], bias',
  'linearInputGradient, 33 rows back through [130, 128]',
  'linearWeightGradient, 300 rows into [7, 13], bias',
);

for (const subgroups of [true, false]) {
  onGpu(`fast products ${subgroups ? 'by' : 'without'} subgroups agree with the reference, and from run to run`, async () => {
    const device = await open({ mode: 'fast', ...(!subgroups && { restrictions: { subgroups: false } }) });
    const reference = createReferenceDevice();
    const expectations = await Promise.all(FAST_CASES.map((each) => expectationOf(reference, each)));
    expect(FAST_CASES.length).toBeGreaterThanOrEqual(5);
    expect(await runKernelCases(device, expectations)).toEqual([]);
    for (const each of FAST_CASES) expect(firstDifferingBit(await each.run(device), await each.run(device))).toBeUndefined();
  });
}

onGpu('operands above the binding limit are worked on in parts, with the same bits', async () => {
  const [whole, parted] = [await open(), await open({ restrictions: { bindingBytes: 8192 } })];
  const cases = kernelCases.filter(({ name }) => /^(13|33) rows .*\[(60, 127|130, 128|127, 12)\]/.test(name));
  expect(new Set(cases.map(({ kernel }) => kernel)).size).toBe(3);
  for (const each of cases) expect(firstDifferingBit(await each.run(whole), await each.run(parted))).toBeUndefined();
});

/** The nearest number of eleven significant bits, for numbers that f16 has no trouble with otherwise. */
function toHalf(value: number): number {
  if (value === 0) return 0;
  const step = 2 ** (Math.max(-14, Math.floor(Math.log2(Math.abs(value)))) - 10);
  const [low, rest] = [Math.floor(value / step), value / step - Math.floor(value / step)];
  const up = rest > 0.5 || (rest === 0.5 && low % 2 !== 0);
  return (low + (up ? 1 : 0)) * step;
}

describe('matrices in f16', () => {
  for (const [rows, outputs, inputs] of [
    [3, 40, 64],
    [1, 7, 24],
    [17, 20, 13],
  ] as const) {
    onGpu(`give the product of their rounded values: ${rows} rows through [${outputs}, ${inputs}]`, async () => {
      const device = await open({ mode: 'fast', storage: 'f16' });
      const random = new RandomSource(`f16 product ${rows} ${outputs} ${inputs}`);
      const values = random.floats(outputs * inputs);
      const [x, g] = [random.floats(rows * inputs), random.floats(rows * outputs)];
      const arena = device.createArena('f16', 2 ** 18);
      const upload = (source: Float32Array) => {
        const buffer = arena.allocate('f32', source.length, 'source');
        device.write(buffer, source);
        return buffer;
      };
      const matrix = device.createMatrix(arena, upload(values), outputs, inputs, true);
      device.refreshMatrices([matrix]);
      const [out, xGradient] = [arena.allocate('f32', rows * outputs, 'out'), arena.allocate('f32', rows * inputs, 'xGradient')];
      device.linear({ x: upload(x), matrix, out, rows });
      device.linearInputGradient({ outGradient: upload(g), matrix, xGradient, rows });
      const [forward, backward] = [new Float32Array(out.length), new Float32Array(xGradient.length)];
      await device.read(out, forward);
      await device.read(xGradient, backward);
      const halves = Float64Array.from(values, toHalf);
      // Far below 2^-11, the roundings that f32 copies would be off by.
      const near = (actual: number, expected: number, terms: number) => Math.abs(actual - expected) < 2e-7 * (4 + terms);
      for (let row = 0; row < rows; row++) {
        for (let n = 0; n < outputs; n++) {
          const expected = x.subarray(row * inputs, (row + 1) * inputs).reduce((sum, v, k) => sum + v * halves[n * inputs + k]!, 0);
          expect(near(forward[row * outputs + n]!, expected, inputs)).toBe(true);
        }
        for (let k = 0; k < inputs; k++) {
          const expected = g.subarray(row * outputs, (row + 1) * outputs).reduce((sum, v, n) => sum + v * halves[n * inputs + k]!, 0);
          expect(near(backward[row * inputs + k]!, expected, outputs)).toBe(true);
        }
      }
    });
  }
});

describe('the scale of a gradient', () => {
  const scaleFor = async (values: Float32Array): Promise<number[]> => {
    const device = await open();
    const arena = device.createArena('gradient', 2 ** 22);
    const buffer = arena.allocate('f32', values.length, 'gradient') as GpuBuffer;
    device.write(buffer, values);
    const scale = new Float32Array(2);
    await device.read(gradientScale(device.runtime, buffer), scale);
    return [...scale];
  };

  onGpu('is the power of two that brings the largest element to 2^14, wherever it stands', async () => {
    for (const [length, at, value] of [
      [50_001, 40_000, -3e-9],
      [16, 3, 700],
      [20_000, 0, 2 ** -40],
    ] as const) {
      const values = new Float32Array(length).fill(value / 1000);
      values[at] = value;
      const [factor, inverse] = await scaleFor(values);
      expect(Math.log2(factor!) % 1).toBe(0);
      expect(factor! * inverse!).toBe(1);
      expect(Math.floor(Math.log2(Math.abs(value) * factor!))).toBe(14);
    }
  });

  onGpu('leaves zeros and infinities alone', async () => {
    expect(await scaleFor(new Float32Array(9))).toEqual([1, 1]);
    expect(await scaleFor(Float32Array.of(1, Number.POSITIVE_INFINITY))).toEqual([1, 1]);
  });
});
