/** Runs in a page: cases of the table on `navigator.gpu`, against the reference device. What is left on `window` is the outcome. */
import { createReferenceDevice } from '@or1/compute';
import { expectationOf, kernelCases, runKernelCases } from '@or1/compute/testing';
import { createWebgpuDevice, probeAdapter } from '@or1/compute/webgpu';

export interface PageOutcome {
  readonly adapter: string;
  readonly cases: number;
  readonly failures: readonly string[];
  readonly lost: string;
}

async function run(kernels: readonly string[], perKernel: number): Promise<PageOutcome> {
  const probe = await probeAdapter(() => navigator.gpu.requestAdapter());
  if (!probe.available) throw new Error(probe.problem);
  const device = await createWebgpuDevice((await navigator.gpu.requestAdapter())!);
  const reference = createReferenceDevice();
  const cases = kernels.flatMap((kernel) => kernelCases.filter((each) => each.kernel === kernel).slice(-perKernel));
  const expectations = await Promise.all(cases.map((each) => expectationOf(reference, each)));
  const failures = await runKernelCases(device, expectations);
  device.runtime.device.destroy();
  const lost = await device.flush().then(
    () => 'nothing was thrown',
    (error: Error) => `${error.name}: ${error.message}`,
  );
  return { adapter: probe.adapter, cases: cases.length, failures, lost };
}

declare global {
  interface Window {
    runWebgpuCases: typeof run;
  }
}

window.runWebgpuCases = run;
