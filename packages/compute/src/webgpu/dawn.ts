/** WebGPU outside a browser: Dawn through the npm package `webgpu`, which is optional and loaded when first asked for. */
import { probeAdapter, type WebgpuProbe } from './probe.ts';
import { GpuError } from './runtime/errors.ts';

export interface DawnOptions {
  /** Checks of commands and of addresses in shaders are left out: faster, and a fault then corrupts memory. */
  readonly unchecked?: boolean;
}

/** Dawn must outlive everything made with it: if the collector takes the instance or an adapter, the process dies. */
const kept: unknown[] = [];

function toggles({ unchecked = false }: DawnOptions): string[] {
  const enabled = ['allow_unsafe_apis', 'vulkan_enable_f16_on_nvidia', ...(unchecked ? ['skip_validation', 'disable_robustness'] : [])];
  // Elsewhere Dawn takes the system's own interface (Metal, Direct3D).
  const backend = process.platform === 'linux' ? ['backend=vulkan'] : [];
  return [...backend, `enable-dawn-features=${enabled.join(',')}`];
}

/** Opens Dawn. Throws `GpuError` where its package is not installed or does not load on this machine. */
export async function openDawn(options: DawnOptions = {}): Promise<GPU> {
  let dawn: typeof import('webgpu');
  try {
    dawn = await import('webgpu');
  } catch (cause) {
    throw new GpuError(
      `the npm package "webgpu" could not be loaded (${(cause as Error).message.split('\n')[0]}); install it or use --device wasm`,
      { cause },
    );
  }
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create(toggles(options));
  kept.push(gpu);
  return gpu;
}

/** The strongest adapter that Dawn finds. Throws `GpuError` when there is none. */
export async function openAdapter(options: DawnOptions = {}): Promise<GPUAdapter> {
  const gpu = await openDawn(options);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) {
    throw new GpuError(
      'no GPU adapter was found: WebGPU needs a GPU with its driver and, on Linux, a Vulkan loader (libvulkan1); use --device wasm',
    );
  }
  kept.push(adapter);
  return adapter;
}

/** What this machine offers to Dawn. */
export function probeWebgpu(): Promise<WebgpuProbe> {
  return probeAdapter(() => openAdapter());
}
