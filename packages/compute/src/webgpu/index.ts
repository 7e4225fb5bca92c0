/** The device on WebGPU: on an adapter of `navigator.gpu`, or of Dawn (see ./dawn.ts). */
export type { WebgpuCache } from './kernels/attention/cache.ts';
export { probeAdapter, type WebgpuAvailable, type WebgpuProbe, type WebgpuUnavailable } from './probe.ts';
export { DeviceLostError, GpuError } from './runtime/errors.ts';
export {
  describeAdapter,
  type GpuFeatures,
  type GpuLimits,
  type GpuRestrictions,
  readFeatures,
  requestGpuDevice,
  type SubgroupMatrixConfig,
} from './runtime/features.ts';
export type { GpuRuntime } from './runtime/gpu-runtime.ts';
export type { KernelSource } from './runtime/kernel.ts';
export type { KernelTime } from './runtime/profiler.ts';
export { createWebgpuDevice, WebgpuDevice, type WebgpuDeviceOptions } from './webgpu-device.ts';
