import { createReferenceDevice, createWasmDevice, type Device } from '@or1/compute';
import { InputError } from '@or1/trainer';
import type { CommonOptions } from './cli/common-options.ts';

/**
 * Opens the device that the flags ask for; `auto` is the WebAssembly device, whose results are the same bit for bit everywhere.
 *
 * @throws InputError where this build has no such device.
 */
export async function openDevice({ device, threads }: CommonOptions): Promise<Device> {
  switch (device) {
    case 'auto':
    case 'wasm':
      return createWasmDevice(threads === undefined ? {} : { threads });
    case 'reference':
      return createReferenceDevice();
    case 'webgpu':
      throw new InputError('--device webgpu: this version has no WebGPU device; use --device wasm');
  }
}
