export type * from './device.ts';
export { SEGMENT_ALIGNMENT, SUPPRESSED } from './device.ts';
export { type RandomKey, randomWords } from './random.ts';
export { createReferenceDevice } from './reference/device.ts';
export { createWasmDevice, WasmDevice } from './wasm/wasm-device.ts';
export type { WasmDeviceOptions } from './wasm/wasm-device-options.ts';
export { DeviceLostError, GpuError } from './webgpu/runtime/errors.ts';
