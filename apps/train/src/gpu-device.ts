import { readdir } from 'node:fs/promises';
import type { Device } from '@or1/compute';

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

export interface GpuReport {
  readonly description: string;
  /** It computes on the CPU: far slower than the WebAssembly device. */
  readonly software: boolean;
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
  /** The rungs of the feature ladder that kernels use. */
  readonly ladder: { readonly f16: boolean; readonly subgroups: number; readonly subgroup_matrices: number; readonly timestamps: boolean };
}

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|software/i;

/** What the strongest adapter offers. Throws `GpuError` where there is none. */
export async function describeGpu(): Promise<GpuReport> {
  const { createWebgpuDevice, describeAdapter, openAdapter } = await modules();
  const adapter = await openAdapter();
  const description = describeAdapter(adapter.info);
  const features = [...adapter.features].sort();
  const device = await createWebgpuDevice(adapter);
  const { f16, subgroupSize, subgroupMatrix, timestamps } = device.runtime.features;
  const limits = { ...device.runtime.limits };
  device.dispose();
  const ladder = { f16, subgroups: subgroupSize, subgroup_matrices: subgroupMatrix.length, timestamps };
  return { description, software: SOFTWARE.test(description), features, limits, ladder };
}

/** Whether it is worth loading a driver: on Linux a GPU shows as a device file; other systems say it only when asked. */
export async function mayHaveGpu(): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  const [devices, renderers] = await Promise.all(['/dev', '/dev/dri'].map((folder) => readdir(folder).catch(() => [] as string[])));
  return devices!.some((name) => /^(nvidia\d+|nvidiactl|dxg|kfd)$/.test(name)) || renderers!.some((name) => name.startsWith('renderD'));
}
