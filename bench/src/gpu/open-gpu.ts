import { createWebgpuDevice, type WebgpuDevice } from '@or1/compute/webgpu';
import { openAdapter } from '@or1/compute/webgpu-dawn';

export type Precision = 'exact' | 'f32' | 'f16';

/** The strongest adapter as a device; `profile` times every dispatch and is slower. */
export async function openGpu(precision: Precision, profile = false): Promise<WebgpuDevice> {
  return createWebgpuDevice(await openAdapter(), {
    mode: precision === 'exact' ? 'exact' : 'fast',
    storage: precision === 'f16' ? 'f16' : 'f32',
    profile,
  });
}
