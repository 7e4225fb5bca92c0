import { type AdamWStep, type Arena, type Device, type DeviceBuffer, type KeyValueCache, SUPPRESSED } from '@or1/compute';
import { EMBEDDING, HEAD } from '../config-tensors.ts';
import type { TensorReader } from '../folder-types.ts';
import type { Learner, LearnerOptions, TokenScores, TokenWeights, TrainingGroup } from '../learner-types.ts';
import { Activations, type Keeping } from './activations.ts';
import { BackwardScratch, backwardLayers } from './backward.ts';
import { forwardLayers } from './forward.ts';
import type { LanguageModel } from './language-model.ts';
import { layOutRows, type MicroBatch, type Predictions, planMicroBatches } from './packing.ts';
import { ParameterBuffer } from './parameters.ts';
import { RowBatch } from './row-batch.ts';

export interface LearnerSettings {
  /** Rows (prompt and response tokens) of a micro-batch: decides memory, not results. */
  readonly microBatchRows: number;
  /** Also allocates gradients, moments and what the backward pass needs; the model must be trainable too. */
  readonly trainable: boolean;
  /**
   * Activation checkpointing: keeps each layer's input only, and runs the layer again in the backward pass. Takes a third more
   * arithmetic and a small part of the memory a row; the gradients are the same bits.
   */
  readonly checkpointing?: boolean;
}

function keepingOf({ trainable, checkpointing = false }: LearnerSettings): Keeping {
  if (!trainable) return 'nothing';
  return checkpointing ? 'inputs' : 'all';
}

/** Caches of keys and values: one a layer where the backward pass reads them, else one that each layer overwrites. */
function cacheCount(model: Pick<LanguageModel, 'device' | 'config'>, settings: LearnerSettings): number {
  return keepingOf(settings) === 'all' ? model.config.layers : 1;
}

/** Scores and learns on a device. Owns the arenas "learner" and, if trainable, "optimizer". */
export class DeviceLearner implements Learner {
  private readonly device: Device;
  private readonly batch: RowBatch;
  private readonly activations: Activations;
  private readonly caches: readonly KeyValueCache[];
  private readonly arena: Arena;
  private readonly optimizerArena: Arena | null = null;
  private readonly scratch: BackwardScratch | null = null;
  readonly gradients: ParameterBuffer | null = null;
  /** First and second moments of AdamW. */
  readonly moments: { readonly first: ParameterBuffer; readonly second: ParameterBuffer } | null = null;
  /**
   * Where the head's gradient is summed. A tied head has a buffer of its own, added to the embedding's gradient once all micro-batches
   * are done: summed in turn with the embedding's, the rounding would depend on the micro-batch size.
   */
  private readonly headGradient: DeviceBuffer | null = null;
  private readonly norm: DeviceBuffer;
  private readonly mask: DeviceBuffer;
  private readonly familyStart: DeviceBuffer;
  private readonly head: HeadBuffers;
  private maskedTokens = '';

  constructor(
    readonly model: LanguageModel,
    readonly settings: LearnerSettings,
  ) {
    const { device, config } = model;
    this.device = device;
    const rows = settings.microBatchRows;
    if (!Number.isInteger(rows) || rows < 2) throw new RangeError(`microBatchRows must be a whole number of at least 2, not ${rows}`);
    this.arena = device.createArena('learner', learnerBytes(model, settings));
    this.batch = new RowBatch(device, this.arena, rows);
    this.activations = new Activations(this.arena, config, rows, keepingOf(settings));
    const caches = Array.from({ length: cacheCount(model, settings) }, () =>
      device.createCache(this.arena, rows, config.keyValueHeads, config.headWidth),
    );
    this.caches = Array.from({ length: config.layers }, (_, index) => caches[index % caches.length]!);
    this.norm = this.arena.allocate('f32', 1, 'gradient norm');
    this.mask = this.arena.allocate('f32', config.vocabularySize, 'suppressed tokens');
    this.familyStart = this.arena.allocate('u32', rows + 1, 'family starts');
    this.head = allocateHead(this.arena, rows, config.width, settings.trainable);
    if (settings.trainable) {
      this.scratch = new BackwardScratch(this.arena, config, rows);
      const { layout } = model.parameters;
      this.optimizerArena = device.createArena('optimizer', 3 * device.bytesFor('f32', layout.length));
      this.gradients = ParameterBuffer.allocate(device, layout, this.optimizerArena, 'gradients');
      this.moments = {
        first: ParameterBuffer.allocate(device, layout, this.optimizerArena, 'first moments'),
        second: ParameterBuffer.allocate(device, layout, this.optimizerArena, 'second moments'),
      };
      this.headGradient = config.tiedHead
        ? this.arena.allocate('f32', config.vocabularySize * config.width, 'head gradient')
        : this.gradients.slice(HEAD);
    }
  }

  get parameterCount(): number {
    return this.model.parameterCount;
  }

  async score(groups: readonly TrainingGroup[], options: LearnerOptions): Promise<TokenScores> {
    return this.run(groups, options, null);
  }

  async accumulate(
    groups: readonly TrainingGroup[],
    options: LearnerOptions,
    weights: TokenWeights | ((scores: TokenScores, range: { start: number; end: number }) => TokenWeights),
  ): Promise<TokenScores> {
    if (!this.gradients) throw new Error('this learner was made to score only; make it with trainable: true');
    return this.run(groups, options, weights);
  }

  private async run(
    groups: readonly TrainingGroup[],
    options: LearnerOptions,
    weights: TokenWeights | ((scores: TokenScores, range: { start: number; end: number }) => TokenWeights) | null,
  ): Promise<TokenScores> {
    const total = groups.reduce((sum, group) => sum + group.responses.reduce((length, response) => length + response.length, 0), 0);
    const scores = { logProbabilities: new Float32Array(total), entropies: new Float32Array(total) };
    this.setMask(options.suppressTokens);
    // Scores that nobody waits for arrive while the next micro-batch is laid out and run.
    const arriving: Promise<void>[] = [];
    for (const micro of planMicroBatches(groups, this.settings.microBatchRows)) {
      if (micro.end === micro.start) continue;
      const predictions = layOutRows(groups, micro, this.batch);
      this.forward(predictions, options);
      const own = {
        logProbabilities: scores.logProbabilities.subarray(micro.start, micro.end),
        entropies: scores.entropies.subarray(micro.start, micro.end),
      };
      const known = weights !== null && typeof weights !== 'function';
      if (known) this.backward(predictions, options, cut(weights, micro));
      const count = predictions.targets.length;
      const reads = [
        this.device.read(this.head.logProbability.slice(0, count), own.logProbabilities),
        this.device.read(this.head.entropy.slice(0, count), own.entropies),
      ];
      // Whoever waits sees a failure; until then it must not count as unhandled.
      for (const read of reads) read.catch(() => undefined);
      if (typeof weights !== 'function') arriving.push(...reads);
      else {
        await Promise.all(reads);
        const computed = weights(own, { start: micro.start, end: micro.end });
        if (computed.logProbability.length !== count || computed.entropy.length !== count) {
          throw new RangeError(
            `weights for ${count} tokens were asked for, ${computed.logProbability.length} and ${computed.entropy.length} came back`,
          );
        }
        this.backward(predictions, options, computed);
      }
    }
    if (weights !== null && this.model.config.tiedHead) {
      this.device.add(this.trainableGradients().slice(EMBEDDING), this.headGradient!);
      this.device.zero(this.headGradient!);
    }
    await Promise.all(arriving);
    await this.device.flush();
    return scores;
  }

  private setMask(suppressTokens: readonly number[]): void {
    const key = suppressTokens.join(',');
    if (key === this.maskedTokens) return;
    this.device.write(this.mask, suppressionMask(this.model.config.vocabularySize, suppressTokens));
    this.maskedTokens = key;
  }

  private headCall(options: LearnerOptions) {
    return {
      hidden: this.head.hidden,
      matrix: this.model.head,
      ...(this.maskedTokens === '' ? {} : { mask: this.mask }),
      targets: this.head.targets,
      temperature: options.temperature,
      entropy: this.head.entropy,
      logSumExp: this.head.logSumExp,
    };
  }

  private forward(predictions: Predictions, options: LearnerOptions): void {
    const { device, model, head } = this;
    const { width, epsilon } = model.config;
    this.batch.upload();
    forwardLayers(model, this.batch, this.caches, this.activations);
    const rows = predictions.rows.length;
    device.write(head.rows, predictions.rows);
    device.write(head.targets, predictions.targets);
    device.embedding({ table: this.activations.output, ids: head.rows, out: head.residual, rows, width });
    device.rmsNorm({ x: head.residual, weight: model.finalNorm, out: head.hidden, rows, width, epsilon });
    device.headForward({ ...this.headCall(options), logProbability: head.logProbability, rows });
  }

  private backward(predictions: Predictions, options: LearnerOptions, weights: TokenWeights): void {
    const { device, model, head, scratch, gradients, headGradient } = this;
    if (!scratch || !gradients || !headGradient || !head.gradient)
      throw new Error('this learner was made to score only; make it with trainable: true');
    const { width, epsilon } = model.config;
    const rows = predictions.rows.length;
    device.write(head.gradient.logProbabilityWeight, weights.logProbability);
    device.write(head.gradient.entropyWeight, weights.entropy);
    device.write(this.familyStart, predictions.familyStart);
    device.headBackward({
      ...this.headCall(options),
      logProbabilityWeight: head.gradient.logProbabilityWeight,
      entropyWeight: head.gradient.entropyWeight,
      hiddenGradient: head.gradient.hidden,
      weightGradient: headGradient,
      rows,
    });
    device.rmsNormBackward({
      x: head.residual,
      weight: model.finalNorm,
      outGradient: head.gradient.hidden,
      xGradient: head.gradient.residual,
      weightGradient: gradients.slice('model.norm.weight'),
      scratch: head.gradient.roots,
      rows,
      width,
      epsilon,
      accumulate: false,
    });
    device.zero(scratch.residual.slice(0, this.batch.count * width));
    device.embeddingBackward({ tableGradient: scratch.residual, ids: head.rows, outGradient: head.gradient.residual, rows, width });
    const families = { start: this.familyStart, count: predictions.familyStart.length - 1 };
    backwardLayers(model, this.batch, families, this.caches, this.activations, scratch, gradients);
  }

  zeroGradients(): void {
    this.device.zero(this.trainableGradients().all);
  }

  async gradientNorm(): Promise<number> {
    this.device.sumOfSquares({ values: this.trainableGradients().all, out: this.norm });
    const sum = new Float64Array(1);
    await this.device.read(this.norm, sum);
    return Math.sqrt(sum[0]!);
  }

  applyAdamW(step: AdamWStep): void {
    const gradients = this.trainableGradients();
    const { first, second } = this.moments!;
    this.device.adamW({ parameters: this.model.parameters.all, gradients: gradients.all, first: first.all, second: second.all, step });
    this.model.refresh();
  }

  /** Restores AdamW's moments, as `moments.first` and `moments.second` gave them by name. */
  async loadMoments(first: TensorReader, second: TensorReader): Promise<void> {
    this.trainableGradients();
    await this.moments!.first.load(first);
    await this.moments!.second.load(second);
  }

  private trainableGradients(): ParameterBuffer {
    if (!this.gradients) throw new Error('this learner was made to score only; make it with trainable: true');
    return this.gradients;
  }

  release(): void {
    this.arena.release();
    this.optimizerArena?.release();
  }
}

/** f32 [V]: 0, or SUPPRESSED for barred tokens. */
export function suppressionMask(vocabularySize: number, suppressTokens: readonly number[]): Float32Array<ArrayBuffer> {
  const mask = new Float32Array(vocabularySize);
  for (const token of suppressTokens) {
    if (!Number.isInteger(token) || token < 0 || token >= vocabularySize)
      throw new RangeError(`suppressed token ${token} is not in a vocabulary of ${vocabularySize}`);
    mask[token] = SUPPRESSED;
  }
  return mask;
}

function cut(weights: TokenWeights, { start, end }: MicroBatch): TokenWeights {
  if (weights.logProbability.length < end || weights.entropy.length < end) {
    throw new RangeError(`weights for ${weights.logProbability.length} tokens do not cover token ${end - 1}`);
  }
  return { logProbability: weights.logProbability.subarray(start, end), entropy: weights.entropy.subarray(start, end) };
}

interface HeadBuffers {
  readonly rows: DeviceBuffer;
  readonly targets: DeviceBuffer;
  readonly residual: DeviceBuffer;
  readonly hidden: DeviceBuffer;
  readonly logProbability: DeviceBuffer;
  readonly entropy: DeviceBuffer;
  readonly logSumExp: DeviceBuffer;
  readonly gradient: {
    readonly hidden: DeviceBuffer;
    readonly residual: DeviceBuffer;
    readonly roots: DeviceBuffer;
    readonly logProbabilityWeight: DeviceBuffer;
    readonly entropyWeight: DeviceBuffer;
  } | null;
}

function allocateHead(arena: Arena, scored: number, width: number, trainable: boolean): HeadBuffers {
  const real = (count: number, label: string) => arena.allocate('f32', count, label);
  return {
    rows: arena.allocate('u32', scored, 'scored rows'),
    targets: arena.allocate('u32', scored, 'scored tokens'),
    residual: real(scored * width, 'scored residual'),
    hidden: real(scored * width, 'scored hidden states'),
    logProbability: real(scored, 'log-probabilities'),
    entropy: real(scored, 'entropies'),
    logSumExp: real(scored, 'log-sum-exps'),
    gradient: trainable
      ? {
          hidden: real(scored * width, 'hidden gradient'),
          residual: real(scored * width, 'scored residual gradient'),
          roots: real(scored, 'final norm roots'),
          logProbabilityWeight: real(scored, 'log-probability weights'),
          entropyWeight: real(scored, 'entropy weights'),
        }
      : null,
  };
}

/** Bytes of the arena "learner"; gradients and moments (three times the parameters) come on top. */
export function learnerBytes(model: Pick<LanguageModel, 'device' | 'config'>, settings: LearnerSettings): number {
  const { device, config } = model;
  const rows = settings.microBatchRows;
  const head = 2 * device.bytesFor('u32', rows) + 2 * device.bytesFor('f32', rows * config.width) + 3 * device.bytesFor('f32', rows);
  const headGradient = 2 * device.bytesFor('f32', rows * config.width) + 3 * device.bytesFor('f32', rows);
  const tiedHeadGradient = config.tiedHead ? device.bytesFor('f32', config.vocabularySize * config.width) : 0;
  const caches = cacheCount(model, settings) * device.cacheBytes(rows, config.keyValueHeads, config.headWidth);
  return (
    RowBatch.bytes(device, rows) +
    Activations.bytes(device, config, rows, keepingOf(settings)) +
    caches +
    device.bytesFor('f32', 1) +
    device.bytesFor('f32', config.vocabularySize) +
    device.bytesFor('u32', rows + 1) +
    head +
    (settings.trainable ? headGradient + BackwardScratch.bytes(device, config, rows) + tiedHeadGradient : 0)
  );
}
