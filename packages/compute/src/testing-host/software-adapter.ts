/**
 * A WebGPU adapter for tests: the machine's GPU where VK_DRIVER_FILES names its driver, else SwiftShader, the software driver that Debian's
 * chromium brings.
 */

import { requestGpuDevice } from '../webgpu/runtime/features.ts';

const CHROMIUM = '/usr/lib/chromium';
const DRIVER = `${CHROMIUM}/vk_swiftshader_icd.json`;
const LOADER = `${CHROMIUM}/libvulkan.so.1`;

/** Makes SwiftShader the driver of this process; false where chromium is not installed. */
async function useSwiftShader(): Promise<boolean> {
  const { existsSync } = await import('node:fs');
  if (process.platform !== 'linux' || !existsSync(DRIVER)) return false;
  const { dlopen } = await import('bun:ffi');
  // Dawn asks for libvulkan.so.1 by name and gets the one that is loaded already.
  if (existsSync(LOADER)) dlopen(LOADER, { vkEnumerateInstanceVersion: { args: ['ptr'], returns: 'i32' } });
  // The loader reads the process's environment, which Bun's process.env is a copy of.
  const { symbols } = dlopen('libc.so.6', { setenv: { args: ['cstring', 'cstring', 'i32'], returns: 'i32' } });
  const text = (value: string) => Buffer.from(`${value}\0`);
  symbols.setenv(text('VK_DRIVER_FILES'), text(DRIVER), 1);
  return true;
}

/** An adapter, or undefined (said on stderr) where the machine has none. Every call gives a new one: an adapter makes one device. */
export async function softwareAdapter(): Promise<GPUAdapter | undefined> {
  if (!process.env.VK_DRIVER_FILES && !(await useSwiftShader())) return undefined;
  const { openAdapter } = await import('../webgpu/dawn.ts');
  try {
    return await openAdapter();
  } catch (error) {
    console.warn(`no webgpu device in these tests: ${(error as Error).message}`);
    return undefined;
  }
}

const SHARED = Symbol.for('or1 gpu device of the tests');

/** One GPUDevice for all test files of a process: a software driver takes up to a second to compile a kernel, and keeps what it compiled. */
export function sharedGpuDevice(): Promise<GPUDevice | undefined> {
  const holder = globalThis as { [SHARED]?: Promise<GPUDevice | undefined> };
  holder[SHARED] ??= softwareAdapter().then((adapter) => adapter && requestGpuDevice(adapter));
  return holder[SHARED];
}
