import { createReferenceDevice, createWasmDevice, type Device } from '@or1/compute';
import { InputError } from '@or1/trainer';
import type { CommonOptions } from './cli/common-options.ts';
import { probeDevice } from './device-probe.ts';
import { mayHaveGpu, openGpuDevice, probeGpu } from './gpu-device.ts';

const tell = (line: string): void => void process.stderr.write(`${line}\n`);

/**
 * Opens the device that the flags ask for. `auto` measures GPU and CPU where there is a GPU and takes the faster one; one line on stderr
 * says which and why. Without a flag that line is left out where there is no GPU and so no choice.
 *
 * @throws InputError where flags contradict each other; GpuError where WebGPU was asked for and cannot be had.
 */
export async function openDevice({ device, threads, precision }: CommonOptions): Promise<Device> {
  if (precision !== undefined && device !== 'webgpu')
    throw new InputError(`--precision ${precision} is about the GPU; give --device webgpu with it`);
  const openCpu = () => createWasmDevice(threads === undefined ? {} : { threads });
  switch (device) {
    case 'webgpu':
      return openGpuDevice(precision ?? 'exact');
    case 'wasm':
      return openCpu();
    case 'reference':
      return createReferenceDevice();
    default:
      if (await mayHaveGpu()) return pickDevice(openCpu);
      if (device === 'auto') tell('Device: CPU (this machine shows no GPU).');
      return openCpu();
  }
}

async function pickDevice(openCpu: () => Promise<Device>): Promise<Device> {
  const takeCpu = (reason: string): Promise<Device> => {
    tell(`Device: CPU (${reason}).`);
    return openCpu();
  };
  const probe = await probeGpu();
  if (!probe.available) return takeCpu(probe.problem);
  if (probe.software) return takeCpu(`the only WebGPU adapter, ${probe.adapter}, is software`);
  const gpu = await openGpuDevice('exact');
  const cpu = await openCpu();
  const [gpuRate, cpuRate] = [await probeDevice(gpu), await probeDevice(cpu)];
  const [chosen, other] = gpuRate > cpuRate ? [gpu, cpu] : [cpu, gpu];
  other.dispose();
  const rates = [gpuRate, cpuRate].map((rate) => `${(rate / 1e9).toPrecision(3)} GFLOP/s`);
  tell(`Device: ${chosen === gpu ? 'GPU' : 'CPU'} (measured ${rates[0]} on the GPU, ${rates[1]} on the CPU).`);
  return chosen;
}
