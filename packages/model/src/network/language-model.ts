import type { Arena, Device, DeviceBuffer, Matrix } from '@or1/compute';
import { EMBEDDING, HEAD } from '../config-tensors.ts';
import type { ModelConfig } from '../config-types.ts';
import type { TensorReader } from '../folder-types.ts';
import { ropeTables } from '../rope-tables.ts';
import { ParameterBuffer, ParameterLayout } from './parameters.ts';

/** What the kernels need of one layer; biases and head norms are absent where the architecture has none. */
export interface LayerWeights {
  readonly prefix: string;
  readonly attentionNorm: DeviceBuffer;
  readonly queryKeyValue: Matrix;
  readonly queryKeyValueBias: DeviceBuffer | undefined;
  readonly queryNorm: DeviceBuffer | undefined;
  readonly keyNorm: DeviceBuffer | undefined;
  readonly output: Matrix;
  readonly outputBias: DeviceBuffer | undefined;
  readonly feedForwardNorm: DeviceBuffer;
  readonly gateUp: Matrix;
  readonly gateUpBias: DeviceBuffer | undefined;
  readonly down: Matrix;
  readonly downBias: DeviceBuffer | undefined;
}

/** Names of the parameters that a fused matrix or bias of a layer is made of. */
export const fused = {
  queryKeyValue: (prefix: string, kind: 'weight' | 'bias') => ['q', 'k', 'v'].map((part) => `${prefix}.self_attn.${part}_proj.${kind}`),
  gateUp: (prefix: string, kind: 'weight' | 'bias') => ['gate', 'up'].map((part) => `${prefix}.mlp.${part}_proj.${kind}`),
};

export interface LanguageModelOptions {
  /** Keep what the backward pass needs (one more packed copy of each matrix). */
  readonly trainable: boolean;
  /** Longest sequence that will be run; default: the configuration's `maxPositions`. */
  readonly positions?: number;
}

/** A decoder's parameters on a device, ready for the kernels. Owns the arena "parameters". */
export class LanguageModel {
  readonly layers: readonly LayerWeights[];
  readonly embedding: DeviceBuffer;
  readonly finalNorm: DeviceBuffer;
  readonly head: Matrix;
  readonly cosine: DeviceBuffer;
  readonly sine: DeviceBuffer;
  private readonly matrices: Matrix[] = [];

  private constructor(
    readonly device: Device,
    readonly config: ModelConfig,
    readonly parameters: ParameterBuffer,
    readonly positions: number,
    private readonly arena: Arena,
    private readonly trainable: boolean,
  ) {
    const { width, headWidth, queryHeads, keyValueHeads, feedForwardWidth } = config;
    const joint = (queryHeads + 2 * keyValueHeads) * headWidth;
    this.embedding = parameters.slice(EMBEDDING);
    this.finalNorm = parameters.slice('model.norm.weight');
    this.head = this.matrix([config.tiedHead ? EMBEDDING : HEAD], config.vocabularySize, width);
    this.layers = Array.from({ length: config.layers }, (_, index) => {
      const prefix = `model.layers.${index}`;
      return {
        prefix,
        attentionNorm: parameters.slice(`${prefix}.input_layernorm.weight`),
        queryKeyValue: this.matrix(fused.queryKeyValue(prefix, 'weight'), joint, width),
        queryKeyValueBias: parameters.optional(...fused.queryKeyValue(prefix, 'bias')),
        queryNorm: parameters.optional(`${prefix}.self_attn.q_norm.weight`),
        keyNorm: parameters.optional(`${prefix}.self_attn.k_norm.weight`),
        output: this.matrix([`${prefix}.self_attn.o_proj.weight`], width, queryHeads * headWidth),
        outputBias: parameters.optional(`${prefix}.self_attn.o_proj.bias`),
        feedForwardNorm: parameters.slice(`${prefix}.post_attention_layernorm.weight`),
        gateUp: this.matrix(fused.gateUp(prefix, 'weight'), 2 * feedForwardWidth, width),
        gateUpBias: parameters.optional(...fused.gateUp(prefix, 'bias')),
        down: this.matrix([`${prefix}.mlp.down_proj.weight`], width, feedForwardWidth),
        downBias: parameters.optional(`${prefix}.mlp.down_proj.bias`),
      };
    });
    this.cosine = arena.allocate('f32', (positions * headWidth) / 2, 'rotary cosines');
    this.sine = arena.allocate('f32', (positions * headWidth) / 2, 'rotary sines');
    const tables = ropeTables(config, positions);
    device.write(this.cosine, tables.cosine);
    device.write(this.sine, tables.sine);
  }

  /** Allocates the parameters, loads them from `tensors` and packs them. */
  static async create(device: Device, config: ModelConfig, tensors: TensorReader, options: LanguageModelOptions): Promise<LanguageModel> {
    const positions = options.positions ?? config.maxPositions;
    const layout = new ParameterLayout(config);
    const arena = device.createArena('parameters', parameterBytes(device, config, layout, positions, options.trainable));
    const model = new LanguageModel(
      device,
      config,
      ParameterBuffer.allocate(device, layout, arena, 'parameters'),
      positions,
      arena,
      options.trainable,
    );
    await model.load(tensors);
    return model;
  }

  private matrix(names: readonly string[], outputs: number, inputs: number): Matrix {
    const matrix = this.device.createMatrix(this.arena, this.parameters.slice(...names), outputs, inputs, this.trainable);
    this.matrices.push(matrix);
    return matrix;
  }

  /** Replaces every parameter. */
  async load(tensors: TensorReader): Promise<void> {
    await this.parameters.load(tensors);
    this.refresh();
  }

  /** Must follow every change of the parameters: renews the kernels' packed copies. */
  refresh(): void {
    this.device.refreshMatrices(this.matrices);
  }

  get parameterCount(): number {
    return this.parameters.layout.length;
  }

  release(): void {
    this.arena.release();
  }
}

/** Bytes of the arena "parameters": values, packed matrices, rotary tables. */
export function parameterBytes(
  device: Device,
  config: ModelConfig,
  layout: ParameterLayout,
  positions: number,
  trainable: boolean,
): number {
  const { width, headWidth, queryHeads, keyValueHeads, feedForwardWidth } = config;
  const matrix = (outputs: number, inputs: number) => device.matrixBytes(outputs, inputs, trainable);
  const layer =
    matrix((queryHeads + 2 * keyValueHeads) * headWidth, width) +
    matrix(width, queryHeads * headWidth) +
    matrix(2 * feedForwardWidth, width) +
    matrix(width, feedForwardWidth);
  return (
    device.bytesFor('f32', layout.length) +
    config.layers * layer +
    matrix(config.vocabularySize, width) +
    2 * device.bytesFor('f32', (positions * headWidth) / 2)
  );
}
