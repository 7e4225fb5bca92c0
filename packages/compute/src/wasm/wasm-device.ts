import type { AdamWStep, Arena, Device, DeviceBuffer, ElementType, HostArray, KeyValueCache, Matrix, Sampling } from '../device.ts';
import { keyWords } from '../random.ts';
import { BACKWARD_ROWS, HEAD_CHUNK, Operation, STRIP_SCRATCH } from './commands.ts';
import { at, contextAddresses, PackedMatrix, PooledCache, panelElements, trainable } from './handles.ts';
import { alignedBytes, type LinearBuffer } from './memory.ts';
import { canShareMemory, KernelThreads, type WasmBuild } from './threads.ts';
import type { WasmDeviceOptions } from './wasm-device-options.ts';

/** All that 32-bit addresses reach. */
const MEMORY_BYTES = 2 ** 32;
const DEFAULT_WORKSPACE_BYTES = 4 * 2 ** 20;

/** The SIMD WebAssembly device; see the contract in ../device.ts. Kernels run when flushed, on all threads in step. */
export class WasmDevice implements Device {
  readonly kind = 'wasm';
  readonly exact = true;
  readonly memory = { bytes: MEMORY_BYTES, bufferBytes: MEMORY_BYTES };

  private constructor(
    private readonly kernels: KernelThreads,
    private readonly build: WasmBuild,
  ) {}

  /** Without shared memory (a page that is not cross-origin isolated) the device has one thread. */
  static async create(options: WasmDeviceOptions = {}): Promise<WasmDevice> {
    const build = options.build ?? 'simd';
    const wanted = options.threads ?? globalThis.navigator?.hardwareConcurrency ?? 1;
    const threads = canShareMemory() || options.spawn ? wanted : 1;
    if (!Number.isInteger(threads) || threads < 1 || threads > 64)
      throw new RangeError(`threads must be a whole number from 1 to 64, not ${wanted}`);
    const kernels = await KernelThreads.start(build, threads, options.workspaceBytes ?? DEFAULT_WORKSPACE_BYTES, options.spawn);
    kernels.ensureScratch(STRIP_SCRATCH);
    return new WasmDevice(kernels, build);
  }

  get threads(): number {
    return this.kernels.count;
  }

  get description(): string {
    return `WebAssembly ${this.build}, ${this.threads} thread${this.threads === 1 ? '' : 's'}`;
  }

  createArena(name: string, bytes: number): Arena {
    return this.kernels.memory.createArena(name, bytes);
  }

  bytesFor(type: ElementType, length: number): number {
    return alignedBytes(type, length);
  }

  arenas(): readonly { name: string; bytes: number; used: number }[] {
    return [...this.kernels.memory.arenas].map(({ name, bytes, used }) => ({ name, bytes, used }));
  }

  private view(buffer: DeviceBuffer): Float32Array | Uint32Array | Uint16Array {
    const { address, length, type, arena } = buffer as LinearBuffer;
    if (arena.released) throw new Error(`a buffer of arena "${arena.name}" was used after the arena was released`);
    const memory = this.kernels.memory.memory.buffer;
    if (type === 'f32') return new Float32Array(memory, address, length);
    return type === 'u32' ? new Uint32Array(memory, address, length) : new Uint16Array(memory, address, length);
  }

  write(target: DeviceBuffer, source: HostArray, offset = 0): void {
    if (offset + source.length > target.length)
      throw new RangeError(`${source.length} elements at ${offset} do not fit a buffer of ${target.length}`);
    this.kernels.execute();
    this.view(target).set(source, offset);
  }

  async read(source: DeviceBuffer, target: HostArray): Promise<void> {
    if (source.length !== target.length) throw new RangeError(`a buffer of ${source.length} elements cannot be read into ${target.length}`);
    this.kernels.execute();
    target.set(this.view(source));
  }

  async flush(): Promise<void> {
    this.kernels.execute();
  }

  dispose(): void {
    this.kernels.stop();
  }

  /** Highest rate of 128-bit multiply and add on this thread, in operations a second over `rounds` rounds of 96; for the bench. */
  multiplyAddCeiling(rounds: number): void {
    this.kernels.kernels.multiplyAddCeiling(rounds);
  }

  createMatrix(arena: Arena, values: DeviceBuffer, outputs: number, inputs: number, trainable: boolean): Matrix {
    const forward = arena.allocate('f32', panelElements(outputs, inputs), 'packed matrix') as LinearBuffer;
    const backward = trainable ? (arena.allocate('f32', panelElements(inputs, outputs), 'packed transpose') as LinearBuffer) : null;
    return new PackedMatrix(values as LinearBuffer, outputs, inputs, forward, backward);
  }

  matrixBytes(outputs: number, inputs: number, trainable: boolean): number {
    return alignedBytes('f32', panelElements(outputs, inputs)) + (trainable ? alignedBytes('f32', panelElements(inputs, outputs)) : 0);
  }

  refreshMatrices(matrices: readonly Matrix[]): void {
    for (const matrix of matrices as readonly PackedMatrix[]) {
      this.kernels.push(Operation.PackMatrix, [
        at(matrix.values),
        matrix.outputs,
        matrix.inputs,
        at(matrix.forward),
        matrix.backward ? at(matrix.backward) : 0,
      ]);
    }
  }

  createCache(arena: Arena, positions: number, heads: number, headWidth: number): KeyValueCache {
    return new PooledCache(
      arena.allocate('f32', 2 * positions * heads * headWidth, 'key-value cache') as LinearBuffer,
      positions,
      heads,
      headWidth,
    );
  }

  cacheBytes(positions: number, heads: number, headWidth: number): number {
    return alignedBytes('f32', 2 * positions * heads * headWidth);
  }

  zero(target: DeviceBuffer): void {
    this.kernels.push(Operation.Zero, [at(target), target.length * (target.type === 'u16' ? 2 : 4)]);
  }

  copy(target: DeviceBuffer, source: DeviceBuffer): void {
    this.kernels.push(Operation.Copy, [at(target), at(source), source.length * (source.type === 'u16' ? 2 : 4)]);
  }

  add(target: DeviceBuffer, source: DeviceBuffer): void {
    this.kernels.push(Operation.Add, [at(target), at(source), source.length]);
  }

  cast(target: DeviceBuffer, source: DeviceBuffer, format: 'bf16' | 'f16'): void {
    if ((target.type === 'u16') === (source.type === 'u16')) throw new TypeError('cast converts between f32 and u16 buffers');
    this.kernels.push(Operation.Cast, [at(target), at(source), source.length, format === 'f16' ? 1 : 0, target.type === 'u16' ? 1 : 0]);
  }

  embedding(call: { table: DeviceBuffer; ids: DeviceBuffer; out: DeviceBuffer; rows: number; width: number }): void {
    this.kernels.push(Operation.Embedding, [at(call.table), at(call.ids), at(call.out), call.rows, call.width]);
  }

  embeddingBackward(call: {
    tableGradient: DeviceBuffer;
    ids: DeviceBuffer;
    outGradient: DeviceBuffer;
    rows: number;
    width: number;
  }): void {
    this.kernels.push(Operation.EmbeddingBackward, [at(call.tableGradient), at(call.ids), at(call.outGradient), call.rows, call.width]);
  }

  rmsNorm(call: Parameters<Device['rmsNorm']>[0]): void {
    const { rows, width, epsilon } = call;
    const groups = call.groups ?? 1;
    const stride = call.stride ?? groups * width;
    this.kernels.push(
      Operation.RmsNorm,
      [
        at(call.x),
        at(call.residual),
        at(call.weight),
        at(call.out),
        rows,
        width,
        epsilon,
        groups,
        stride,
        call.outStride ?? groups * width,
      ],
      [6],
    );
  }

  rmsNormBackward(call: Parameters<Device['rmsNormBackward']>[0]): void {
    const { rows, width, epsilon } = call;
    const groups = call.groups ?? 1;
    const addresses = [at(call.x), at(call.weight), at(call.outGradient), at(call.xGradient), at(call.weightGradient), at(call.scratch)];
    const stride = call.stride ?? groups * width;
    this.kernels.push(
      Operation.RmsNormBackward,
      [...addresses, rows, width, epsilon, call.accumulate ? 1 : 0, groups, stride, call.gradientStride ?? groups * width],
      [8],
    );
  }

  linear(call: { x: DeviceBuffer; matrix: Matrix; bias?: DeviceBuffer; out: DeviceBuffer; rows: number }): void {
    const matrix = call.matrix as PackedMatrix;
    this.kernels.push(Operation.Linear, [
      at(call.x),
      at(matrix.forward),
      at(call.bias),
      at(call.out),
      call.rows,
      matrix.inputs,
      matrix.outputs,
    ]);
  }

  linearInputGradient(call: { outGradient: DeviceBuffer; matrix: Matrix; xGradient: DeviceBuffer; rows: number }): void {
    const matrix = call.matrix as PackedMatrix;
    this.kernels.push(Operation.Linear, [
      at(call.outGradient),
      at(trainable(matrix)),
      0,
      at(call.xGradient),
      call.rows,
      matrix.outputs,
      matrix.inputs,
    ]);
  }

  linearWeightGradient(call: Parameters<Device['linearWeightGradient']>[0]): void {
    this.kernels.push(Operation.LinearWeightGradient, [
      at(call.outGradient),
      at(call.x),
      at(call.weightGradient),
      at(call.biasGradient),
      call.rows,
      call.outputs,
      call.inputs,
    ]);
  }

  rotateAndStore(call: Parameters<Device['rotateAndStore']>[0]): void {
    const { heads, headWidth, positions, buffer } = call.cache as PooledCache;
    const addresses = [at(call.qkv), at(call.cosine), at(call.sine), at(call.positions), at(call.slots), at(buffer)];
    this.kernels.push(Operation.RotateAndStore, [...addresses, positions, call.rows, call.queryHeads, heads, headWidth]);
  }

  rotateBackward(call: Parameters<Device['rotateBackward']>[0]): void {
    const addresses = [at(call.qkvGradient), at(call.cosine), at(call.sine), at(call.positions)];
    this.kernels.push(Operation.RotateBackward, [...addresses, call.rows, call.queryHeads, call.keyHeads, call.headWidth]);
  }

  attention(call: Parameters<Device['attention']>[0]): void {
    const { heads, headWidth, positions, buffer } = call.cache as PooledCache;
    this.kernels.ensureScratch(2 * 4 * (positions + 8));
    this.kernels.push(
      Operation.Attention,
      [
        at(call.qkv),
        at(buffer),
        positions,
        ...contextAddresses(call.context),
        at(call.out),
        at(call.logSumExp),
        call.rows,
        call.queryHeads,
        heads,
        headWidth,
        headWidth ** -0.5,
      ],
      [13],
    );
  }

  attentionBackward(call: Parameters<Device['attentionBackward']>[0]): void {
    const { heads, headWidth, positions, buffer } = call.cache as PooledCache;
    const scoreStride = Math.ceil((positions + 4) / 4) * 4;
    const combinations = BACKWARD_ROWS * (call.queryHeads / heads);
    this.kernels.ensureScratch(4 * combinations * 2 * (scoreStride + headWidth));
    this.kernels.push(
      Operation.AttentionBackward,
      [
        at(call.qkv),
        at(buffer),
        positions,
        ...contextAddresses(call.context),
        at(call.familyStart),
        call.families,
        at(call.out),
        at(call.outGradient),
        at(call.logSumExp),
        at(call.qkvGradient),
        call.queryHeads,
        heads,
        headWidth,
        headWidth ** -0.5,
        scoreStride,
      ],
      [16],
    );
  }

  swiGlu(call: { gateUp: DeviceBuffer; out: DeviceBuffer; rows: number; width: number }): void {
    this.kernels.push(Operation.SwiGlu, [at(call.gateUp), at(call.out), call.rows, call.width]);
  }

  swiGluBackward(call: {
    gateUp: DeviceBuffer;
    outGradient: DeviceBuffer;
    gateUpGradient: DeviceBuffer;
    rows: number;
    width: number;
  }): void {
    this.kernels.push(Operation.SwiGluBackward, [at(call.gateUp), at(call.outGradient), at(call.gateUpGradient), call.rows, call.width]);
  }

  headForward(call: Parameters<Device['headForward']>[0]): void {
    const matrix = call.matrix as PackedMatrix;
    this.kernels.ensureScratch(STRIP_SCRATCH + 6 * 4 * (HEAD_CHUNK + 8));
    const results = [at(call.logProbability), at(call.entropy), at(call.logSumExp)];
    this.kernels.push(
      Operation.HeadForward,
      [
        at(call.hidden),
        at(matrix.forward),
        at(call.mask),
        at(call.targets),
        call.temperature,
        ...results,
        call.rows,
        matrix.inputs,
        matrix.outputs,
      ],
      [4],
    );
  }

  headBackward(call: Parameters<Device['headBackward']>[0]): void {
    const matrix = call.matrix as PackedMatrix;
    const inputs = [at(call.hidden), at(matrix.forward), at(trainable(matrix)), at(call.mask), at(call.targets)];
    const kept = [at(call.entropy), at(call.logSumExp), at(call.logProbabilityWeight), at(call.entropyWeight)];
    const gradients = [at(call.hiddenGradient), at(call.weightGradient)];
    this.kernels.push(
      Operation.HeadBackward,
      [...inputs, call.temperature, ...kept, ...gradients, call.rows, matrix.inputs, matrix.outputs],
      [5],
    );
  }

  headSample(call: {
    hidden: DeviceBuffer;
    matrix: Matrix;
    mask?: DeviceBuffer;
    sampling: Sampling;
    bits: DeviceBuffer;
    tokens: DeviceBuffer;
    logProbability: DeviceBuffer;
    entropy: DeviceBuffer;
    rows: number;
  }): void {
    const matrix = call.matrix as PackedMatrix;
    const { temperature, topK, topP, minP } = call.sampling;
    this.kernels.ensureScratch(STRIP_SCRATCH + 9 * 4 * (matrix.outputs + 8));
    const results = [at(call.tokens), at(call.logProbability), at(call.entropy)];
    this.kernels.push(
      Operation.HeadSample,
      [
        at(call.hidden),
        at(matrix.forward),
        at(call.mask),
        temperature,
        topK,
        topP,
        minP,
        at(call.bits),
        ...results,
        call.rows,
        matrix.inputs,
        matrix.outputs,
      ],
      [3, 5, 6],
    );
  }

  drawBits(call: Parameters<Device['drawBits']>[0]): void {
    const key = keyWords(call.seed, call.step);
    const columns = [at(call.prompts), at(call.samples), at(call.tokens), at(call.bits)];
    this.kernels.push(Operation.DrawBits, [...key, call.step, ...columns, call.rows]);
  }

  advanceRows(call: Parameters<Device['advanceRows']>[0]): void {
    const moved = [at(call.remaining), at(call.ids), at(call.positions), at(call.slots)];
    const addresses = [at(call.tokens), at(call.stops), ...moved, at(call.ownStart), at(call.ownLength)];
    this.kernels.push(Operation.AdvanceRows, [...addresses, call.rows]);
  }

  sumOfSquares(call: { values: DeviceBuffer; out: DeviceBuffer }): void {
    this.kernels.push(Operation.SumOfSquares, [at(call.values), call.values.length, at(call.out)]);
  }

  adamW(call: { parameters: DeviceBuffer; gradients: DeviceBuffer; first: DeviceBuffer; second: DeviceBuffer; step: AdamWStep }): void {
    const { step } = call;
    // 1 - beta is taken in f64: from a beta already rounded to f32, the second moment's share would be off by 1e-5.
    const rates = [
      step.learningRate,
      step.beta1,
      step.beta2,
      1 - step.beta1,
      1 - step.beta2,
      step.epsilon,
      step.weightDecay,
      step.correction1,
      step.correction2,
      step.gradientScale,
    ];
    this.kernels.push(
      Operation.AdamW,
      [at(call.parameters), at(call.gradients), at(call.first), at(call.second), call.parameters.length, ...rates],
      [5, 6, 7, 8, 9, 10, 11, 12, 13, 14],
    );
  }
}

/** Starts the CPU device: kernels in WebAssembly SIMD on all cores. */
export function createWasmDevice(options: WasmDeviceOptions = {}): Promise<Device> {
  return WasmDevice.create(options);
}
