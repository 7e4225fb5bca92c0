import { readdir } from 'node:fs/promises';
import type { Device } from '@or1/compute';
import type { WebgpuProbe } from '@or1/compute/webgpu';

export const PRECISIONS = ['exact', 'f32', 'f16'] as const;

/**
 * How the GPU computes. `exact`: f32 with one order of every sum, so that sampler and learner agree bit for bit. `f32`: sums may be split
 * by shape. `f16`: that, with packed matrices and the cache of keys and values in f16.
 */
export type Precision = (typeof PRECISIONS)[number];

/** The WebGPU code is loaded only here: commands on the CPU never touch a driver. */
async function modules() {
  const [dawn, webgpu] = await Promise.all([import('@or1/compute/webgpu-dawn'), import('@or1/compute/webgpu')]);
  return { ...dawn, ...webgpu };
}

export async function openGpuDevice(precision: Precision): Promise<Device> {
  const { createWebgpuDevice, openAdapter } = await modules();
  return createWebgpuDevice(await openAdapter(), {
    mode: precision === 'exact' ? 'exact' : 'fast',
    storage: precision === 'f16' ? 'f16' : 'f32',
  });
}

/** What the strongest adapter offers, or why there is none. */
export async function probeGpu(): Promise<WebgpuProbe> {
  const { openAdapter, probeAdapter } = await modules();
  return probeAdapter(() => openAdapter());
}

/** Whether it is worth loading a driver: on Linux a GPU shows as a device file; other systems say it only when asked. */
export async function mayHaveGpu(): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  const [devices, renderers] = await Promise.all(['/dev', '/dev/dri'].map((folder) => readdir(folder).catch(() => [] as string[])));
  return devices!.some((name) => /^(nvidia\d+|nvidiactl|dxg|kfd)$/.test(name)) || renderers!.some((name) => name.startsWith('renderD'));
}
