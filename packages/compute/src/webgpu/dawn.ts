/** WebGPU outside a browser: Dawn through the npm package `webgpu`, which is optional and loaded when first asked for. */
import { probeAdapter, type WebgpuProbe } from './probe.ts';
import { GpuError } from './runtime/errors.ts';

/** Half precision on NVIDIA and subgroup matrices are behind these. */
const FEATURES = 'enable-dawn-features=allow_unsafe_apis,vulkan_enable_f16_on_nvidia';
/** Elsewhere Dawn takes the system's own interface (Metal, Direct3D). */
const BACKEND = process.platform === 'linux' ? ['backend=vulkan'] : [];

/** Dawn and its adapters must outlive everything made with them: if the collector takes one, the process dies. */
let instance: Promise<GPU> | undefined;
const adapters: GPUAdapter[] = [];

async function startDawn(): Promise<GPU> {
  let dawn: typeof import('webgpu');
  try {
    dawn = await import('webgpu');
  } catch (cause) {
    const reason = (cause as Error).message.split('\n')[0];
    throw new GpuError(`the npm package "webgpu" could not be loaded (${reason}); install it or use --device wasm`, { cause });
  }
  Object.assign(globalThis, dawn.globals);
  return dawn.create([...BACKEND, FEATURES]);
}

/**
 * The strongest adapter that Dawn finds; a new one at every call, since an adapter makes one device. Throws `GpuError` when there is none, or
 * when the package is not installed or does not load on this machine.
 */
export async function openAdapter(): Promise<GPUAdapter> {
  instance ??= startDawn();
  const adapter = await (await instance).requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) {
    throw new GpuError(
      'no GPU adapter was found: WebGPU needs a GPU with its driver and, on Linux, a Vulkan loader (libvulkan1); use --device wasm',
    );
  }
  adapters.push(adapter);
  return adapter;
}

/** What this machine offers to Dawn. */
export function probeWebgpu(): Promise<WebgpuProbe> {
  return probeAdapter(openAdapter);
}
