/**
 * The whole case table and all exactness checks on this machine's GPU, as JSON: run by hand where there is one.
 *     bun test/kernels/webgpu-report.ts [FILE]
 * Every mode gets a device of its own; a kernel that breaks its device ends neither the others nor the report.
 */
import { createReferenceDevice } from '@or1/compute';
import { exactnessChecks, expectationOf, kernelCases, runKernelCases } from '@or1/compute/testing';
import { createWebgpuDevice, type WebgpuDevice, type WebgpuDeviceOptions } from '@or1/compute/webgpu';
import { openAdapter, probeWebgpu } from '@or1/compute/webgpu-dawn';

const MODES: readonly { readonly options: WebgpuDeviceOptions; readonly exactness: boolean }[] = [
  { options: { mode: 'exact' }, exactness: true },
  { options: { mode: 'exact', restrictions: { subgroups: false, f16: false, subgroupMatrix: false } }, exactness: true },
  { options: { mode: 'fast' }, exactness: false },
  { options: { mode: 'fast', restrictions: { subgroups: false, f16: false, subgroupMatrix: false } }, exactness: false },
];

interface Outcome {
  readonly name: string;
  readonly runs: number;
  readonly failures: readonly string[];
  readonly milliseconds: number;
}

const reference = createReferenceDevice();

/** Runs one part of the table on the device, or on a new one if the last part left it broken. */
class Bench {
  private device: WebgpuDevice | undefined;

  constructor(private readonly options: WebgpuDeviceOptions) {}

  async run(name: string, runs: number, work: (device: WebgpuDevice) => Promise<readonly string[]>): Promise<Outcome> {
    const start = performance.now();
    let failures: readonly string[];
    try {
      this.device ??= await createWebgpuDevice(await openAdapter(), this.options);
      failures = await work(this.device);
      await this.device.flush();
    } catch (error) {
      failures = [`threw: ${(error as Error).message}`];
      this.device?.dispose();
      this.device = undefined;
    }
    const outcome = { name, runs, failures: failures.slice(0, 8), milliseconds: Math.round(performance.now() - start) };
    console.error(
      `${failures.length === 0 ? 'ok  ' : 'FAIL'} ${JSON.stringify(this.options)} ${name}: ${runs} runs, ${failures.length} failures, ${outcome.milliseconds} ms`,
    );
    for (const failure of outcome.failures) console.error(`       ${failure}`);
    return outcome;
  }
}

const groups = Map.groupBy(kernelCases, ({ kernel }) => kernel);
const expected = new Map<string, Awaited<ReturnType<typeof expectationOf>>[]>();
for (const [kernel, cases] of groups) expected.set(kernel, await Promise.all(cases.map((each) => expectationOf(reference, each))));

const results: { options: WebgpuDeviceOptions; parity: Outcome[]; exactness: Outcome[] }[] = [];
for (const { options, exactness } of MODES) {
  const bench = new Bench(options);
  const result = { options, parity: [] as Outcome[], exactness: [] as Outcome[] };
  results.push(result);
  for (const [kernel, expectations] of expected) {
    result.parity.push(await bench.run(kernel, expectations.length, (device) => runKernelCases(device, expectations)));
  }
  if (!exactness) continue;
  for (const check of exactnessChecks) {
    const run = async (device: WebgpuDevice) => {
      const problem = await check.run(device);
      return problem ? [problem] : [];
    };
    result.exactness.push(await bench.run(`${check.property}: ${check.name}`, 1, run));
  }
}

const failures = results.flatMap(({ parity, exactness }) => [...parity, ...exactness]).filter((outcome) => outcome.failures.length > 0);
const report = JSON.stringify({ probe: await probeWebgpu(), failed: failures.length, results }, null, 1);
const file = process.argv[2];
if (file) await Bun.write(file, report);
else console.log(report);
process.exit(failures.length === 0 ? 0 : 1);
