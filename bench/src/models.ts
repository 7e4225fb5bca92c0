import { fileURLToPath } from 'node:url';
import type { Device } from '@or1/compute';
import {
  DeviceLearner,
  LanguageModel,
  type LearnerOptions,
  type ModelConfig,
  openModelFolder,
  parameterShapes,
  parseModelConfig,
  type TensorReader,
} from '@or1/model';
import { directoryFiles } from '@or1/model/node';
import { nanoBase } from '@or1/nano';
import { LocalEngine, type LocalEngineSettings } from '@or1/rollout';
import { planMemory } from '@or1/trainer';

/** A model whose figures are taken. */
export interface MeasuredModel {
  readonly name: string;
  readonly config: ModelConfig;
  readonly tensors: TensorReader;
  /** The folder, where there is one. */
  readonly folder: string | null;
}

/** The default start of reinforcement learning: 1 M parameters. */
export async function nanoModel(): Promise<MeasuredModel> {
  const folder = fileURLToPath(nanoBase('nano-E'));
  const { config, tensors } = await openModelFolder(directoryFiles(folder));
  return { name: 'nano', config, tensors, folder };
}

/** The next size up: 6 layers of width 256, 512 symbols, 5.8 M parameters; random weights. */
export function miniModel(seed: number): MeasuredModel {
  const config = parseModelConfig(
    {
      architectures: ['Qwen2ForCausalLM'],
      model_type: 'qwen2',
      hidden_act: 'silu',
      hidden_size: 256,
      intermediate_size: 1024,
      num_hidden_layers: 6,
      num_attention_heads: 8,
      num_key_value_heads: 4,
      vocab_size: 512,
      max_position_embeddings: 512,
      rms_norm_eps: 1e-6,
      rope_theta: 10000,
      tie_word_embeddings: true,
      use_sliding_window: false,
      eos_token_id: 511,
    },
    null,
  );
  return { name: 'mini', config, tensors: randomTensors(config, seed), folder: null };
}

/** Numbers in [0, 1) from a linear congruential generator: enough for weights that are only timed. */
export function uniform(seed: number): () => number {
  let state = (seed * 2654435761 + 1) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function randomTensors(config: ModelConfig, seed: number): TensorReader {
  const shapes = new Map(parameterShapes(config).map(({ name, shape }) => [name, shape]));
  const random = uniform(seed);
  return {
    async read(name) {
      const length = shapes.get(name)!.reduce((product, size) => product * size, 1);
      return Float32Array.from({ length }, () => (name.endsWith('norm.weight') ? 1 : (random() - 0.5) * 0.1));
    },
  };
}

export interface OpenedModel extends MeasuredModel {
  readonly network: LanguageModel;
  readonly engine: LocalEngine;
  readonly learner: DeviceLearner;
  /** How its tokens are scored: temperature 1, with its own suppressed tokens. */
  readonly scoring: LearnerOptions;
}

/** Puts a model on a device as the trainer does, ready to sample and to learn. */
export async function openOnDevice(
  device: Device,
  model: MeasuredModel,
  engine: Pick<LocalEngineSettings, 'promptCapacity' | 'contextLength'>,
): Promise<OpenedModel> {
  const { slots, microBatchRows } = planMemory(device, model.config, { ...engine, samplesPerPrompt: 8, trainable: true });
  const network = await LanguageModel.create(device, model.config, model.tensors, { trainable: true });
  return {
    ...model,
    network,
    engine: new LocalEngine(network, { slots, promptSegments: 40, ...engine }),
    learner: new DeviceLearner(network, { microBatchRows, trainable: true }),
    scoring: { temperature: 1, suppressTokens: model.config.generation.suppressTokens },
  };
}
