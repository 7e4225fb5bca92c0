/** zero: t = 0. copy: t = s. add: t += s. Both sides have one length. */
import type { DeviceBuffer } from '../../device.ts';
import type { GpuRuntime } from '../runtime/gpu-runtime.ts';
import { kernelVariants, read, whole, write } from '../runtime/kernel.ts';
import { gpuBuffer } from '../runtime/memory.ts';
import { gridArguments, linearIndex, spread } from '../runtime/workgroups.ts';
import { copyHalves } from './halves.ts';

const THREADS = 256;

const KERNELS = {
  zero: { bindings: [write('out', 'u32')], value: '0u' },
  copy: { bindings: [write('out', 'u32'), read('source', 'u32')], value: 'source[params.offset_source + i]' },
  add: { bindings: [write('out'), read('source')], value: 'out[params.offset_out + i] + source[params.offset_source + i]' },
};

const elementwise = kernelVariants('elementwise', (name: keyof typeof KERNELS) => ({
  bindings: KERNELS[name].bindings,
  parameters: whole('count'),
  code: `
@compute @workgroup_size(${THREADS}) fn main(${gridArguments}) {
  let i = ${linearIndex(THREADS)};
  if (i < params.count) { out[params.offset_out + i] = ${KERNELS[name].value}; }
}`,
}));

function run(runtime: GpuRuntime, name: keyof typeof KERNELS, operands: readonly DeviceBuffer[]): void {
  for (const [start, count] of runtime.elementRuns(operands[0]!.length, 4)) {
    const parts = operands.map((operand) => operand.slice(start, count));
    runtime.dispatch(elementwise(name), parts, [count], spread(Math.ceil(count / THREADS)));
  }
}

function checkSameLength(kernel: string, target: DeviceBuffer, source: DeviceBuffer): void {
  if (target.length !== source.length) {
    throw new RangeError(`${kernel}: target has ${target.length} elements and source ${source.length}; they must be equal`);
  }
}

export function zero(runtime: GpuRuntime, target: DeviceBuffer): void {
  if (target.type === 'u16') copyHalves(runtime, gpuBuffer(target));
  else run(runtime, 'zero', [target]);
}

export function copy(runtime: GpuRuntime, target: DeviceBuffer, source: DeviceBuffer): void {
  checkSameLength('copy', target, source);
  if (target.type !== source.type) throw new TypeError(`copy: target holds ${target.type} and source ${source.type}`);
  if (target.type === 'u16') copyHalves(runtime, gpuBuffer(target), gpuBuffer(source));
  else run(runtime, 'copy', [target, source]);
}

export function add(runtime: GpuRuntime, target: DeviceBuffer, source: DeviceBuffer): void {
  checkSameLength('add', target, source);
  run(runtime, 'add', [target, source]);
}
