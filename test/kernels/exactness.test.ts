import { afterAll, describe, expect, test } from 'bun:test';
import { exactnessChecks, firstDifferingBit, kernelCases } from '@or1/compute/testing';
import { availableDevices, selected } from '@or1/compute/testing-host';

const variants = await availableDevices();
const devices = await Promise.all(variants.map(async (variant) => ({ variant, device: await variant.create() })));

afterAll(() => {
  for (const { device } of devices) device.dispose();
});

const properties = [...new Set(exactnessChecks.map(({ property }) => property))];

for (const { variant, device } of devices) {
  const timeout = variant.slow ? 240_000 : 60_000;
  describe(`${variant.name} is exact in`, () => {
    for (const property of properties) {
      test(
        property,
        async () => {
          const violations: string[] = [];
          for (const check of exactnessChecks
            .filter((each) => each.property === property)
            .filter(({ name }, n) => selected(variant, name, n))) {
            const problem = await check.run(device);
            if (problem) violations.push(`${check.name}: ${problem}`);
          }
          expect(violations).toEqual([]);
        },
        timeout,
      );
    }

    // The first device of the same arithmetic: the same bits are promised whatever the build and the number of threads.
    const twin = variants.find(({ arithmetic }) => arithmetic === variant.arithmetic)!;
    test(
      `its bits: another device, ${twin.name}, and buffers that start elsewhere give the same`,
      async () => {
        const other = await twin.create();
        const differences: string[] = [];
        for (const { kernel, name, run } of kernelCases.filter(
          (each, n) => selected(variant, each.name, n) && (!variant.slow || n % 3 === 0),
        )) {
          const outputs = await run(device);
          const elsewhere = firstDifferingBit(outputs, await run(device, { shift: 1 }));
          if (elsewhere) differences.push(`${kernel}, ${name}, shifted by one element: ${elsewhere}`);
          const onTwin = firstDifferingBit(await run(other), outputs);
          if (onTwin) differences.push(`${kernel}, ${name}: ${onTwin}`);
        }
        other.dispose();
        expect(differences).toEqual([]);
      },
      timeout,
    );
  });
}
