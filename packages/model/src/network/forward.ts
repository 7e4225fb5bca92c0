import type { DeviceBuffer, KeyValueCache } from '@or1/compute';
import type { Activations, LayerActivations } from './activations.ts';
import type { LanguageModel } from './language-model.ts';
import type { RowBatch } from './row-batch.ts';

export interface ForwardOptions {
  /** How many of the batch's first rows to run; default: all. */
  readonly rows?: number;
  /** Every row belongs to a sequence of its own, and no backward pass follows: no log-sum-exps are kept, which devices take as the sign. */
  readonly decoding?: boolean;
}

/**
 * Runs the rows of `batch` through every layer: keys and values go to `caches` (one a layer), the residual stream ends in
 * `activations.output`. The same code serves prefill, decoding, scoring and training, which is what makes them agree bit for bit.
 * Rows must come after the rows that they attend to have been stored, or in the same batch.
 */
export function forwardLayers(
  model: LanguageModel,
  batch: RowBatch,
  caches: readonly KeyValueCache[],
  activations: Activations,
  options: ForwardOptions = {},
): void {
  const { rows = batch.count } = options;
  const { device, config } = model;
  const { width } = config;
  device.embedding({ table: model.embedding, ids: batch.ids, out: activations.layers[0]!.input, rows, width });
  model.layers.forEach((layer, index) => {
    const kept = activations.layers[index]!;
    const previous = activations.layers[index - 1];
    if (previous && previous.middle !== kept.input) device.copy(kept.input.slice(0, rows * width), previous.middle.slice(0, rows * width));
    runLayer(model, batch, index, caches[index]!, kept, previous && activations.feedForwardOutput, options);
    device.linear({
      x: kept.activated,
      matrix: layer.down,
      ...(layer.downBias ? { bias: layer.downBias } : {}),
      out: activations.feedForwardOutput,
      rows,
    });
  });
  const last = activations.layers.at(-1)!;
  const length = rows * width;
  if (last.middle !== activations.output) device.copy(activations.output.slice(0, length), last.middle.slice(0, length));
  device.add(activations.output.slice(0, length), activations.feedForwardOutput.slice(0, length));
}

/**
 * One layer from its input to its activated feed-forward state. `residual` is added to the input first; without one, the input is taken
 * to hold the sum, so that a layer can be run again from what `forwardLayers` left there.
 */
export function runLayer(
  model: LanguageModel,
  batch: RowBatch,
  index: number,
  cache: KeyValueCache,
  kept: LayerActivations,
  residual: DeviceBuffer | undefined,
  { rows = batch.count, decoding = false }: ForwardOptions = {},
): void {
  const { device, config } = model;
  const { width, epsilon, queryHeads, keyValueHeads, headWidth } = config;
  const joint = (queryHeads + 2 * keyValueHeads) * headWidth;
  const layer = model.layers[index]!;
  device.rmsNorm({
    x: kept.input,
    ...(residual ? { residual } : {}),
    weight: layer.attentionNorm,
    out: kept.attentionNormed,
    rows,
    width,
    epsilon,
  });
  device.linear({
    x: kept.attentionNormed,
    matrix: layer.queryKeyValue,
    ...(layer.queryKeyValueBias ? { bias: layer.queryKeyValueBias } : {}),
    out: kept.rawQueryKeyValue,
    rows,
  });
  if (layer.queryNorm && layer.keyNorm) {
    const length = rows * joint;
    const keysAt = queryHeads * headWidth;
    device.copy(kept.queryKeyValue.slice(0, length), kept.rawQueryKeyValue.slice(0, length));
    const shape = { rows, width: headWidth, epsilon, stride: joint, outStride: joint };
    device.rmsNorm({ x: kept.rawQueryKeyValue, weight: layer.queryNorm, out: kept.queryKeyValue, groups: queryHeads, ...shape });
    device.rmsNorm({
      x: kept.rawQueryKeyValue.slice(keysAt, length - keysAt),
      weight: layer.keyNorm,
      out: kept.queryKeyValue.slice(keysAt, length - keysAt),
      groups: keyValueHeads,
      ...shape,
    });
  }
  device.rotateAndStore({
    qkv: kept.queryKeyValue,
    cosine: model.cosine,
    sine: model.sine,
    positions: batch.positions,
    slots: batch.slots,
    cache: cache,
    rows,
    queryHeads,
  });
  device.attention({
    qkv: kept.queryKeyValue,
    cache: cache,
    context: batch.context,
    out: kept.attended,
    ...(decoding ? {} : { logSumExp: kept.logSumExp }),
    rows,
    queryHeads,
  });
  device.linear({
    x: kept.attended,
    matrix: layer.output,
    ...(layer.outputBias ? { bias: layer.outputBias } : {}),
    out: kept.attentionOutput,
    rows,
  });
  if (kept.middle !== kept.input) device.copy(kept.middle.slice(0, rows * width), kept.input.slice(0, rows * width));
  device.rmsNorm({
    x: kept.middle,
    residual: kept.attentionOutput,
    weight: layer.feedForwardNorm,
    out: kept.feedForwardNormed,
    rows,
    width,
    epsilon,
  });
  device.linear({
    x: kept.feedForwardNormed,
    matrix: layer.gateUp,
    ...(layer.gateUpBias ? { bias: layer.gateUpBias } : {}),
    out: kept.gateUp,
    rows,
  });
  device.swiGlu({ gateUp: kept.gateUp, out: kept.activated, rows, width: config.feedForwardWidth });
}
