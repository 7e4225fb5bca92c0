import type { Device } from '../device.ts';
import { createReferenceDevice } from '../reference/device.ts';
import { createWasmDevice } from '../wasm/wasm-device.ts';
import { createWebgpuDevice } from '../webgpu/webgpu-device.ts';
import { sharedGpuDevice } from './software-adapter.ts';

/** A way to make a device for tests. */
export interface DeviceVariant {
  readonly name: string;
  /** Variants with the same arithmetic promise the same bits, whatever their threads. */
  readonly arithmetic: string;
  /** Slow devices get a part of every suite; `selected` says which. */
  readonly slow: boolean;
  create(): Promise<Device>;
}

/**
 * Whether the ordinary suite runs the case or check of this name, the n-th of its kind, on a device; the slow suite runs them all. SwiftShader
 * compiles for seconds: a slow device gets the attention of three models, and every fourth case of the rest.
 */
export function selected({ slow }: DeviceVariant, name: string, n: number): boolean {
  if (!slow) return true;
  return /heads \d/.test(name) ? /heads (6:2 of 8|3:1 of 6|4:2 of 16)/.test(name) : n % 4 === 0;
}

/** The devices that this machine can run. The small workspace makes kernels walk their rows in several blocks. */
export async function availableDevices(): Promise<readonly DeviceVariant[]> {
  const gpu = await sharedGpuDevice();
  return [
    { name: 'reference', arithmetic: 'f64', slow: false, create: async () => createReferenceDevice() },
    { name: 'wasm simd, 1 thread', arithmetic: 'f32', slow: false, create: () => createWasmDevice({ threads: 1 }) },
    {
      name: 'wasm simd, 2 threads',
      arithmetic: 'f32',
      slow: false,
      create: () => createWasmDevice({ threads: 2, workspaceBytes: 2 ** 16 }),
    },
    { name: 'wasm simd, 3 threads', arithmetic: 'f32', slow: false, create: () => createWasmDevice({ threads: 3 }) },
    { name: 'wasm scalar, 2 threads', arithmetic: 'f32', slow: false, create: () => createWasmDevice({ threads: 2, build: 'scalar' }) },
    ...(gpu ? [{ name: 'webgpu', arithmetic: 'webgpu', slow: true, create: () => createWebgpuDevice(gpu) }] : []),
  ];
}
