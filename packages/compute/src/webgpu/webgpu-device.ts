import type { Arena, Device, DeviceBuffer, ElementType, HostArray, KeyValueCache, Matrix } from '../device.ts';
import { attention, attentionBackward, useMatrixAttention } from './kernels/attention/attention.ts';
import { cacheBytes, createCache } from './kernels/attention/cache.ts';
import { matrixAttentionFault } from './kernels/attention/matrix-proof.ts';
import { fragmentUnitOf } from './kernels/attention/plans.ts';
import type { Call } from './kernels/call.ts';
import { cast } from './kernels/cast.ts';
import { advanceRows, drawBits } from './kernels/decoding.ts';
import { add, copy, zero } from './kernels/elementwise.ts';
import { embedding, embeddingBackward } from './kernels/embedding.ts';
import { headBackward, headForward, headSample } from './kernels/head/head.ts';
import { createMatrix, matrixBytes, refreshMatrices } from './kernels/linear/gpu-matrix.ts';
import { linear, linearInputGradient, linearWeightGradient } from './kernels/linear/linear.ts';
import { adamW, sumOfSquares } from './kernels/optimizer.ts';
import { rmsNorm, rmsNormBackward } from './kernels/rms-norm.ts';
import { rotateAndStore, rotateBackward } from './kernels/rotate.ts';
import { swiGlu, swiGluBackward } from './kernels/swi-glu.ts';
import { type GpuRestrictions, requestGpuDevice } from './runtime/features.ts';
import { GpuRuntime } from './runtime/gpu-runtime.ts';
import { bytesFor } from './runtime/memory.ts';

export interface WebgpuDeviceOptions {
  /** `exact` (default): the same bits whatever the batch, in prefill, decode and training. `fast`: reductions may be split by shape. */
  readonly mode?: 'exact' | 'fast';
  /** What packed matrices and key-value caches are kept in: f32 (default), or f16, which needs `fast`. */
  readonly storage?: 'f32' | 'f16';
  /** Rungs of the feature ladder to leave out, and a smaller binding limit. */
  readonly restrictions?: GpuRestrictions;
  /** Times every dispatch: `runtime.kernelTimes()`. Slower. */
  readonly profile?: boolean;
}

/** The WebGPU device; see the contract in ../device.ts. Kernels are recorded, and run by the next flush. */
export class WebgpuDevice implements Device {
  readonly kind = 'webgpu';
  readonly threads = 1;

  constructor(
    readonly runtime: GpuRuntime,
    /** What keeps attention off the adapter's subgroup matrices; undefined where nothing does. */
    readonly matrixAttentionFault?: string | undefined,
  ) {}

  get exact(): boolean {
    return this.runtime.mode === 'exact';
  }

  get memory(): Device['memory'] {
    return { bytes: Infinity, bufferBytes: this.runtime.limits.maxBufferSize };
  }

  get description(): string {
    const { features, mode, storage, adapterDescription } = this.runtime;
    const rungs = [
      features.f16 && 'f16',
      features.subgroups && `subgroups of ${features.subgroupSize}`,
      features.subgroupMatrix.length > 0 && 'subgroup matrices',
      this.matrixAttentionFault !== undefined && `attention without them: ${this.matrixAttentionFault}`,
    ].filter((rung) => rung !== false);
    return [`WebGPU on ${adapterDescription}`, `${mode}, ${storage}`, ...rungs].join('; ');
  }

  createArena(name: string, bytes: number): Arena {
    return this.runtime.createArena(name, bytes);
  }

  bytesFor(type: ElementType, length: number): number {
    return bytesFor(type, length);
  }

  arenas(): readonly { name: string; bytes: number; used: number }[] {
    return [...this.runtime.arenas].map(({ name, bytes, used }) => ({ name, bytes, used }));
  }

  write(target: DeviceBuffer, source: HostArray, offset = 0): void {
    this.runtime.write(target, source, offset);
  }

  read(source: DeviceBuffer, target: HostArray): Promise<void> {
    return this.runtime.read(source, target);
  }

  flush(): Promise<void> {
    return this.runtime.flush();
  }

  dispose(): void {
    this.runtime.dispose();
  }

  createMatrix(arena: Arena, values: DeviceBuffer, outputs: number, inputs: number, trainable: boolean): Matrix {
    return createMatrix(this.runtime, arena, values, outputs, inputs, trainable);
  }
  matrixBytes(outputs: number, inputs: number, _trainable: boolean): number {
    return matrixBytes(this.runtime, outputs, inputs);
  }
  refreshMatrices(matrices: readonly Matrix[]): void {
    refreshMatrices(this.runtime, matrices);
  }
  createCache(arena: Arena, positions: number, heads: number, headWidth: number): KeyValueCache {
    return createCache(arena, positions, heads, headWidth, this.runtime.storage);
  }
  cacheBytes(positions: number, heads: number, headWidth: number): number {
    return cacheBytes(positions, heads, headWidth, this.runtime.storage);
  }

  zero(target: DeviceBuffer): void {
    zero(this.runtime, target);
  }
  copy(target: DeviceBuffer, source: DeviceBuffer): void {
    copy(this.runtime, target, source);
  }
  add(target: DeviceBuffer, source: DeviceBuffer): void {
    add(this.runtime, target, source);
  }
  cast(target: DeviceBuffer, source: DeviceBuffer, format: 'bf16' | 'f16'): void {
    cast(this.runtime, target, source, format);
  }
  embedding(call: Call<'embedding'>): void {
    embedding(this.runtime, call);
  }
  embeddingBackward(call: Call<'embeddingBackward'>): void {
    embeddingBackward(this.runtime, call);
  }
  rmsNorm(call: Call<'rmsNorm'>): void {
    rmsNorm(this.runtime, call);
  }
  rmsNormBackward(call: Call<'rmsNormBackward'>): void {
    rmsNormBackward(this.runtime, call);
  }
  linear(call: Call<'linear'>): void {
    linear(this.runtime, call);
  }
  linearInputGradient(call: Call<'linearInputGradient'>): void {
    linearInputGradient(this.runtime, call);
  }
  linearWeightGradient(call: Call<'linearWeightGradient'>): void {
    linearWeightGradient(this.runtime, call);
  }
  rotateAndStore(call: Call<'rotateAndStore'>): void {
    rotateAndStore(this.runtime, call);
  }
  rotateBackward(call: Call<'rotateBackward'>): void {
    rotateBackward(this.runtime, call);
  }
  attention(call: Call<'attention'>): void {
    attention(this.runtime, call);
  }
  attentionBackward(call: Call<'attentionBackward'>): void {
    attentionBackward(this.runtime, call);
  }
  swiGlu(call: Call<'swiGlu'>): void {
    swiGlu(this.runtime, call);
  }
  swiGluBackward(call: Call<'swiGluBackward'>): void {
    swiGluBackward(this.runtime, call);
  }
  headForward(call: Call<'headForward'>): void {
    headForward(this.runtime, call);
  }
  headBackward(call: Call<'headBackward'>): void {
    headBackward(this.runtime, call);
  }
  headSample(call: Call<'headSample'>): void {
    headSample(this.runtime, call);
  }
  drawBits(call: Call<'drawBits'>): void {
    drawBits(this.runtime, call);
  }
  advanceRows(call: Call<'advanceRows'>): void {
    advanceRows(this.runtime, call);
  }
  sumOfSquares(call: Call<'sumOfSquares'>): void {
    sumOfSquares(this.runtime, call);
  }
  adamW(call: Call<'adamW'>): void {
    adamW(this.runtime, call);
  }
}

/**
 * The device on an adapter, with every feature and limit that it has; or on a GPUDevice made elsewhere, with what that one has and left
 * alive by `dispose`. In a browser: `createWebgpuDevice((await navigator.gpu.requestAdapter())!)`.
 */
export async function createWebgpuDevice(source: GPUAdapter | GPUDevice, options: WebgpuDeviceOptions = {}): Promise<WebgpuDevice> {
  const { mode = 'exact', storage = 'f32', restrictions, profile } = options;
  if (mode === 'exact' && storage === 'f16') throw new RangeError('storage "f16" needs mode "fast"');
  const borrowed = !('requestDevice' in source);
  const [device, info] = borrowed ? [source, source.adapterInfo] : [await requestGpuDevice(source), source.info];
  // Only f16 goes to the matrix unit. What goes wrong in the trial stays in its own runtime.
  const trial = storage === 'f16' ? new GpuRuntime(device, info, { mode, storage, restrictions, borrowed: true }) : undefined;
  const unit = trial && fragmentUnitOf(trial);
  const fault = trial && unit && (await matrixAttentionFault(trial, unit));
  trial?.dispose();
  const runtime = new GpuRuntime(device, info, { mode, storage, restrictions, profile, borrowed });
  if (unit && fault === undefined) useMatrixAttention(runtime, unit);
  return new WebgpuDevice(runtime, fault);
}
