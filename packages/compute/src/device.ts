/**
 * The device contract: what every device (`reference`, `wasm`, `webgpu`) promises to the model that runs on it.
 *
 * Memory.      Buffers live in arenas; an arena is sized before the run and owns its bytes until it is released. Kernels allocate
 *              nothing. A buffer is a typed range of an arena; `slice` gives a view of the same memory.
 * Order.       Kernel calls are recorded in program order and take effect by the next `flush()`; `read` flushes first. A call may
 *              return before its work is done. Buffers handed to a recorded call must not be written by the host before a flush;
 *              `write` itself is recorded in order. Several reads may be under way: each sees what was recorded before it.
 * Determinism. A row's result depends on that row's inputs alone: not on how many rows there are, where it stands, or how many
 *              threads work. Every reduction has one fixed order. `accumulate`-style outputs continue the sum row by row, so
 *              splitting the rows over several calls gives the same bits. (WebGPU documents where its fast mode departs.)
 * Numbers.     `wasm` and `webgpu` compute in f32; `reference` stores and computes in f64 and is the oracle of every test.
 *              exp, log, sin and cos are our own polynomials: no result depends on the host's libm.
 *
 * Shape letters: R rows (tokens), D model width, F feed-forward width, V vocabulary, H query heads, G key/value heads,
 * E head width, N outputs and K inputs of a linear map. All matrices are row-major; row strides are in elements.
 */

export type DeviceKind = 'reference' | 'wasm' | 'webgpu';

/** `u16` holds raw bf16 or f16 bits; only `cast` reads or writes it. */
export type ElementType = 'f32' | 'u32' | 'u16';

export type HostArray = Float32Array | Float64Array | Uint32Array | Uint16Array;

export interface DeviceBuffer {
  readonly type: ElementType;
  readonly length: number;
  /** A view of `length` elements from `start`; shares memory with this buffer. */
  slice(start: number, length: number): DeviceBuffer;
}

export interface Arena {
  readonly name: string;
  readonly bytes: number;
  readonly used: number;
  /** Zero-filled, aligned to 64 bytes. Throws `RangeError` naming the arena and both sizes when it does not fit. */
  allocate(type: ElementType, length: number, label: string): DeviceBuffer;
  /** Gives the memory back; every buffer of the arena becomes invalid. */
  release(): void;
}

/** A weight matrix [N, K] registered for linear maps; the device keeps whatever packed copies it needs beside `values`. */
export interface Matrix {
  readonly values: DeviceBuffer;
  readonly outputs: number;
  readonly inputs: number;
}

/**
 * Keys and values of one layer for `positions` token slots. A *segment* is a run of consecutive slots whose start is a multiple of
 * `SEGMENT_ALIGNMENT`; the host hands slots out. A token attends to one prefix segment and one segment of its own, in that order.
 */
export interface KeyValueCache {
  readonly positions: number;
  readonly heads: number;
  readonly headWidth: number;
}

export const SEGMENT_ALIGNMENT = 4;

/** Per row of a batch: which cached tokens it attends to. All buffers are u32 [R]. */
export interface AttentionRows {
  readonly prefixStart: DeviceBuffer;
  readonly prefixLength: DeviceBuffer;
  readonly ownStart: DeviceBuffer;
  /** Number of the own segment's tokens this row sees, itself included (0 when the row lies in the prefix segment and sees only it). */
  readonly ownLength: DeviceBuffer;
}

export interface Sampling {
  /** 0 means greedy (arg max, lowest index wins ties; log-probability and entropy then at temperature 1). */
  readonly temperature: number;
  /** Keep the k most likely tokens; 0 is off. */
  readonly topK: number;
  /** Keep the smallest set of most likely tokens whose probability reaches p; 1 is off. */
  readonly topP: number;
  /** Keep tokens whose probability is at least this share of the largest; 0 is off. */
  readonly minP: number;
}

export interface AdamWStep {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** 1 - beta1^t and 1 - beta2^t of this step t = 1, 2, … */
  readonly correction1: number;
  readonly correction2: number;
  /** Factor on the gradient before use (clipping). */
  readonly gradientScale: number;
}

export interface Device {
  readonly kind: DeviceKind;
  readonly threads: number;
  /** Prefill, decoding and training give the same bits: the sampler's log-probabilities are the learner's. */
  readonly exact: boolean;
  /** What can be allocated, in all and in one buffer; Infinity where the device does not say. */
  readonly memory: { readonly bytes: number; readonly bufferBytes: number };
  /** One line for people: build, threads, features. */
  readonly description: string;

  createArena(name: string, bytes: number): Arena;
  /** Bytes that a buffer of this kind takes in an arena, padding included; use it to size arenas. */
  bytesFor(type: ElementType, length: number): number;
  arenas(): readonly { name: string; bytes: number; used: number }[];

  /** Copies `source` into the buffer from element `offset` (default 0) on; the rest keeps its values. */
  write(target: DeviceBuffer, source: HostArray, offset?: number): void;
  /** Flushes, then copies the buffer into `target` (same length; an f32 buffer may be read into f64). */
  read(source: DeviceBuffer, target: HostArray): Promise<void>;
  flush(): Promise<void>;
  dispose(): void;

  /**
   * Registers values [N, K] for `linear` and the head; packed copies are allocated from `arena` (`matrixBytes` says how much).
   * `trainable` adds what `linearInputGradient` and `headBackward` need, which refuse other matrices.
   */
  createMatrix(arena: Arena, values: DeviceBuffer, outputs: number, inputs: number, trainable: boolean): Matrix;
  matrixBytes(outputs: number, inputs: number, trainable: boolean): number;
  /** Must follow every change of the values. */
  refreshMatrices(matrices: readonly Matrix[]): void;

  createCache(arena: Arena, positions: number, heads: number, headWidth: number): KeyValueCache;
  cacheBytes(positions: number, heads: number, headWidth: number): number;

  zero(target: DeviceBuffer): void;
  copy(target: DeviceBuffer, source: DeviceBuffer): void;
  /** target += source, element by element. */
  add(target: DeviceBuffer, source: DeviceBuffer): void;
  /**
   * Converts between f32 and the raw bits of bf16 or f16 in u16, whichever side holds them: round to nearest even, overflow to
   * infinity, subnormals kept; NaN stays NaN (sign and payload are the device's own).
   */
  cast(target: DeviceBuffer, source: DeviceBuffer, format: 'bf16' | 'f16'): void;

  /** out[r] = table[ids[r]]; also gathers rows. table [·, width], out [R, width]. */
  embedding(call: { table: DeviceBuffer; ids: DeviceBuffer; out: DeviceBuffer; rows: number; width: number }): void;
  /** tableGradient[ids[r]] += outGradient[r], in row order. */
  embeddingBackward(call: { tableGradient: DeviceBuffer; ids: DeviceBuffer; outGradient: DeviceBuffer; rows: number; width: number }): void;

  /**
   * x += residual (when given); out = x / sqrt(mean(x²) + eps) * weight, for each of `groups` vectors of `width` in a row:
   * vector g of row r starts at r * stride + g * width in x and residual, and likewise by outStride in out. Strides default to
   * groups * width. `out` may be `x` itself when the strides agree.
   */
  rmsNorm(call: {
    x: DeviceBuffer;
    residual?: DeviceBuffer;
    weight: DeviceBuffer;
    out: DeviceBuffer;
    rows: number;
    width: number;
    epsilon: number;
    groups?: number;
    stride?: number;
    outStride?: number;
  }): void;
  /**
   * xGradient (+)= d/dx (`accumulate` adds), weightGradient += d/dweight, from x after the residual was added. `stride` is that of x,
   * `gradientStride` that of outGradient and xGradient, which must not share memory; both default to groups * width. Needs `scratch`
   * f32 [R * groups].
   */
  rmsNormBackward(call: {
    x: DeviceBuffer;
    weight: DeviceBuffer;
    outGradient: DeviceBuffer;
    xGradient: DeviceBuffer;
    weightGradient: DeviceBuffer;
    scratch: DeviceBuffer;
    rows: number;
    width: number;
    epsilon: number;
    accumulate: boolean;
    groups?: number;
    stride?: number;
    gradientStride?: number;
  }): void;

  /** out [R, N] = x [R, K] · values^T + bias. */
  linear(call: { x: DeviceBuffer; matrix: Matrix; bias?: DeviceBuffer; out: DeviceBuffer; rows: number }): void;
  /** xGradient [R, K] = outGradient [R, N] · values. */
  linearInputGradient(call: { outGradient: DeviceBuffer; matrix: Matrix; xGradient: DeviceBuffer; rows: number }): void;
  /** weightGradient [N, K] += outGradient^T · x; biasGradient [N] += column sums of outGradient; both in row order. */
  linearWeightGradient(call: {
    outGradient: DeviceBuffer;
    x: DeviceBuffer;
    weightGradient: DeviceBuffer;
    biasGradient?: DeviceBuffer;
    rows: number;
    outputs: number;
    inputs: number;
  }): void;

  /**
   * Rotates query and key vectors in place (rotate-half form) by the row's position and stores keys and values in the cache.
   * qkv [R, (H + 2G) * E]: H query heads, G key heads, G value heads. cosine, sine [positions, E / 2]. slots u32 [R]: cache slots.
   */
  rotateAndStore(call: {
    qkv: DeviceBuffer;
    cosine: DeviceBuffer;
    sine: DeviceBuffer;
    positions: DeviceBuffer;
    slots: DeviceBuffer;
    cache: KeyValueCache;
    rows: number;
    queryHeads: number;
  }): void;
  /** The transpose of the rotation, in place on the query and key parts of qkvGradient. */
  rotateBackward(call: {
    qkvGradient: DeviceBuffer;
    cosine: DeviceBuffer;
    sine: DeviceBuffer;
    positions: DeviceBuffer;
    rows: number;
    queryHeads: number;
    keyHeads: number;
    headWidth: number;
  }): void;

  /**
   * Causal grouped-query attention over cached keys and values, query head h reading key/value head floor(h * G / H): memory linear in
   * the context. Queries are read from qkv, keys and values from the cache. Every row sees at least one token.
   * out [R, H * E]; logSumExp [R, H] of the scaled scores is kept for the backward pass when given. Scores are scaled by E^-1/2.
   */
  attention(call: {
    qkv: DeviceBuffer;
    cache: KeyValueCache;
    context: AttentionRows;
    out: DeviceBuffer;
    logSumExp?: DeviceBuffer;
    rows: number;
    queryHeads: number;
  }): void;
  /**
   * Gradient of `attention` for rows laid out as *families*: family f holds rows familyStart[f] … familyStart[f + 1] - 1, first the
   * rows of one prefix segment, then rows of own segments; rows attend only inside their family; slots give each row's cache slot.
   * A segment's rows are all there, one after the other in token order. familyStart u32 [families + 1] goes from 0 to R. The cache must
   * still hold these rows' keys and values.
   * qkvGradient [R, (H + 2G) * E] is overwritten with the gradient after rotation (query, key and value parts).
   */
  attentionBackward(call: {
    qkv: DeviceBuffer;
    cache: KeyValueCache;
    context: AttentionRows;
    slots: DeviceBuffer;
    familyStart: DeviceBuffer;
    families: number;
    out: DeviceBuffer;
    outGradient: DeviceBuffer;
    logSumExp: DeviceBuffer;
    qkvGradient: DeviceBuffer;
    rows: number;
    queryHeads: number;
  }): void;

  /** out [R, F] = silu(gate) * up with gateUp [R, 2F] = gate then up. */
  swiGlu(call: { gateUp: DeviceBuffer; out: DeviceBuffer; rows: number; width: number }): void;
  swiGluBackward(call: {
    gateUp: DeviceBuffer;
    outGradient: DeviceBuffer;
    gateUpGradient: DeviceBuffer;
    rows: number;
    width: number;
  }): void;

  /**
   * Log-probability of `targets` and full-vocabulary entropy (nats) of softmax(hidden · W^T / temperature + mask), chunked over the
   * vocabulary. temperature is above 0; hidden [R, D]; mask f32 [V] holds 0 or SUPPRESSED; logSumExp [R] is kept for the backward pass.
   */
  headForward(call: {
    hidden: DeviceBuffer;
    matrix: Matrix;
    mask?: DeviceBuffer;
    targets: DeviceBuffer;
    temperature: number;
    logProbability: DeviceBuffer;
    entropy: DeviceBuffer;
    logSumExp: DeviceBuffer;
    rows: number;
  }): void;
  /**
   * With dL/dlogp and dL/dH per row: hiddenGradient [R, D] is written, weightGradient [V, D] += in row order. Logits are recomputed a
   * chunk at a time; a rows x vocabulary matrix never exists.
   */
  headBackward(call: {
    hidden: DeviceBuffer;
    matrix: Matrix;
    mask?: DeviceBuffer;
    targets: DeviceBuffer;
    temperature: number;
    entropy: DeviceBuffer;
    logSumExp: DeviceBuffer;
    logProbabilityWeight: DeviceBuffer;
    entropyWeight: DeviceBuffer;
    hiddenGradient: DeviceBuffer;
    weightGradient: DeviceBuffer;
    rows: number;
  }): void;
  /**
   * Samples one token a row from softmax(logits / temperature + mask) after top-k, top-p and min-p (in that order, top-p over what
   * top-k left; equal logits rank by rising index), by inversion of the cumulative distribution of what is left in index order: the
   * first token whose cumulative share exceeds bits / 2^32. logProbability and entropy are those of the unfiltered softmax,
   * equal to headForward's bit for bit. bits u32 [R].
   */
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
  }): void;

  /**
   * bits[r] = the first of the `randomWords` of (seed, step, prompts[r], samples[r], tokens[r]): what the host would draw for token
   * number tokens[r] of that sample. All buffers are u32 [R]; seed and step are checked as `randomWords` checks them.
   */
  drawBits(call: {
    seed: number;
    step: number;
    prompts: DeviceBuffer;
    samples: DeviceBuffer;
    tokens: DeviceBuffer;
    bits: DeviceBuffer;
    rows: number;
  }): void;
  /**
   * Readies every row for the token after tokens[r], without the host. remaining[r] says how many tokens the row may still take: it
   * falls by one, to 0 if stops[tokens[r]] is not 0. While it is above 0 the row moves on: ids[r] = tokens[r], slots[r] = ownStart[r] +
   * ownLength[r], then positions[r] and ownLength[r] grow by one. A row that has ended, now or before, stays as it is, so running it
   * again rewrites what it wrote. stops u32 [V], the others u32 [R]; no two of them share memory.
   */
  advanceRows(call: {
    tokens: DeviceBuffer;
    stops: DeviceBuffer;
    remaining: DeviceBuffer;
    ids: DeviceBuffer;
    positions: DeviceBuffer;
    slots: DeviceBuffer;
    ownStart: DeviceBuffer;
    ownLength: DeviceBuffer;
    rows: number;
  }): void;

  /** out[0] = sum of squares of all `values`, in a fixed blocked order. */
  sumOfSquares(call: { values: DeviceBuffer; out: DeviceBuffer }): void;
  /**
   * Decoupled weight decay (Loshchilov and Hutter 2019) on every element, the decay taken on the parameter before the step:
   * θ -= learningRate * (m / correction1 / (sqrt(v / correction2) + epsilon) + weightDecay * θ). Moments in f32.
   */
  adamW(call: { parameters: DeviceBuffer; gradients: DeviceBuffer; first: DeviceBuffer; second: DeviceBuffer; step: AdamWStep }): void;
}

/** Mask value of a barred token: finite, so that probability times logit stays 0 and never becomes NaN. */
export const SUPPRESSED = -1e30;
