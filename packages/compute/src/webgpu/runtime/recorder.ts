/**
 * Collects dispatches and copies into command buffers. The scalars of all dispatches lie in one uniform buffer that is written once a
 * batch; each dispatch takes its own by a dynamic offset. A batch is submitted when asked for, or when enough has come together for the
 * GPU to start on it.
 */
import { DeviceLostError, type FailureLog, firstLine, GpuError, refusal } from './errors.ts';
import type { Parameter } from './kernel.ts';
import type { BoundRange } from './memory.ts';
import type { CompiledKernel } from './pipelines.ts';
import type { Profiler } from './profiler.ts';

/** Dispatches of a batch; the first ones of a step start while the rest is being recorded. */
const BATCH_DISPATCHES = 128;
const PARAMETER_BYTES = 256 * 1024;

/** Scalars of dispatches, on the host and as a uniform buffer. */
export class ParameterBlock {
  readonly range: BoundRange;
  private readonly bytes: ArrayBuffer;
  private readonly words: Uint32Array<ArrayBuffer>;
  private readonly integers: Int32Array;
  private readonly floats: Float32Array;
  private used = 0;

  constructor(
    private readonly device: GPUDevice,
    private readonly capacity: number,
    private readonly alignment: number,
    id: number,
  ) {
    const buffer = device.createBuffer({
      label: 'kernel parameters',
      size: capacity,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
    this.range = { id, buffer, offset: 0, size: capacity };
    this.bytes = new ArrayBuffer(capacity);
    this.words = new Uint32Array(this.bytes);
    this.integers = new Int32Array(this.bytes);
    this.floats = new Float32Array(this.bytes);
  }

  fits(bytes: number): boolean {
    return this.used + bytes <= this.capacity;
  }

  /** Appends scalars, then offsets; returns where they start, in bytes. */
  append(parameters: readonly Parameter[], scalars: readonly number[], offsets: readonly number[]): number {
    const start = this.used;
    let at = start >> 2;
    for (let index = 0; index < parameters.length; index++) {
      const { type } = parameters[index]!;
      const view = type === 'f32' ? this.floats : type === 'u32' ? this.words : this.integers;
      view[at++] = scalars[index]!;
    }
    for (let index = 0; index < offsets.length; index++) this.words[at++] = offsets[index]!;
    this.used = Math.ceil((at * 4) / this.alignment) * this.alignment;
    return start;
  }

  /** Hands the scalars to the queue; the next ones start at 0 again, since the queue writes in order with the batches. */
  upload(): void {
    if (this.used === 0) return;
    this.device.queue.writeBuffer(this.range.buffer, 0, this.bytes, 0, Math.min(this.used, this.capacity));
    this.used = 0;
  }

  destroy(): void {
    this.range.buffer.destroy();
  }
}

export class Recorder {
  readonly parameters: ParameterBlock;
  private encoder: GPUCommandEncoder | undefined;
  private pass: GPUComputePassEncoder | undefined;
  private pipeline: GPUComputePipeline | undefined;
  private dispatches = 0;
  profiler: Profiler | undefined;

  constructor(
    private readonly device: GPUDevice,
    private readonly failures: FailureLog,
    alignment: number,
  ) {
    this.parameters = new ParameterBlock(device, PARAMETER_BYTES, alignment, -1);
  }

  get recording(): boolean {
    return this.encoder !== undefined;
  }

  dispatch(kernel: CompiledKernel, group: GPUBindGroup, parameterStart: number, workgroups: readonly [number, number, number]): void {
    const pass = this.openPass(kernel.source.key);
    if (kernel.pipeline !== this.pipeline) {
      pass.setPipeline(kernel.pipeline);
      this.pipeline = kernel.pipeline;
    }
    pass.setBindGroup(0, group, [parameterStart]);
    pass.dispatchWorkgroups(workgroups[0], workgroups[1], workgroups[2]);
    if (this.profiler) this.closePass();
    if (++this.dispatches >= BATCH_DISPATCHES) this.submit();
  }

  copy(source: GPUBuffer, sourceOffset: number, target: GPUBuffer, targetOffset: number, bytes: number): void {
    const encoder = this.openEncoder();
    this.closePass();
    encoder.copyBufferToBuffer(source, sourceOffset, target, targetOffset, bytes);
  }

  private openEncoder(): GPUCommandEncoder {
    if (!this.encoder) {
      this.device.pushErrorScope('validation');
      this.encoder = this.device.createCommandEncoder({ label: 'batch' });
    }
    return this.encoder;
  }

  private openPass(key: string): GPUComputePassEncoder {
    if (!this.pass) {
      const timestampWrites = this.profiler?.next(key);
      this.pass = this.openEncoder().beginComputePass(timestampWrites ? { timestampWrites } : {});
      this.pipeline = undefined;
    }
    return this.pass;
  }

  private closePass(): void {
    this.pass?.end();
    this.pass = undefined;
  }

  /** Sends what was recorded to the GPU; errors in it show up at the next `settle` of the failure log. */
  submit(): void {
    const { encoder } = this;
    if (!encoder) return;
    this.closePass();
    this.profiler?.resolve(encoder);
    this.parameters.upload();
    this.device.queue.submit([encoder.finish()]);
    this.encoder = undefined;
    this.dispatches = 0;
    this.failures.watch(
      this.device.popErrorScope().then(
        (error) => {
          if (error) this.failures.record(new GpuError(refusal(error.message)));
        },
        (cause) => this.failures.record(new DeviceLostError(`the GPU device was lost: ${firstLine((cause as Error).message)}`, { cause })),
      ),
    );
    this.profiler?.collect();
  }
}
