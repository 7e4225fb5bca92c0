import { parameterShapes, type TensorShape } from './config-tensors.ts';
import type { JsonObject, ModelConfig, StorageType } from './config-types.ts';
import { ModelInputError } from './folder-error.ts';
import type { TensorReader, WritableModelFiles } from './folder-types.ts';
import { INDEX_FILE, WEIGHTS_FILE } from './safetensors-reader.ts';
import { BYTES } from './safetensors-values.ts';
import { elementCount, safetensorsBytes } from './safetensors-writer.ts';

const DTYPE: Readonly<Record<StorageType, string>> = { f32: 'float32', bf16: 'bfloat16', f16: 'float16' };

/** A file of weights is no longer than this, unless one tensor is; Hugging Face folders are split at 5 GB by custom. */
const MAX_SHARD_BYTES = 5e9;

export interface WriteModelFolder {
  readonly config: ModelConfig;
  /** Asked for every tensor of `parameterShapes(config)`, in that order. */
  readonly tensors: TensorReader;
  /** How the weights are stored; the configuration's own way unless said otherwise. */
  readonly storage?: StorageType;
  /** Files to lay beside, by name, as `ModelFolder.companions()` gives them. */
  readonly companions?: ReadonlyMap<string, Uint8Array>;
}

/**
 * Writes a Hugging Face folder that `openModelFolder` and transformers open: config.json and generation_config.json as they were read
 * (but for the storage type), weights under their Hugging Face names, a tied head once, as the embedding. Each file is written
 * atomically and config.json last, so that a folder with a config.json is whole.
 *
 * @throws ModelInputError when other weights are in the way; RangeError when a tensor has the wrong size or does not fit the storage type.
 */
export async function writeModelFolder(files: WritableModelFiles, options: WriteModelFolder): Promise<void> {
  await writeShards(files, options, MAX_SHARD_BYTES);
}

/** `writeModelFolder` with the bound on a file's size as an argument. */
export async function writeShards(files: WritableModelFiles, options: WriteModelFolder, maxShardBytes: number): Promise<void> {
  const { config, tensors, storage = config.storage, companions = new Map() } = options;
  const shards = splitShards(parameterShapes(config), storage, maxShardBytes);
  const names = shards.map((_, index) => shardName(index, shards.length));
  await refuseOtherWeights(files, shards.length === 1 ? names : [...names, INDEX_FILE]);
  for (const [index, shapes] of shards.entries()) await files.write(names[index]!, safetensorsBytes(shapes, storage, tensors));
  if (shards.length > 1) await files.write(INDEX_FILE, jsonBytes(shardIndex(shards, names, storage)));
  for (const [name, content] of companions) await files.write(name, content);
  if (config.generation.raw !== null) await files.write('generation_config.json', jsonBytes(config.generation.raw));
  await files.write('config.json', jsonBytes(withStorage(config.raw, storage)));
}

function splitShards(shapes: readonly TensorShape[], storage: StorageType, maxShardBytes: number): TensorShape[][] {
  const shards: TensorShape[][] = [];
  let room = 0;
  for (const shape of shapes) {
    const bytes = elementCount(shape.shape) * BYTES[storage];
    if (shards.length === 0 || bytes > room) {
      shards.push([]);
      room = maxShardBytes;
    }
    shards.at(-1)!.push(shape);
    room -= bytes;
  }
  return shards;
}

function shardName(index: number, count: number): string {
  const padded = (value: number) => String(value).padStart(5, '0');
  return count === 1 ? WEIGHTS_FILE : `model-${padded(index + 1)}-of-${padded(count)}.safetensors`;
}

function shardIndex(shards: readonly TensorShape[][], names: readonly string[], storage: StorageType): JsonObject {
  const weightMap: Record<string, string> = {};
  let totalSize = 0;
  for (const [index, shapes] of shards.entries()) {
    for (const { name, shape } of shapes) {
      weightMap[name] = names[index]!;
      totalSize += elementCount(shape) * BYTES[storage];
    }
  }
  return { metadata: { total_size: totalSize }, weight_map: weightMap };
}

async function refuseOtherWeights(files: WritableModelFiles, written: readonly string[]): Promise<void> {
  const other = (await files.list()).find((name) => /\.safetensors(\.index\.json)?$/.test(name) && !written.includes(name));
  if (other !== undefined) {
    throw new ModelInputError(`${files.location} holds ${other}, which would stand beside the new weights; write to an empty folder`);
  }
}

/** Both spellings are kept up where both are there; a file with neither gets the newer one. */
function withStorage(raw: JsonObject, storage: StorageType): JsonObject {
  const keys = ['torch_dtype', 'dtype'].filter((key) => key in raw);
  return { ...raw, ...Object.fromEntries((keys.length === 0 ? ['dtype'] : keys).map((key) => [key, DTYPE[storage]])) };
}

function jsonBytes(value: JsonObject): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
}
