/**
 * The whole case table and all exactness checks on this machine's GPU, as JSON: run by hand where there is one.
 *     bun test/kernels/webgpu-report.ts [FILE]
 * Every mode gets a device of its own; a kernel that breaks its device ends neither the others nor the report.
 */
import { createReferenceDevice } from '@or1/compute';
import { exactnessChecks, expectationOf, kernelCases, runKernelCases } from '@or1/compute/testing';
import { createWebgpuDevice, type WebgpuDevice, type WebgpuDeviceOptions } from '@or1/compute/webgpu';
import { openAdapter, probeWebgpu } from '@or1/compute/webgpu-dawn';

const PLAIN = { subgroups: false, f16: false, subgroupMatrix: false } as const;
/** With the feature rungs that the adapter has, and without any. */
const MODES: readonly WebgpuDeviceOptions[] = [
  { mode: 'exact' },
  { mode: 'fast' },
  { mode: 'exact', restrictions: PLAIN },
  { mode: 'fast', restrictions: PLAIN },
];

interface Outcome {
  readonly name: string;
  readonly runs: number;
  readonly failures: readonly string[];
  readonly milliseconds: number;
}

export interface ModeReport {
  readonly options: WebgpuDeviceOptions;
  readonly parity: readonly Outcome[];
  /** Of exact modes alone. */
  readonly exactness: readonly Outcome[];
}

/** Runs one part of the table on the device, or on a new one if the last part left it broken. */
class Bench {
  private device: WebgpuDevice | undefined;

  constructor(
    private readonly open: () => Promise<GPUAdapter | GPUDevice>,
    private readonly options: WebgpuDeviceOptions,
  ) {}

  async run(name: string, runs: number, work: (device: WebgpuDevice) => Promise<readonly string[]>): Promise<Outcome> {
    const start = performance.now();
    let failures: readonly string[];
    try {
      this.device ??= await createWebgpuDevice(await this.open(), this.options);
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

export async function reportOn(open: () => Promise<GPUAdapter | GPUDevice>, modes: readonly WebgpuDeviceOptions[]): Promise<ModeReport[]> {
  const reference = createReferenceDevice();
  const reports: ModeReport[] = [];
  for (const options of modes) {
    const bench = new Bench(open, options);
    const parity: Outcome[] = [];
    const exactness: Outcome[] = [];
    for (const [kernel, cases] of Map.groupBy(kernelCases, (each) => each.kernel)) {
      const expectations = await Promise.all(cases.map((each) => expectationOf(reference, each)));
      parity.push(await bench.run(kernel, cases.length, (device) => runKernelCases(device, expectations)));
    }
    for (const check of options.mode === 'exact' ? exactnessChecks : []) {
      const run = async (device: WebgpuDevice) => {
        const problem = await check.run(device);
        return problem ? [problem] : [];
      };
      exactness.push(await bench.run(`${check.property}: ${check.name}`, 1, run));
    }
    reports.push({ options, parity, exactness });
  }
  return reports;
}

if (import.meta.main) {
  const reports = await reportOn(() => openAdapter(), MODES);
  const failed = reports.flatMap(({ parity, exactness }) => [...parity, ...exactness]).filter(({ failures }) => failures.length > 0).length;
  const text = JSON.stringify({ probe: await probeWebgpu(), failed, reports }, null, 1);
  const file = process.argv[2];
  if (file) await Bun.write(file, text);
  else console.log(text);
  process.exit(failed === 0 ? 0 : 1);
}
