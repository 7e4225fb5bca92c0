import { type Arena, type Device, type DeviceBuffer, type KeyValueCache, randomWords, SEGMENT_ALIGNMENT } from '@or1/compute';
import { Activations, forwardLayers, type LanguageModel, RowBatch, suppressionMask } from '@or1/model';
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
}

/** How long the engine computes before it lets timers, signals and verifiers have a turn. */
const TURN_MS = 40;

const aligned = (count: number) => Math.ceil(count / SEGMENT_ALIGNMENT) * SEGMENT_ALIGNMENT;

/**
 * Generates groups of samples on one device with continuous batching: a prompt is prefilled once and its keys and values are shared
 * by its samples; a slot whose response ends is refilled before the next decode step. Owns the arena "rollout".
 */
export class LocalEngine implements RolloutEngine {
  private readonly device: Device;
  private readonly arena: Arena;
  private readonly batch: RowBatch;
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
  private readonly ownBase: number;
  private readonly host: { bits: Uint32Array; tokens: Uint32Array; logProbability: Float32Array; entropy: Float32Array };

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
    this.arena = device.createArena('rollout', engineBytes(model, settings));
    const rows = batchRows(settings);
    this.batch = new RowBatch(device, this.arena, rows);
    this.activations = new Activations(this.arena, config, rows, false);
    this.ownBase = promptSegments * aligned(promptCapacity);
    this.caches = Array.from({ length: config.layers }, () =>
      device.createCache(this.arena, cachePositions(settings), config.keyValueHeads, config.headWidth),
    );
    this.promptResidual = this.arena.allocate('f32', promptSegments * config.width, 'prompt residuals');
    this.residual = this.arena.allocate('f32', slots * config.width, 'sampled residuals');
    this.hidden = this.arena.allocate('f32', slots * config.width, 'sampled hidden states');
    this.gathered = this.arena.allocate('u32', Math.max(slots, promptSegments), 'gathered rows');
    this.bits = this.arena.allocate('u32', slots, 'random bits');
    this.tokens = this.arena.allocate('u32', slots, 'sampled tokens');
    this.logProbability = this.arena.allocate('f32', slots, 'sampled log-probabilities');
    this.entropy = this.arena.allocate('f32', slots, 'entropies');
    this.mask = this.arena.allocate('f32', config.vocabularySize, 'suppressed tokens');
    this.host = {
      bits: new Uint32Array(slots),
      tokens: new Uint32Array(slots),
      logProbability: new Float32Array(slots),
      entropy: new Float32Array(slots),
    };
  }

  /**
   * @throws RangeError where a prompt or the context length exceeds the engine's settings; the signal's reason where it aborts.
   */
  async generate(request: GenerationRequest): Promise<GenerationResult> {
    this.check(request);
    const schedule = new Schedule(request, this.settings.slots, this.settings.promptSegments);
    this.device.write(this.mask, suppressionMask(this.model.config.vocabularySize, request.suppressTokens));
    const stop = new Set(request.stopTokens);
    const startedMs = performance.now();
    let turnMs = startedMs;
    let prefillMs = 0;
    let generatedTokens = 0;
    let promptTokens = 0;
    while (!schedule.done) {
      request.signal?.throwIfAborted();
      const beforePrefill = performance.now();
      const prompts = schedule.takePrompts(this.batch.capacity);
      if (prompts.length > 0) {
        promptTokens += await this.prefill(request, prompts);
        prefillMs += performance.now() - beforePrefill;
      }
      const decoding = schedule.active.length;
      schedule.admit();
      await this.decode(request, schedule.active, decoding);
      generatedTokens += schedule.active.length;
      for (const rollout of schedule.retire((sample) => finishReason(sample, stop, request.contextLength))) request.onRollout?.(rollout);
      const now = performance.now();
      request.onProgress?.({ finished: schedule.finished.length, total: schedule.total, generatedTokens, elapsedMs: now - startedMs });
      if (now - turnMs > TURN_MS) {
        await new Promise<void>((resume) => setTimeout(resume, 0));
        turnMs = performance.now();
      }
    }
    const rollouts = schedule.finished.sort((a, b) => a.prompt - b.prompt || a.sample - b.sample);
    return { rollouts, promptTokens, generatedTokens, prefillMs, decodeMs: performance.now() - startedMs - prefillMs };
  }

  private check(request: GenerationRequest): void {
    const { contextLength, promptCapacity } = this.settings;
    if (request.contextLength > contextLength) {
      throw new RangeError(`a context length of ${request.contextLength} was asked for; this engine was made for ${contextLength}`);
    }
    request.prompts.forEach(({ tokens }, index) => {
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
    const { device, model } = this;
    const { width } = model.config;
    this.batch.clear();
    const lastRows = prompts.map(({ prompt, segment }) => {
      const prefixStart = this.segmentStart(segment);
      request.prompts[prompt]!.tokens.forEach((id, position) => {
        this.batch.add({ id, position, slot: prefixStart + position, prefixStart, prefixLength: position + 1, ownStart: 0, ownLength: 0 });
      });
      return this.batch.count - 1;
    });
    this.batch.upload();
    forwardLayers(model, this.batch, this.caches, this.activations);
    prompts.forEach(({ segment }, index) => {
      device.copy(this.promptResidual.slice(segment * width, width), this.activations.output.slice(lastRows[index]! * width, width));
    });
    await device.flush();
    return this.batch.count;
  }

  /** One token for every active sample; those from `decoding` on have none yet and draw their first from the prompt's residual. */
  private async decode(request: GenerationRequest, active: readonly ActiveSample[], decoding: number): Promise<void> {
    const { device, model, host } = this;
    const { width, epsilon } = model.config;
    const rows = active.length;
    if (decoding > 0) {
      this.batch.clear();
      for (let row = 0; row < decoding; row++) {
        const sample = active[row]!;
        const prefixLength = request.prompts[sample.prompt]!.tokens.length;
        const ownStart = this.ownBase + sample.slot * aligned(this.settings.contextLength);
        this.batch.add({
          id: sample.tokens[sample.length - 1]!,
          position: prefixLength + sample.length - 1,
          slot: ownStart + sample.length - 1,
          prefixStart: this.segmentStart(sample.segment),
          prefixLength,
          ownStart,
          ownLength: sample.length,
        });
      }
      this.batch.upload();
      forwardLayers(model, this.batch, this.caches, this.activations);
      device.copy(this.residual.slice(0, decoding * width), this.activations.output.slice(0, decoding * width));
    }
    const fresh = rows - decoding;
    if (fresh > 0) {
      device.write(
        this.gathered,
        Uint32Array.from(active.slice(decoding), ({ segment }) => segment),
      );
      const out = this.residual.slice(decoding * width, fresh * width);
      device.embedding({ table: this.promptResidual, ids: this.gathered, out, rows: fresh, width });
    }
    active.forEach((sample, row) => {
      const { key } = request.prompts[sample.prompt]!;
      host.bits[row] = randomWords({ seed: request.seed, step: request.step, prompt: key, sample: sample.sample, token: sample.length })[0];
    });
    device.write(this.bits, host.bits.subarray(0, rows));
    device.rmsNorm({ x: this.residual, weight: model.finalNorm, out: this.hidden, rows, width, epsilon });
    device.headSample({
      hidden: this.hidden,
      matrix: model.head,
      ...(request.suppressTokens.length > 0 ? { mask: this.mask } : {}),
      sampling: request.sampling,
      bits: this.bits,
      tokens: this.tokens,
      logProbability: this.logProbability,
      entropy: this.entropy,
      rows,
    });
    await device.read(this.tokens.slice(0, rows), host.tokens.subarray(0, rows));
    await device.read(this.logProbability.slice(0, rows), host.logProbability.subarray(0, rows));
    await device.read(this.entropy.slice(0, rows), host.entropy.subarray(0, rows));
    active.forEach((sample, row) => {
      sample.tokens[sample.length] = host.tokens[row]!;
      sample.logProbabilities[sample.length] = host.logProbability[row]!;
      sample.entropies[sample.length] = host.entropy[row]!;
      sample.length++;
    });
  }

  release(): void {
    this.arena.release();
  }
}

function finishReason(sample: ActiveSample, stop: ReadonlySet<number>, contextLength: number): 'stop' | 'length' | null {
  if (stop.has(sample.tokens[sample.length - 1]!)) return 'stop';
  return sample.length === contextLength ? 'length' : null;
}

function batchRows({ slots, promptCapacity }: LocalEngineSettings): number {
  return Math.max(slots, promptCapacity);
}

function cachePositions({ slots, promptSegments, promptCapacity, contextLength }: LocalEngineSettings): number {
  return promptSegments * aligned(promptCapacity) + slots * aligned(contextLength);
}

/** Bytes of the arena "rollout". */
export function engineBytes(model: LanguageModel, settings: LocalEngineSettings): number {
  const { device, config } = model;
  const { slots, promptSegments } = settings;
  const rows = batchRows(settings);
  return (
    RowBatch.bytes(device, rows) +
    Activations.bytes(device, config, rows, false) +
    config.layers * device.cacheBytes(cachePositions(settings), config.keyValueHeads, config.headWidth) +
    device.bytesFor('f32', promptSegments * config.width) +
    2 * device.bytesFor('f32', slots * config.width) +
    device.bytesFor('u32', Math.max(slots, promptSegments)) +
    4 * device.bytesFor('u32', slots) +
    device.bytesFor('f32', config.vocabularySize)
  );
}
