import { type Arena, type Device, type DeviceBuffer, type KeyValueCache, SEGMENT_ALIGNMENT } from '@or1/compute';
import { Activations, forwardLayers, type LanguageModel, RowBatch, suppressionMask } from '@or1/model';
import { DecodeRows, runs } from './decode-rows.ts';
import { type ActiveSample, Schedule } from './schedule.ts';
import type { GenerationRequest, GenerationResult, RolloutEngine } from './types.ts';

export interface LocalEngineSettings {
  /** Responses that are decoded side by side. */
  readonly slots: number;
  /** Prompts whose keys and values are held at once; `slots` is always enough, slots / samples a prompt and a few are usually. */
  readonly promptSegments: number;
  /** Longest prompt, in tokens. */
  readonly promptCapacity: number;
  /** Longest response, in tokens. */
  readonly contextLength: number;
  /**
   * Tokens a response that the device draws before the host looks at them. With 1 a slot whose response ends is refilled at once; with
   * more the device runs the next block while the host reads the last one, and a slot waits up to two blocks. The results are the same.
   * Default: 16 on `webgpu`, where every look costs a round trip, else 1.
   */
  readonly blockTokens?: number;
}

/** How long the engine computes before it lets timers, signals and verifiers have a turn. */
const TURN_MS = 40;

const DEFAULT_BLOCK_TOKENS = { reference: 1, wasm: 1, webgpu: 16 } as const;

const aligned = (count: number) => Math.ceil(count / SEGMENT_ALIGNMENT) * SEGMENT_ALIGNMENT;

/** Tokens that the device draws for every row before the host looks at them. */
interface Block {
  readonly owners: readonly ActiveSample[];
  readonly steps: number;
  readonly results: BlockResults;
  readonly arrived: Promise<void>;
}

/** Step by step, then row by row. */
interface BlockResults {
  readonly tokens: Uint32Array;
  readonly logProbability: Float32Array;
  readonly entropy: Float32Array;
}

/**
 * Generates groups of samples on one device with continuous batching: a prompt is prefilled once and its keys and values are shared
 * by its samples; a slot whose response ends is refilled before the next block of decode steps. Owns the arena "rollout".
 */
export class LocalEngine implements RolloutEngine {
  private readonly device: Device;
  private readonly arena: Arena;
  private readonly blockTokens: number;
  private readonly prompts: RowBatch;
  private readonly rows: DecodeRows;
  private readonly activations: Activations;
  private readonly caches: readonly KeyValueCache[];
  private readonly promptResidual: DeviceBuffer;
  private readonly residual: DeviceBuffer;
  private readonly hidden: DeviceBuffer;
  private readonly gathered: DeviceBuffer;
  private readonly bits: DeviceBuffer;
  private readonly tokens: DeviceBuffer;
  private readonly logProbability: DeviceBuffer;
  private readonly entropy: DeviceBuffer;
  private readonly mask: DeviceBuffer;
  private readonly stops: DeviceBuffer;
  private readonly ownBase: number;
  /** Two sets in turn: one is read by the host while the other is filled. */
  private readonly results: readonly [BlockResults, BlockResults];
  private turn = 0;

  constructor(
    readonly model: LanguageModel,
    readonly settings: LocalEngineSettings,
  ) {
    const { device, config } = model;
    const { slots, promptSegments, promptCapacity } = settings;
    for (const [name, value] of Object.entries(settings)) {
      if (!Number.isInteger(value) || value < 1) throw new RangeError(`${name} must be a whole number of at least 1, not ${value}`);
    }
    this.device = device;
    this.blockTokens = blockTokensOf(device, settings);
    this.arena = device.createArena('rollout', engineBytes(model, settings));
    this.ownBase = promptSegments * aligned(promptCapacity);
    this.prompts = new RowBatch(device, this.arena, batchRows(settings));
    this.rows = new DecodeRows(device, this.arena, slots, (sample) => ({
      prefixStart: this.segmentStart(sample.segment),
      ownStart: this.ownBase + sample.slot * aligned(this.settings.contextLength),
    }));
    this.activations = new Activations(this.arena, config, batchRows(settings), 'nothing');
    this.caches = Array.from({ length: config.layers }, () =>
      device.createCache(this.arena, cachePositions(settings), config.keyValueHeads, config.headWidth),
    );
    const drawn = this.blockTokens * slots;
    this.promptResidual = this.arena.allocate('f32', promptSegments * config.width, 'prompt residuals');
    this.residual = this.arena.allocate('f32', slots * config.width, 'sampled residuals');
    this.hidden = this.arena.allocate('f32', slots * config.width, 'sampled hidden states');
    this.gathered = this.arena.allocate('u32', slots, 'gathered rows');
    this.bits = this.arena.allocate('u32', slots, 'random bits');
    this.tokens = this.arena.allocate('u32', drawn, 'sampled tokens');
    this.logProbability = this.arena.allocate('f32', drawn, 'sampled log-probabilities');
    this.entropy = this.arena.allocate('f32', drawn, 'entropies');
    this.mask = this.arena.allocate('f32', config.vocabularySize, 'suppressed tokens');
    this.stops = this.arena.allocate('u32', config.vocabularySize, 'stop tokens');
    const hostResults = (): BlockResults => ({
      tokens: new Uint32Array(drawn),
      logProbability: new Float32Array(drawn),
      entropy: new Float32Array(drawn),
    });
    this.results = [hostResults(), hostResults()];
  }

  /**
   * @throws RangeError where a prompt or the context length exceeds the engine's settings; the signal's reason where it aborts.
   */
  async generate(request: GenerationRequest): Promise<GenerationResult> {
    this.check(request);
    const { rows } = this;
    const schedule = new Schedule(request, this.settings.slots, this.settings.promptSegments);
    const stop = new Set(request.stopTokens);
    this.device.write(this.mask, suppressionMask(this.model.config.vocabularySize, request.suppressTokens));
    this.device.write(this.stops, stopFlags(this.model.config.vocabularySize, stop));
    rows.reset([], request);
    const startedMs = performance.now();
    let turnMs = startedMs;
    let prefillMs = 0;
    let generatedTokens = 0;
    let promptTokens = 0;
    let underWay: Block | null = null;
    const settle = async (block: Block | null) => {
      if (!block) return;
      await block.arrived;
      generatedTokens += takeResults(block, stop, request.contextLength);
      for (const rollout of schedule.retire()) request.onRollout?.(rollout);
      const elapsedMs = performance.now() - startedMs;
      request.onProgress?.({ finished: schedule.finished.length, total: schedule.total, generatedTokens, elapsedMs });
    };
    const settleAll = async () => {
      const block = underWay;
      underWay = null;
      await settle(block);
    };
    try {
      while (!schedule.done) {
        request.signal?.throwIfAborted();
        // All that slots wait for, so that the batch is full from the first token on.
        for (;;) {
          const prompts = schedule.takePrompts(this.prompts.capacity);
          if (prompts.length === 0) break;
          await settleAll();
          const beforePrefill = performance.now();
          promptTokens += await this.prefill(request, prompts);
          prefillMs += performance.now() - beforePrefill;
        }
        const admitted = schedule.admit();
        const isSparse = 2 * schedule.active.length <= rows.count;
        if (this.blockTokens === 1 || isSparse) {
          await settleAll();
          rows.reset(schedule.active, request);
        } else rows.place(admitted, request);
        const before = underWay;
        underWay = this.decode(request, schedule.active);
        await settle(before);
        if (this.blockTokens === 1) await settleAll();
        const now = performance.now();
        if (now - turnMs > TURN_MS) {
          await new Promise<void>((resume) => setTimeout(resume, 0));
          turnMs = performance.now();
        }
      }
    } finally {
      // A block that is still under way writes into the host's arrays; its own failure is told by the error that ends this call.
      await (underWay as Block | null)?.arrived.catch(() => undefined);
    }
    const rollouts = schedule.finished.sort((a, b) => a.prompt - b.prompt || a.sample - b.sample);
    return { rollouts, promptTokens, generatedTokens, prefillMs, decodeMs: performance.now() - startedMs - prefillMs };
  }

  private check(request: GenerationRequest): void {
    const { contextLength, promptCapacity } = this.settings;
    if (request.contextLength > contextLength) {
      throw new RangeError(`a context length of ${request.contextLength} was asked for; this engine was made for ${contextLength}`);
    }
    request.prompts.forEach(({ tokens, key }, index) => {
      if (!Number.isInteger(key) || key < 0 || key >= 2 ** 32)
        throw new RangeError(`prompt ${index} has the key ${key}; a key is a whole number below 2^32`);
      if (tokens.length === 0)
        throw new RangeError(`prompt ${index} is empty; generation needs at least one token, such as the begin token`);
      if (tokens.length > promptCapacity)
        throw new RangeError(`prompt ${index} has ${tokens.length} tokens; this engine was made for ${promptCapacity}`);
      if (tokens.length + request.contextLength > this.model.positions + 1) {
        throw new RangeError(
          `prompt ${index} (${tokens.length} tokens) and context length ${request.contextLength} exceed the model's ${this.model.positions} positions`,
        );
      }
    });
  }

  private segmentStart(segment: number): number {
    return segment * aligned(this.settings.promptCapacity);
  }

  /** Runs the prompts' tokens and keeps each prompt's last residual, from which all its samples draw their first token. */
  private async prefill(request: GenerationRequest, prompts: readonly { prompt: number; segment: number }[]): Promise<number> {
    const { device, model, prompts: batch } = this;
    const { width } = model.config;
    batch.clear();
    const lastRows = prompts.map(({ prompt, segment }) => {
      const prefixStart = this.segmentStart(segment);
      request.prompts[prompt]!.tokens.forEach((id, position) => {
        batch.add({ id, position, slot: prefixStart + position, prefixStart, prefixLength: position + 1, ownStart: 0, ownLength: 0 });
      });
      return batch.count - 1;
    });
    batch.upload();
    forwardLayers(model, batch, this.caches, this.activations);
    prompts.forEach(({ segment }, index) => {
      device.copy(this.promptResidual.slice(segment * width, width), this.activations.output.slice(lastRows[index]! * width, width));
    });
    await device.flush();
    return batch.count;
  }

  /** Has the device draw the next tokens of all rows, and reads them back while the caller goes on; null where none are left to draw. */
  private decode(request: GenerationRequest, active: readonly ActiveSample[]): Block | null {
    const { rows, device } = this;
    const left = Math.max(0, ...active.map(({ drawn }) => request.contextLength - drawn));
    const steps = Math.min(this.blockTokens, left);
    if (steps === 0) return null;
    const { count } = rows;
    for (let step = 0; step < steps; step++) {
      this.decodeStep(request, step, step === 0 ? freshRows(rows.owners) : []);
      // Rows of single steps are written anew by the host.
      if (this.blockTokens > 1) this.advance(step);
    }
    for (const sample of active) sample.drawn = Math.min(request.contextLength, sample.drawn + steps);
    this.turn = 1 - this.turn;
    const results = this.results[this.turn]!;
    const drawn = steps * count;
    const reads = [
      device.read(this.tokens.slice(0, drawn), results.tokens.subarray(0, drawn)),
      device.read(this.logProbability.slice(0, drawn), results.logProbability.subarray(0, drawn)),
      device.read(this.entropy.slice(0, drawn), results.entropy.subarray(0, drawn)),
    ];
    const arrived = Promise.all(reads).then(() => undefined);
    // Whoever settles the block sees a failure; until then it must not count as unhandled.
    arrived.catch(() => undefined);
    return { owners: [...rows.owners], steps, results, arrived };
  }

  /** Draws one token for every row; `fresh` rows have none yet and draw their first from their prompt's residual. */
  private decodeStep(request: GenerationRequest, step: number, fresh: readonly number[]): void {
    const { device, model, rows } = this;
    const { width, epsilon } = model.config;
    const { count, batch } = rows;
    // Fresh rows at the end need not run; others among them run for nothing, and their residual is replaced.
    const freshRuns = runs(fresh);
    const tail = freshRuns.at(-1);
    const running = tail?.end === count ? tail.start : count;
    if (running > 0) forwardLayers(model, batch, this.caches, this.activations, { rows: running, decoding: true });
    const residual = fresh.length === 0 ? this.activations.output : this.residual;
    if (fresh.length > 0) {
      if (running > 0) device.copy(residual.slice(0, running * width), this.activations.output.slice(0, running * width));
      device.write(
        this.gathered,
        Uint32Array.from(fresh, (row) => rows.owners[row]!.segment),
      );
      let taken = 0;
      for (const { start, end } of freshRuns) {
        const out = residual.slice(start * width, (end - start) * width);
        device.embedding({ table: this.promptResidual, ids: this.gathered.slice(taken, end - start), out, rows: end - start, width });
        taken += end - start;
      }
    }
    const keys = { prompts: rows.prompts, samples: rows.samples, tokens: batch.context.ownLength };
    device.drawBits({ seed: request.seed, step: request.step, ...keys, bits: this.bits, rows: count });
    device.rmsNorm({ x: residual, weight: model.finalNorm, out: this.hidden, rows: count, width, epsilon });
    device.headSample({
      hidden: this.hidden,
      matrix: model.head,
      ...(request.suppressTokens.length > 0 ? { mask: this.mask } : {}),
      sampling: request.sampling,
      bits: this.bits,
      tokens: this.tokens.slice(step * count, count),
      logProbability: this.logProbability.slice(step * count, count),
      entropy: this.entropy.slice(step * count, count),
      rows: count,
    });
  }

  private advance(step: number): void {
    const { count, batch, remaining } = this.rows;
    const { ids, positions, slots, context } = batch;
    const tokens = this.tokens.slice(step * count, count);
    const { ownStart, ownLength } = context;
    this.device.advanceRows({ tokens, stops: this.stops, remaining, ids, positions, slots, ownStart, ownLength, rows: count });
  }

  release(): void {
    this.arena.release();
  }
}

/** Rows that have no token yet. */
function freshRows(owners: readonly ActiveSample[]): number[] {
  return owners.flatMap(({ drawn }, row) => (drawn === 0 ? [row] : []));
}

/** Hands a block's tokens to the samples that drew them, up to where each ends; returns how many were taken. */
function takeResults({ owners, steps, results }: Block, stop: ReadonlySet<number>, contextLength: number): number {
  let taken = 0;
  owners.forEach((sample, row) => {
    for (let step = 0; step < steps && sample.finish === null; step++) {
      const at = step * owners.length + row;
      const token = results.tokens[at]!;
      sample.tokens[sample.length] = token;
      sample.logProbabilities[sample.length] = results.logProbability[at]!;
      sample.entropies[sample.length] = results.entropy[at]!;
      sample.length++;
      taken++;
      if (stop.has(token)) sample.finish = 'stop';
      else if (sample.length === contextLength) sample.finish = 'length';
    }
  });
  return taken;
}

/** u32 [V]: 1 where a token ends a response. */
function stopFlags(vocabularySize: number, stop: ReadonlySet<number>): Uint32Array {
  return Uint32Array.from({ length: vocabularySize }, (_, token) => (stop.has(token) ? 1 : 0));
}

function blockTokensOf(device: Device, { blockTokens }: LocalEngineSettings): number {
  return blockTokens ?? DEFAULT_BLOCK_TOKENS[device.kind];
}

function batchRows({ slots, promptCapacity }: LocalEngineSettings): number {
  return Math.max(slots, promptCapacity);
}

function cachePositions({ slots, promptSegments, promptCapacity, contextLength }: LocalEngineSettings): number {
  return promptSegments * aligned(promptCapacity) + slots * aligned(contextLength);
}

/** Bytes of the arena "rollout". */
export function engineBytes(model: Pick<LanguageModel, 'device' | 'config'>, settings: LocalEngineSettings): number {
  const { device, config } = model;
  const { slots, promptSegments } = settings;
  const rows = batchRows(settings);
  const drawn = blockTokensOf(device, settings) * slots;
  return (
    RowBatch.bytes(device, rows) +
    DecodeRows.bytes(device, slots) +
    Activations.bytes(device, config, rows, 'nothing') +
    config.layers * device.cacheBytes(cachePositions(settings), config.keyValueHeads, config.headWidth) +
    device.bytesFor('f32', promptSegments * config.width) +
    2 * device.bytesFor('f32', slots * config.width) +
    2 * device.bytesFor('u32', slots) +
    device.bytesFor('u32', drawn) +
    2 * device.bytesFor('f32', drawn) +
    device.bytesFor('f32', config.vocabularySize) +
    device.bytesFor('u32', config.vocabularySize)
  );
}
