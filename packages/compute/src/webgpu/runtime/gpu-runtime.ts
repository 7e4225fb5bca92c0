/**
 * What the kernels of the webgpu device stand on: dispatches recorded in program order, arenas, transfers, errors. It needs a GPUDevice
 * and nothing of the host, so it is the same over Dawn and in a browser.
 */
import type { Arena, DeviceBuffer, ElementType, HostArray } from '../../device.ts';
import { DeviceLostError, FailureLog, firstLine, GpuError, refusal } from './errors.ts';
import { describeAdapter, type GpuFeatures, type GpuLimits, type GpuRestrictions, readFeatures, readLimits } from './features.ts';
import type { KernelSource } from './kernel.ts';
import { Allocation, type ArenaHost, bytesFor, GpuArena, GpuBuffer, WINDOW_ALIGNMENT } from './memory.ts';
import { bindOperands, liveOperands, separate } from './operands.ts';
import { PipelineCache } from './pipelines.ts';
import { type KernelTime, Profiler } from './profiler.ts';
import { Recorder } from './recorder.ts';
import { ReadbackPool, readBuffer, writeBuffer } from './transfers.ts';

const LARGEST_GRID_SIDE = 65535;

export interface GpuRuntimeOptions {
  /**
   * `exact`: one fixed order of every reduction, whatever the number of rows: prefill, decode and training give the same bits on one
   * adapter. `fast`: may split reductions by shape; still the same bits from run to run.
   */
  readonly mode: 'exact' | 'fast';
  /** What packed matrices and key-value caches are kept in. */
  readonly storage: 'f32' | 'f16';
  readonly restrictions?: GpuRestrictions | undefined;
  /** Times every dispatch; `kernelTimes` reports. */
  readonly profile?: boolean | undefined;
  /** The GPUDevice belongs to somebody else, who goes on using it after `dispose`. */
  readonly borrowed?: boolean | undefined;
}

export class GpuRuntime implements ArenaHost {
  readonly features: GpuFeatures;
  readonly limits: GpuLimits;
  readonly mode: 'exact' | 'fast';
  readonly storage: 'f32' | 'f16';
  /** Largest range of a buffer that one binding covers, in bytes. */
  readonly bindingBytes: number;
  readonly adapterDescription: string;
  readonly arenas = new Set<GpuArena>();
  readonly readback: ReadbackPool;
  private readonly failures = new FailureLog();
  private readonly pipelines: PipelineCache;
  private readonly recorder: Recorder;
  private readonly scratches = new Map<string, GpuBuffer>();
  private readonly borrowed: boolean;
  private disposed = false;

  constructor(
    readonly device: GPUDevice,
    info: GPUAdapterInfo,
    options: GpuRuntimeOptions,
  ) {
    const { mode, storage, restrictions, profile = false, borrowed = false } = options;
    this.borrowed = borrowed;
    this.features = readFeatures(device.features, info, restrictions);
    this.limits = readLimits(device.limits);
    this.mode = mode;
    this.storage = storage;
    const bindingBytes = Math.min(this.limits.maxStorageBufferBindingSize, restrictions?.bindingBytes ?? Infinity);
    this.bindingBytes = bindingBytes - (bindingBytes % WINDOW_ALIGNMENT);
    this.adapterDescription = describeAdapter(info);
    this.pipelines = new PipelineCache(device, this.failures);
    this.recorder = new Recorder(device, this.failures, this.limits.minUniformBufferOffsetAlignment);
    this.readback = new ReadbackPool(device);
    if (profile) {
      if (!this.features.timestamps) throw new GpuError(`${this.adapterDescription} has no timestamp queries; it cannot be profiled`);
      this.recorder.profiler = new Profiler(device, this.failures);
    }
    device.addEventListener('uncapturederror', (event) => {
      event.preventDefault();
      this.failures.record(new GpuError(refusal((event as GPUUncapturedErrorEvent).error.message)));
    });
    void device.lost.then(({ message }) => {
      if (this.disposed) return;
      this.failures.record(new DeviceLostError(`the GPU device was lost: ${firstLine(message)}; start again from the last checkpoint`));
    });
  }

  /**
   * Records a dispatch: `operands` and `scalars` in the order of the kernel's bindings and parameters. Operands may be slices of any
   * allocation; two operands of which one is written must not share elements.
   */
  dispatch(
    source: KernelSource,
    operands: readonly DeviceBuffer[],
    scalars: readonly number[],
    workgroups: readonly [number, number, number],
  ): void {
    this.failures.throwIfFailed();
    const kernel = this.pipelines.get(source);
    if (scalars.length !== source.parameters.length) {
      throw new Error(`kernel "${source.key}" takes ${source.parameters.length} scalars, not ${scalars.length}`);
    }
    if (Math.max(...workgroups) > LARGEST_GRID_SIDE) {
      throw new RangeError(`kernel "${source.key}": a grid of ${workgroups.join(' x ')} workgroups exceeds ${LARGEST_GRID_SIDE} on a side`);
    }
    const buffers = liveOperands(kernel, operands);
    const staged = separate(kernel, buffers, (index, { type, length, byteStart }) => {
      const first = type === 'u16' ? (byteStart % 4) / 2 : 0;
      return this.scratch(`operand ${index}`, type, length + first).slice(first, length);
    });
    for (const { copy, original } of staged) this.copyWords(copy, original);
    const { ranges, offsets } = bindOperands(kernel, buffers, this.bindingBytes);
    const { parameters } = this.recorder;
    if (!parameters.fits(kernel.parameterBytes)) this.recorder.submit();
    const group = kernel.group(parameters.range, ranges);
    this.recorder.dispatch(kernel, group, parameters.append(source.parameters, scalars, offsets), workgroups);
    for (const { copy, original, written } of staged) if (written) this.copyWords(original, copy);
  }

  /** Copies whole words; both sides start in the same half of a word, and halves beside them go along. */
  private copyWords(target: GpuBuffer, source: GpuBuffer): void {
    const rest = source.byteStart % 4;
    const bytes = Math.ceil((rest + source.byteLength) / 4) * 4;
    this.recorder.copy(source.allocation.gpu, source.byteStart - rest, target.allocation.gpu, target.byteStart - rest, bytes);
  }

  copyToMapped(source: Allocation, offset: number, mapped: GPUBuffer, bytes: number): void {
    this.failures.throwIfFailed();
    this.recorder.copy(source.gpu, offset, mapped, 0, bytes);
  }

  /** Sends what was recorded without waiting for it. */
  submit(): void {
    this.recorder.submit();
  }

  /** Sends what was recorded and waits until it is done. Throws the device's first failure. */
  async flush(): Promise<void> {
    this.failures.throwIfFailed();
    this.recorder.submit();
    await this.orFailure(this.device.queue.onSubmittedWorkDone());
    await this.failures.settle();
  }

  /** Waits until the errors of everything submitted are known, and throws the first. */
  settle(): Promise<void> {
    return this.failures.settle();
  }

  async map(buffer: GPUBuffer, bytes: number): Promise<void> {
    await this.orFailure(buffer.mapAsync(GPUMapMode.READ, 0, bytes));
  }

  /** A promise that WebGPU rejects when something went wrong before; that something is what is thrown. */
  private async orFailure(work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (cause) {
      // The reason may be told a moment after the consequence.
      await new Promise((resolve) => setTimeout(resolve, 0));
      await this.failures.settle();
      throw new GpuError(`the GPU did not finish its work: ${firstLine((cause as Error).message)}`, { cause });
    }
  }

  write(target: DeviceBuffer, source: HostArray, offset = 0): void {
    this.failures.throwIfFailed();
    writeBuffer(this, target, source, offset);
  }

  read(source: DeviceBuffer, target: HostArray): Promise<void> {
    return readBuffer(this, source, target);
  }

  /** Throws unless the buffer's arena still holds it. */
  checkAlive(buffer: GpuBuffer, what: string): void {
    const { released, owner } = buffer.allocation;
    if (released) throw new Error(`${what}: a buffer of arena "${owner}" was used after the arena was released`);
  }

  createArena(name: string, bytes: number): Arena {
    if (this.disposed) throw new Error(`the webgpu device was disposed of; arena "${name}" cannot be created`);
    const arena = new GpuArena(this, name, bytes);
    this.arenas.add(arena);
    return arena;
  }

  createAllocation(bytes: number, label: string, owner: string): Allocation {
    const size = Math.max(bytes, 64);
    if (size > this.limits.maxBufferSize) {
      throw new RangeError(
        `"${label}" of arena "${owner}" needs ${mebibytes(size)}, but a buffer on ${this.adapterDescription} holds at most ${mebibytes(this.limits.maxBufferSize)}; use a smaller batch, context length or model`,
      );
    }
    this.device.pushErrorScope('out-of-memory');
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const buffer = this.device.createBuffer({ label, size, usage });
    this.failures.watch(
      this.device.popErrorScope().then((error) => {
        if (error) {
          this.failures.record(
            new GpuError(
              `out of GPU memory: "${label}" of arena "${owner}" needs ${mebibytes(size)} on ${this.adapterDescription}; use a smaller batch, context length or model`,
            ),
          );
        }
      }),
    );
    return new Allocation(buffer, size, label, owner);
  }

  releaseArena(arena: GpuArena, allocations: readonly Allocation[]): void {
    this.arenas.delete(arena);
    if (this.disposed) return;
    this.recorder.submit();
    for (const allocation of allocations) allocation.release();
    this.pipelines.forgetGroups();
  }

  /**
   * Working memory that kernels share under a name, valid until the next dispatch that uses the name; contents are whatever was there.
   * It grows at the first use of a larger shape and is kept.
   */
  scratch(name: string, type: ElementType, length: number): GpuBuffer {
    const key = `${name} ${type}`;
    const known = this.scratches.get(key);
    if (known && known.length >= length) return known.slice(0, length);
    const allocation = this.createAllocation(bytesFor(type, length), name, 'scratch');
    if (known) {
      this.recorder.submit();
      known.allocation.release();
      this.pipelines.forgetGroups();
    }
    const buffer = new GpuBuffer(allocation, type, 0, length);
    this.scratches.set(key, buffer);
    return buffer;
  }

  /** Bytes that scratch memory takes now. */
  get scratchBytes(): number {
    return [...this.scratches.values()].reduce((sum, { allocation }) => sum + allocation.bytes, 0);
  }

  /**
   * Runs of elements that can be bound at once, as [start, count]: one run unless operands of `elementBytes` each exceed the binding limit.
   * Runs start at multiples of 8192, so blocked sums keep their blocks.
   */
  elementRuns(length: number, elementBytes: number): (readonly [number, number])[] {
    const block = 8192;
    const most = Math.max(block, Math.floor((this.bindingBytes - WINDOW_ALIGNMENT) / elementBytes / block) * block);
    const runs: (readonly [number, number])[] = [];
    for (let start = 0; start < length; start += most) runs.push([start, Math.min(most, length - start)]);
    return runs;
  }

  /** The same for rows of which the longest takes `rowBytes`. */
  rowRuns(rows: number, rowBytes: number): (readonly [number, number])[] {
    const most = Math.max(1, Math.floor((this.bindingBytes - WINDOW_ALIGNMENT) / rowBytes));
    const runs: (readonly [number, number])[] = [];
    for (let start = 0; start < rows; start += most) runs.push([start, Math.min(most, rows - start)]);
    return runs;
  }

  /** GPU time by kernel since the device was made with `profile`; complete after a flush. */
  kernelTimes(): readonly KernelTime[] {
    return this.recorder.profiler?.report() ?? [];
  }

  dispose(): void {
    if (this.disposed) return;
    for (const arena of [...this.arenas]) arena.release();
    this.disposed = true;
    if (!this.borrowed) {
      this.device.destroy();
      return;
    }
    this.recorder.submit();
    for (const { allocation } of this.scratches.values()) allocation.release();
    this.recorder.parameters.destroy();
    this.readback.destroy();
  }
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
