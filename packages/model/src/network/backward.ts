import type { Arena, Device, DeviceBuffer, KeyValueCache } from '@or1/compute';
import { EMBEDDING } from '../config-tensors.ts';
import type { ModelConfig } from '../config-types.ts';
import type { Activations } from './activations.ts';
import { runLayer } from './forward.ts';
import { fused, type LanguageModel } from './language-model.ts';
import type { ParameterBuffer } from './parameters.ts';
import type { RowBatch } from './row-batch.ts';

/** Scratch of the backward pass for up to `rows` rows, one set for all layers. */
export class BackwardScratch {
  /** dL/d residual stream, [R, D]; holds the gradient after the last layer when `backwardLayers` starts. */
  readonly residual: DeviceBuffer;
  readonly normed: DeviceBuffer;
  readonly queryKeyValue: DeviceBuffer;
  readonly rawQueryKeyValue: DeviceBuffer;
  readonly attended: DeviceBuffer;
  readonly gateUp: DeviceBuffer;
  readonly activated: DeviceBuffer;
  readonly roots: DeviceBuffer;

  constructor(arena: Arena, config: ModelConfig, rows: number) {
    const allocate = (width: number, label: string) => arena.allocate('f32', rows * width, label);
    const joint = (config.queryHeads + 2 * config.keyValueHeads) * config.headWidth;
    this.residual = allocate(config.width, 'residual gradient');
    this.normed = allocate(config.width, 'normed gradient');
    this.queryKeyValue = allocate(joint, 'query, key, value gradient');
    this.rawQueryKeyValue = config.queryKeyNorm ? allocate(joint, 'raw query, key, value gradient') : this.queryKeyValue;
    this.attended = allocate(config.queryHeads * config.headWidth, 'attention gradient');
    this.gateUp = allocate(2 * config.feedForwardWidth, 'gate and up gradient');
    this.activated = allocate(config.feedForwardWidth, 'activation gradient');
    this.roots = allocate(config.queryHeads, 'norm roots');
  }

  static bytes(device: Device, config: ModelConfig, rows: number): number {
    const joint = (config.queryHeads + 2 * config.keyValueHeads) * config.headWidth;
    const widths = [
      config.width,
      config.width,
      joint,
      config.queryHeads * config.headWidth,
      3 * config.feedForwardWidth,
      config.queryHeads,
    ];
    if (config.queryKeyNorm) widths.push(joint);
    return widths.reduce((sum, width) => sum + device.bytesFor('f32', rows * width) + 64, 0);
  }
}

/** Rows of one prompt and its responses; see `Device.attentionBackward`. */
export interface Families {
  readonly start: DeviceBuffer;
  readonly count: number;
}

/**
 * Reverses `forwardLayers`: from dL/d(final residual stream) in `scratch.residual`, adds every parameter's gradient to `gradients`.
 * Sums run over rows in order, so splitting the rows into micro-batches at family borders changes nothing. Where only the layers' inputs
 * were kept, a layer is run again first; the last one still stands.
 */
export function backwardLayers(
  model: LanguageModel,
  batch: RowBatch,
  families: Families,
  caches: readonly KeyValueCache[],
  activations: Activations,
  scratch: BackwardScratch,
  gradients: ParameterBuffer,
): void {
  const { device, config } = model;
  const rows = batch.count;
  const { width, epsilon, queryHeads, keyValueHeads, headWidth, feedForwardWidth } = config;
  const joint = (queryHeads + 2 * keyValueHeads) * headWidth;
  const linearGradients = (
    outGradient: DeviceBuffer,
    x: DeviceBuffer,
    names: readonly string[],
    biases: readonly string[],
    outputs: number,
    inputs: number,
  ) => {
    const biasGradient = gradients.optional(...biases);
    device.linearWeightGradient({
      outGradient,
      x,
      weightGradient: gradients.slice(...names),
      ...(biasGradient ? { biasGradient } : {}),
      rows,
      outputs,
      inputs,
    });
  };
  const normGradients = (x: DeviceBuffer, weight: DeviceBuffer, name: string) =>
    device.rmsNormBackward({
      x,
      weight,
      outGradient: scratch.normed,
      xGradient: scratch.residual,
      weightGradient: gradients.slice(name),
      scratch: scratch.roots,
      rows,
      width,
      epsilon,
      accumulate: true,
    });
  for (let index = config.layers - 1; index >= 0; index--) {
    const layer = model.layers[index]!;
    const kept = activations.layers[index]!;
    const { prefix } = layer;
    if (activations.keeping === 'inputs' && index < config.layers - 1) runLayer(model, batch, index, caches[index]!, kept, undefined);
    device.linearInputGradient({ outGradient: scratch.residual, matrix: layer.down, xGradient: scratch.activated, rows });
    linearGradients(
      scratch.residual,
      kept.activated,
      [`${prefix}.mlp.down_proj.weight`],
      [`${prefix}.mlp.down_proj.bias`],
      width,
      feedForwardWidth,
    );
    device.swiGluBackward({
      gateUp: kept.gateUp,
      outGradient: scratch.activated,
      gateUpGradient: scratch.gateUp,
      rows,
      width: feedForwardWidth,
    });
    device.linearInputGradient({ outGradient: scratch.gateUp, matrix: layer.gateUp, xGradient: scratch.normed, rows });
    linearGradients(
      scratch.gateUp,
      kept.feedForwardNormed,
      fused.gateUp(prefix, 'weight'),
      fused.gateUp(prefix, 'bias'),
      2 * feedForwardWidth,
      width,
    );
    normGradients(kept.middle, layer.feedForwardNorm, `${prefix}.post_attention_layernorm.weight`);

    device.linearInputGradient({ outGradient: scratch.residual, matrix: layer.output, xGradient: scratch.attended, rows });
    linearGradients(
      scratch.residual,
      kept.attended,
      [`${prefix}.self_attn.o_proj.weight`],
      [`${prefix}.self_attn.o_proj.bias`],
      width,
      queryHeads * headWidth,
    );
    device.attentionBackward({
      qkv: kept.queryKeyValue,
      cache: caches[index]!,
      context: batch.context,
      slots: batch.slots,
      familyStart: families.start,
      families: families.count,
      out: kept.attended,
      outGradient: scratch.attended,
      logSumExp: kept.logSumExp,
      qkvGradient: scratch.queryKeyValue,
      rows,
      queryHeads,
    });
    device.rotateBackward({
      qkvGradient: scratch.queryKeyValue,
      cosine: model.cosine,
      sine: model.sine,
      positions: batch.positions,
      rows,
      queryHeads,
      keyHeads: keyValueHeads,
      headWidth,
    });
    if (layer.queryNorm && layer.keyNorm) {
      const length = rows * joint;
      const keysAt = queryHeads * headWidth;
      device.copy(scratch.rawQueryKeyValue.slice(0, length), scratch.queryKeyValue.slice(0, length));
      const shape = { rows, width: headWidth, epsilon, stride: joint, gradientStride: joint, accumulate: false, scratch: scratch.roots };
      device.rmsNormBackward({
        x: kept.rawQueryKeyValue,
        weight: layer.queryNorm,
        outGradient: scratch.queryKeyValue,
        xGradient: scratch.rawQueryKeyValue,
        weightGradient: gradients.slice(`${prefix}.self_attn.q_norm.weight`),
        groups: queryHeads,
        ...shape,
      });
      device.rmsNormBackward({
        x: kept.rawQueryKeyValue.slice(keysAt, length - keysAt),
        weight: layer.keyNorm,
        outGradient: scratch.queryKeyValue.slice(keysAt, length - keysAt),
        xGradient: scratch.rawQueryKeyValue.slice(keysAt, length - keysAt),
        weightGradient: gradients.slice(`${prefix}.self_attn.k_norm.weight`),
        groups: keyValueHeads,
        ...shape,
      });
    }
    device.linearInputGradient({ outGradient: scratch.rawQueryKeyValue, matrix: layer.queryKeyValue, xGradient: scratch.normed, rows });
    linearGradients(
      scratch.rawQueryKeyValue,
      kept.attentionNormed,
      fused.queryKeyValue(prefix, 'weight'),
      fused.queryKeyValue(prefix, 'bias'),
      joint,
      width,
    );
    normGradients(kept.input, layer.attentionNorm, `${prefix}.input_layernorm.weight`);
  }
  device.embeddingBackward({ tableGradient: gradients.slice(EMBEDDING), ids: batch.ids, outGradient: scratch.residual, rows, width });
}
