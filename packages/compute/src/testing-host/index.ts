/** The devices of this machine, for tests in Bun. */
export { availableDevices, type DeviceVariant, everyNth } from './devices.ts';
export { softwareAdapter } from './software-adapter.ts';
