import type { Device } from '../device.ts';
import { createReferenceDevice } from '../reference/device.ts';
import { createWasmDevice } from '../wasm/wasm-device.ts';

/** A way to make a device for tests. */
export interface DeviceVariant {
  readonly name: string;
  /** Variants with the same arithmetic promise the same bits, whatever their threads. */
  readonly arithmetic: string;
  /** The ordinary suite gives slow devices every n-th case alone; the slow suite makes up for it. */
  readonly every: number;
  create(): Promise<Device>;
}

/** The devices that this machine can run. The small workspace makes kernels walk their rows in several blocks. */
export async function availableDevices(): Promise<readonly DeviceVariant[]> {
  return [
    { name: 'reference', arithmetic: 'f64', every: 1, create: async () => createReferenceDevice() },
    { name: 'wasm simd, 1 thread', arithmetic: 'f32', every: 1, create: () => createWasmDevice({ threads: 1 }) },
    { name: 'wasm simd, 2 threads', arithmetic: 'f32', every: 1, create: () => createWasmDevice({ threads: 2, workspaceBytes: 2 ** 16 }) },
    { name: 'wasm simd, 3 threads', arithmetic: 'f32', every: 1, create: () => createWasmDevice({ threads: 3 }) },
    { name: 'wasm scalar, 2 threads', arithmetic: 'f32', every: 1, create: () => createWasmDevice({ threads: 2, build: 'scalar' }) },
  ];
}

/** Every n-th item, as the variant says. */
export function everyNth<Item>({ every }: DeviceVariant, items: readonly Item[]): Item[] {
  return items.filter((_, index) => index % every === 0);
}
