import type { Device } from '../device.ts';
import { createReferenceDevice } from '../reference/device.ts';

/** A way to make a device for tests. */
export interface DeviceVariant {
  readonly name: string;
  /** Variants with the same arithmetic promise the same bits, whatever their threads. */
  readonly arithmetic: string;
  create(): Promise<Device>;
}

/** The devices that this machine can run. */
export async function availableDevices(): Promise<readonly DeviceVariant[]> {
  return [{ name: 'reference', arithmetic: 'f64', create: async () => createReferenceDevice() }];
}
