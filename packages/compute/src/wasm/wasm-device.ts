import type { Arena, Device, DeviceBuffer, ElementType, HostArray, KeyValueCache, Matrix } from '../device.ts';
import { keyWords } from '../random.ts';
import { perRow, whole } from './chains.ts';
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
    this.pushElements(Operation.Copy, target, source, source.length * (source.type === 'u16' ? 2 : 4));
  }

  add(target: DeviceBuffer, source: DeviceBuffer): void {
    this.pushElements(Operation.Add, target, source, 4 * source.length);
  }

  /** Element-wise work goes along with the rows that it follows where the elements divide into as many. */
  private pushElements(operation: number, target: DeviceBuffer, source: DeviceBuffer, bytes: number): void {
    const addresses = [at(target), at(source)];
    const rows = this.kernels.rowsFor(bytes);
    if (rows > 0) {
      const rowBytes = bytes / rows;
      const touched = addresses.flatMap((address) => [address, rowBytes]);
      if (this.kernels.join(operation, [...addresses, rowBytes], [], rows, touched)) return;
    }
    this.kernels.push(operation, [...addresses, bytes]);
  }

  cast(target: DeviceBuffer, source: DeviceBuffer, format: 'bf16' | 'f16'): void {
    if ((target.type === 'u16') === (source.type === 'u16')) throw new TypeError('cast converts between f32 and u16 buffers');
    this.kernels.push(Operation.Cast, [at(target), at(source), source.length, format === 'f16' ? 1 : 0, target.type === 'u16' ? 1 : 0]);
  }

  embedding(call: Parameters<Device['embedding']>[0]): void {
    const { table, ids, out, rows, width } = call;
    const touched = () => [...whole(table), ...perRow(ids, 1), ...perRow(out, width)];
    this.kernels.pushRows(Operation.Embedding, [at(table), at(ids), at(out), width], [], rows, touched);
  }

  embeddingBackward(call: Parameters<Device['embeddingBackward']>[0]): void {
    this.kernels.push(Operation.EmbeddingBackward, [at(call.tableGradient), at(call.ids), at(call.outGradient), call.rows, call.width]);
  }

  rmsNorm(call: Parameters<Device['rmsNorm']>[0]): void {
    const { x, residual, weight, out, rows, width, epsilon } = call;
    const groups = call.groups ?? 1;
    const stride = call.stride ?? groups * width;
    const outStride = call.outStride ?? groups * width;
    const touched = () => [...perRow(x, stride), ...perRow(residual, stride), ...whole(weight), ...perRow(out, outStride)];
    const addresses = [at(x), at(residual), at(weight), at(out)];
    this.kernels.pushRows(Operation.RmsNorm, [...addresses, width, epsilon, groups, stride, outStride], [5], rows, touched);
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

  linear(call: Parameters<Device['linear']>[0]): void {
    const { forward, inputs, outputs } = call.matrix as PackedMatrix;
    this.product(call.x, forward, call.bias, call.out, call.rows, inputs, outputs);
  }

  linearInputGradient(call: Parameters<Device['linearInputGradient']>[0]): void {
    const matrix = call.matrix as PackedMatrix;
    this.product(call.outGradient, trainable(matrix), undefined, call.xGradient, call.rows, matrix.outputs, matrix.inputs);
  }

  private product(
    x: DeviceBuffer,
    panels: LinearBuffer,
    bias: DeviceBuffer | undefined,
    out: DeviceBuffer,
    rows: number,
    inputs: number,
    outputs: number,
  ): void {
    const addresses = [at(x), at(panels), at(bias), at(out)];
    if (this.kernels.fewRows(rows)) {
      this.kernels.push(Operation.LinearFewRows, [...addresses, rows, inputs, outputs]);
      return;
    }
    const touched = () => [...perRow(x, inputs), ...whole(bias), ...perRow(out, outputs)];
    this.kernels.pushRows(Operation.Linear, [...addresses, inputs, outputs], [], rows, touched);
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
    const { qkv, cosine, sine, slots, rows, queryHeads } = call;
    const addresses = [at(qkv), at(cosine), at(sine), at(call.positions), at(slots), at(buffer)];
    const joint = (queryHeads + 2 * heads) * headWidth;
    const touched = () => [
      ...perRow(qkv, joint),
      ...whole(cosine),
      ...whole(sine),
      ...perRow(call.positions, 1),
      ...perRow(slots, 1),
      ...whole(buffer),
    ];
    this.kernels.pushRows(Operation.RotateAndStore, [...addresses, positions, queryHeads, heads, headWidth], [], rows, touched);
  }

  rotateBackward(call: Parameters<Device['rotateBackward']>[0]): void {
    const { qkvGradient, cosine, sine, positions, rows, queryHeads, keyHeads, headWidth } = call;
    const addresses = [at(qkvGradient), at(cosine), at(sine), at(positions)];
    const joint = (queryHeads + 2 * keyHeads) * headWidth;
    const touched = () => [...perRow(qkvGradient, joint), ...whole(cosine), ...whole(sine), ...perRow(positions, 1)];
    this.kernels.pushRows(Operation.RotateBackward, [...addresses, queryHeads, keyHeads, headWidth], [], rows, touched);
  }

  attention(call: Parameters<Device['attention']>[0]): void {
    const { heads, headWidth, positions, buffer } = call.cache as PooledCache;
    const { qkv, context, out, logSumExp, rows, queryHeads } = call;
    this.kernels.ensureScratch(2 * 4 * (positions + 8));
    const touched = () => [
      ...perRow(qkv, (queryHeads + 2 * heads) * headWidth),
      ...whole(buffer),
      ...[context.prefixStart, context.prefixLength, context.ownStart, context.ownLength].flatMap((column) => perRow(column, 1)),
      ...perRow(out, queryHeads * headWidth),
      ...perRow(logSumExp, queryHeads),
    ];
    const addresses = [at(qkv), at(buffer), positions, ...contextAddresses(context), at(out), at(logSumExp)];
    this.kernels.pushRows(Operation.Attention, [...addresses, queryHeads, heads, headWidth, headWidth ** -0.5], [12], rows, touched);
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

  swiGlu(call: Parameters<Device['swiGlu']>[0]): void {
    const { gateUp, out, rows, width } = call;
    const touched = () => [...perRow(gateUp, 2 * width), ...perRow(out, width)];
    this.kernels.pushRows(Operation.SwiGlu, [at(gateUp), at(out), width], [], rows, touched);
  }

  swiGluBackward(call: Parameters<Device['swiGluBackward']>[0]): void {
    const { gateUp, outGradient, gateUpGradient, rows, width } = call;
    const touched = () => [...perRow(gateUp, 2 * width), ...perRow(outGradient, width), ...perRow(gateUpGradient, 2 * width)];
    this.kernels.pushRows(Operation.SwiGluBackward, [at(gateUp), at(outGradient), at(gateUpGradient), width], [], rows, touched);
  }

  headForward(call: Parameters<Device['headForward']>[0]): void {
    const { hidden, mask, targets, temperature, logProbability, entropy, logSumExp, rows } = call;
    const { forward, inputs, outputs } = call.matrix as PackedMatrix;
    this.kernels.ensureScratch(STRIP_SCRATCH + 6 * 4 * (HEAD_CHUNK + 8));
    const columns = [logProbability, entropy, logSumExp];
    const touched = () => [...perRow(hidden, inputs), ...whole(mask), ...[targets, ...columns].flatMap((column) => perRow(column, 1))];
    const values = [at(hidden), at(forward), at(mask), at(targets), temperature, ...columns.map(at), inputs, outputs];
    this.kernels.pushRows(Operation.HeadForward, values, [4], rows, touched);
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

  headSample(call: Parameters<Device['headSample']>[0]): void {
    const { hidden, mask, bits, tokens, logProbability, entropy, rows } = call;
    const { forward, inputs, outputs } = call.matrix as PackedMatrix;
    const { temperature, topK, topP, minP } = call.sampling;
    this.kernels.ensureScratch(STRIP_SCRATCH + 9 * 4 * (outputs + 8));
    const columns = [bits, tokens, logProbability, entropy];
    const touched = () => [...perRow(hidden, inputs), ...whole(mask), ...columns.flatMap((column) => perRow(column, 1))];
    const values = [at(hidden), at(forward), at(mask), temperature, topK, topP, minP, ...columns.map(at), inputs, outputs];
    this.kernels.pushRows(Operation.HeadSample, values, [3, 5, 6], rows, touched);
  }

  drawBits(call: Parameters<Device['drawBits']>[0]): void {
    const columns = [call.prompts, call.samples, call.tokens, call.bits];
    const touched = () => columns.flatMap((column) => perRow(column, 1));
    const values = [...keyWords(call.seed, call.step), call.step, ...columns.map(at)];
    this.kernels.pushRows(Operation.DrawBits, values, [], call.rows, touched);
  }

  advanceRows(call: Parameters<Device['advanceRows']>[0]): void {
    const { tokens, stops, remaining, ids, positions, slots, ownStart, ownLength, rows } = call;
    const touched = () => [
      ...whole(stops),
      ...[tokens, remaining, ids, positions, slots, ownStart, ownLength].flatMap((column) => perRow(column, 1)),
    ];
    const columns = [tokens, stops, remaining, ids, positions, slots, ownStart, ownLength];
    this.kernels.pushRows(Operation.AdvanceRows, columns.map(at), [], rows, touched);
  }

  sumOfSquares(call: { values: DeviceBuffer; out: DeviceBuffer }): void {
    this.kernels.push(Operation.SumOfSquares, [at(call.values), call.values.length, at(call.out)]);
  }

  adamW(call: Parameters<Device['adamW']>[0]): void {
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
