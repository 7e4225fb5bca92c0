import { afterAll, describe, expect, test } from 'bun:test';
import { createReferenceDevice } from '@or1/compute';
import { type Expectation, expectationOf, kernelCases, runKernelCases } from '@or1/compute/testing';
import { availableDevices, selected } from '@or1/compute/testing-host';

const reference = createReferenceDevice();
const devices = await Promise.all((await availableDevices()).map(async (variant) => ({ variant, device: await variant.create() })));

afterAll(() => {
  for (const { device } of devices) device.dispose();
});

const expectations = new Map<string, Promise<Expectation[]>>();

function expectationsOf(kernel: string): Promise<Expectation[]> {
  let known = expectations.get(kernel);
  if (!known) {
    const cases = kernelCases.filter((kernelCase) => kernelCase.kernel === kernel);
    known = Promise.all(cases.map((kernelCase) => expectationOf(reference, kernelCase)));
    expectations.set(kernel, known);
  }
  return known;
}

const kernels = [...new Set(kernelCases.map(({ kernel }) => kernel))];

for (const { variant, device } of devices) {
  describe(`${variant.name} agrees with the reference`, () => {
    for (const kernel of kernels) {
      test(kernel, async () => {
        expect(
          await runKernelCases(
            device,
            (await expectationsOf(kernel)).filter(({ kernelCase }, n) => selected(variant, kernelCase.name, n)),
          ),
        ).toEqual([]);
      });
    }
  });
}

describe('the case table', () => {
  test('covers every kernel of the contract', () => {
    const notKernels = [
      'createArena',
      'bytesFor',
      'arenas',
      'write',
      'read',
      'flush',
      'dispose',
      'createMatrix',
      'matrixBytes',
      'createCache',
      'cacheBytes',
    ];
    const members = Object.entries(reference)
      .filter(([name, value]) => typeof value === 'function' && !notKernels.includes(name))
      .map(([name]) => name);
    expect([...kernels].sort()).toEqual(members.sort());
  });

  test('names every case once', () => {
    const names = kernelCases.map(({ kernel, name }) => `${kernel}, ${name}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  test('has outputs without gaps and bounds that are small against them', async () => {
    const loose: string[] = [];
    for (const kernel of kernels) {
      const shares = new Map<string, number[]>();
      for (const { kernelCase, outputs, allowed } of await expectationsOf(kernel)) {
        for (const [output, values] of Object.entries(outputs)) {
          expect(values.length).toBeGreaterThan(0);
          const bounds = allowed[output]!;
          if (bounds === 'exact') continue;
          if (!values.every(Number.isFinite)) loose.push(`${kernel}, ${kernelCase.name}: ${output} has gaps`);
          if (!bounds.every((value) => value >= 0 && value < Infinity)) loose.push(`${kernel}, ${kernelCase.name}: ${output} has no bound`);
          const size = (array: Float64Array | Uint32Array | Uint16Array) => Math.hypot(...array.subarray(0, 10_000));
          shares.set(output, [...(shares.get(output) ?? []), size(bounds) / size(values)]);
        }
      }
      for (const [output, all] of shares) {
        const median = all.sort((a, b) => a - b)[all.length >> 1]!;
        if (!(median < 2e-4)) loose.push(`${kernel}: bounds of ${output} are ${median} of its values`);
      }
    }
    expect(loose).toEqual([]);
  });
});
