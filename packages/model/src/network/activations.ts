import type { Arena, Device, DeviceBuffer } from '@or1/compute';
import type { ModelConfig } from '../config-types.ts';

/** What one layer leaves behind. Inference reuses one set for all layers; training keeps one a layer for the backward pass. */
export interface LayerActivations {
  /** Residual stream before the attention norm, [R, D]. */
  readonly input: DeviceBuffer;
  readonly attentionNormed: DeviceBuffer;
  /** Query, key and value before the head norms; the same buffer as `queryKeyValue` where there are none. [R, (H + 2G) E] */
  readonly rawQueryKeyValue: DeviceBuffer;
  readonly queryKeyValue: DeviceBuffer;
  readonly attended: DeviceBuffer;
  readonly logSumExp: DeviceBuffer;
  /** Output of the attention projection, [R, D]. */
  readonly attentionOutput: DeviceBuffer;
  /** Residual stream before the feed-forward norm, [R, D]. */
  readonly middle: DeviceBuffer;
  readonly feedForwardNormed: DeviceBuffer;
  readonly gateUp: DeviceBuffer;
  readonly activated: DeviceBuffer;
}

interface Widths {
  readonly [name: string]: number;
}

function layerWidths(config: ModelConfig): Widths {
  const joint = (config.queryHeads + 2 * config.keyValueHeads) * config.headWidth;
  return {
    input: config.width,
    attentionNormed: config.width,
    ...(config.queryKeyNorm ? { rawQueryKeyValue: joint } : {}),
    queryKeyValue: joint,
    attended: config.queryHeads * config.headWidth,
    logSumExp: config.queryHeads,
    middle: config.width,
    feedForwardNormed: config.width,
    gateUp: 2 * config.feedForwardWidth,
    activated: config.feedForwardWidth,
  };
}

/** Activations for up to `rows` rows: one set (inference) or one a layer (training), and two residual deltas shared by all. */
export class Activations {
  readonly layers: readonly LayerActivations[];
  /** Output of the feed-forward block of the layer before, still to be added to the residual stream. */
  readonly feedForwardOutput: DeviceBuffer;
  /** Residual stream after the last layer, [R, D]. */
  readonly output: DeviceBuffer;

  constructor(arena: Arena, config: ModelConfig, rows: number, keepAll: boolean) {
    const allocate = (width: number, label: string) => arena.allocate('f32', rows * width, label);
    const attentionOutput = allocate(config.width, 'attention output');
    this.feedForwardOutput = allocate(config.width, 'feed-forward output');
    const make = (): LayerActivations => {
      const buffers: Record<string, DeviceBuffer> = {};
      for (const [name, width] of Object.entries(layerWidths(config))) buffers[name] = allocate(width, name);
      const { queryKeyValue } = buffers as { queryKeyValue: DeviceBuffer };
      return { rawQueryKeyValue: queryKeyValue, ...buffers, attentionOutput } as unknown as LayerActivations;
    };
    if (keepAll) {
      this.layers = Array.from({ length: config.layers }, make);
      this.output = allocate(config.width, 'final residual');
    } else {
      // In inference the residual stream is one buffer, updated in place.
      const shared = make();
      const inPlace = { ...shared, middle: shared.input };
      this.layers = Array.from({ length: config.layers }, () => inPlace);
      this.output = shared.input;
    }
  }

  static bytes(device: Device, config: ModelConfig, rows: number, keepAll: boolean): number {
    const buffer = (width: number) => device.bytesFor('f32', rows * width);
    const layer = Object.values(layerWidths(config)).reduce((sum, width) => sum + buffer(width), 0);
    return 2 * buffer(config.width) + (keepAll ? config.layers * layer + buffer(config.width) : layer);
  }
}
