/** The devices of this machine, for tests in Bun. */
export { availableDevices, type DeviceVariant, selected } from './devices.ts';
export { nullCompiler } from './null-compiler.ts';
export { sharedGpuDevice, softwareAdapter } from './software-adapter.ts';
