/** Dawn's objects must outlive the tests: if the collector takes one, the process dies. */
const kept: unknown[] = [];

/**
 * A device of Dawn's null backend, which compiles for an imagined adapter that has every feature, and runs nothing: it checks the text of
 * kernels for features that no software driver has. Undefined where the package `webgpu` is not installed.
 */
export async function nullCompiler(): Promise<GPUDevice | undefined> {
  const dawn = await import('webgpu').catch(() => undefined);
  if (!dawn) return undefined;
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create(['backend=null', 'enable-dawn-features=allow_unsafe_apis']);
  const adapter = await gpu.requestAdapter();
  const features = ['shader-f16', 'subgroups', 'chromium-experimental-subgroup-matrix'] as GPUFeatureName[];
  const device = await adapter?.requestDevice({ requiredFeatures: features });
  kept.push(gpu, adapter, device);
  return device;
}
