import { availableParallelism, freemem, totalmem } from 'node:os';
import { createWasmDevice } from '@or1/compute';
import type { WebgpuProbe } from '@or1/compute/webgpu';
import { describeSandboxes } from '@or1/reward/native';
import type { Command } from 'commander';
import { addCommonOptions, type CommonOptions } from '../cli/common-options.ts';
import { createOutput, type Output } from '../cli/output.ts';
import { probeGpu } from '../gpu-device.ts';
import { formatBytes } from '../numbers.ts';

interface WasmReport {
  readonly ok: boolean;
  readonly simd: boolean;
  readonly shared_memory: boolean;
  readonly threads: number;
  readonly description: string;
}

/** A module of one function whose body is one SIMD instruction. */
const SIMD_MODULE = Uint8Array.of(
  0,
  97,
  115,
  109,
  1,
  0,
  0,
  0,
  1,
  5,
  1,
  96,
  0,
  1,
  123,
  3,
  2,
  1,
  0,
  10,
  10,
  1,
  8,
  0,
  65,
  0,
  253,
  15,
  253,
  98,
  11,
);

function sharedMemory(): boolean {
  try {
    return new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer instanceof SharedArrayBuffer;
  } catch {
    return false;
  }
}

async function wasmReport(flags: CommonOptions): Promise<WasmReport> {
  const simd = WebAssembly.validate(SIMD_MODULE);
  const shared_memory = sharedMemory();
  try {
    const device = await createWasmDevice(flags.threads === undefined ? {} : { threads: flags.threads });
    const { threads, description } = device;
    device.dispose();
    return { ok: true, simd, shared_memory, threads, description };
  } catch (error) {
    return { ok: false, simd, shared_memory, threads: 0, description: (error as Error).message };
  }
}

function sayWebgpu(probe: WebgpuProbe, output: Output): void {
  if (!probe.available) {
    output.say(`WebGPU        ${probe.problem}`);
    return;
  }
  const { adapter, software, features, limits } = probe;
  output.say(`WebGPU        ${adapter}${software ? ' (software: slower than WebAssembly)' : ''}`);
  const rungs = [
    `f16 ${features.f16 ? 'yes' : 'no'}`,
    `subgroups ${features.subgroups ? `of ${features.subgroupSize}` : 'no'}`,
    `subgroup matrices ${features.subgroupMatrix.length > 0 ? 'yes' : 'no'}`,
    `timestamps ${features.timestamps ? 'yes' : 'no'}`,
  ];
  output.say(`              ${rungs.join(', ')}; buffers up to ${formatBytes(limits.maxBufferSize)}`);
}

async function doctorCommand(flags: CommonOptions): Promise<void> {
  const output = createOutput(flags.json);
  const wasm = await wasmReport(flags);
  const webgpu = await probeGpu();
  const sandboxes = await describeSandboxes();
  const memory = { total_bytes: totalmem(), free_bytes: freemem() };
  const cores = availableParallelism();
  output.say(`WebAssembly   ${wasm.ok ? wasm.description : `does not work: ${wasm.description}`}`);
  output.say(`              SIMD ${wasm.simd ? 'yes' : 'no'}, shared memory ${wasm.shared_memory ? 'yes' : 'no'}, ${cores} cores`);
  sayWebgpu(webgpu, output);
  for (const [name, { ok, detail }] of Object.entries(sandboxes))
    output.say(`Sandbox       ${name}: ${ok ? '' : 'does not work: '}${detail}`);
  output.say(`Memory        ${formatBytes(memory.free_bytes)} free of ${formatBytes(memory.total_bytes)}`);
  output.say(wasm.ok ? 'All that training needs is here.' : 'Training needs the WebAssembly device; update Bun and run this again.');
  output.result({
    wasm,
    webgpu: { adapters: webgpu.available ? [webgpu] : [], error: webgpu.available ? null : webgpu.problem },
    sandboxes,
    memory,
    cores,
    bun: Bun.version,
    ok: wasm.ok,
  });
  if (!wasm.ok) process.exitCode = 1;
}

export function register(program: Command): void {
  addCommonOptions(program.command('doctor').description('what this machine offers')).action(doctorCommand);
}
