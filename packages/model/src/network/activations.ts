import type { Arena, Device, DeviceBuffer } from '@or1/compute';
import type { ModelConfig } from '../config-types.ts';

/** What one layer leaves behind. */
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

/**
 * What outlives a layer: `nothing` (inference: one set for all layers), `inputs` (activation checkpointing: the backward pass runs each
 * layer again from its input), or `all`.
 */
export type Keeping = 'nothing' | 'inputs' | 'all';

/** Activations for up to `rows` rows, and two residual deltas shared by all layers. */
export class Activations {
  readonly layers: readonly LayerActivations[];
  /** Output of the feed-forward block of the layer before, still to be added to the residual stream. */
  readonly feedForwardOutput: DeviceBuffer;
  /** Residual stream after the last layer, [R, D]. */
  readonly output: DeviceBuffer;

  constructor(
    arena: Arena,
    config: ModelConfig,
    rows: number,
    readonly keeping: Keeping,
  ) {
    const allocate = (width: number, label: string) => arena.allocate('f32', rows * width, label);
    const attentionOutput = allocate(config.width, 'attention output');
    this.feedForwardOutput = allocate(config.width, 'feed-forward output');
    const make = (): LayerActivations => {
      const buffers: Record<string, DeviceBuffer> = {};
      for (const [name, width] of Object.entries(layerWidths(config))) buffers[name] = allocate(width, name);
      const { queryKeyValue } = buffers as { queryKeyValue: DeviceBuffer };
      return { rawQueryKeyValue: queryKeyValue, ...buffers, attentionOutput } as unknown as LayerActivations;
    };
    if (keeping === 'all') {
      this.layers = Array.from({ length: config.layers }, make);
    } else {
      const shared = make();
      // In inference the residual stream is one buffer, updated in place.
      this.layers = Array.from({ length: config.layers }, (_, index) => {
        if (keeping === 'nothing') return { ...shared, middle: shared.input };
        return index === 0 ? shared : { ...shared, input: allocate(config.width, 'layer input') };
      });
    }
    this.output = keeping === 'nothing' ? this.layers[0]!.input : allocate(config.width, 'final residual');
  }

  static bytes(device: Device, config: ModelConfig, rows: number, keeping: Keeping): number {
    const buffer = (width: number) => device.bytesFor('f32', rows * width);
    const layer = Object.values(layerWidths(config)).reduce((sum, width) => sum + buffer(width), 0);
    const residual = buffer(config.width);
    if (keeping === 'nothing') return 2 * residual + layer;
    return 3 * residual + (keeping === 'all' ? config.layers * layer : layer + (config.layers - 1) * residual);
  }
}
