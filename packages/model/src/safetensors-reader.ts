import { isJsonObject, parseJsonObject, shown } from './config-json.ts';
import type { StorageType } from './config-types.ts';
import { ModelInputError } from './folder-error.ts';
import type { ModelFiles } from './folder-types.ts';
import { headerLength, parseHeader, type StoredTensor } from './safetensors-header.ts';
import { BYTES, decodeValues } from './safetensors-values.ts';

export const WEIGHTS_FILE = 'model.safetensors';
export const INDEX_FILE = 'model.safetensors.index.json';

/** Bytes read at once, so that a large tensor never stands in memory twice. */
const READ_BYTES = 1 << 26;

const STORAGE: Readonly<Record<string, StorageType>> = { F32: 'f32', BF16: 'bf16', F16: 'f16' };

/** Every tensor of a folder's weights, one file or several with an index, by name. Only headers are read. */
export async function readTensorIndex(files: ModelFiles): Promise<ReadonlyMap<string, StoredTensor>> {
  const tensors = new Map<string, StoredTensor>();
  for (const file of await weightFiles(files)) {
    for (const tensor of await readHeader(files, file)) {
      const other = tensors.get(tensor.name);
      if (other !== undefined)
        throw new ModelInputError(`tensor ${tensor.name} is in both ${other.file} and ${file} of ${files.location}; remove one`);
      tensors.set(tensor.name, tensor);
    }
  }
  return tensors;
}

/** The tensor's values as f32. Type and shape come from the checked header. */
export async function readTensor(files: ModelFiles, tensor: StoredTensor): Promise<Float32Array<ArrayBuffer>> {
  const storage = storageOf(tensor);
  const width = BYTES[storage];
  const out = new Float32Array((tensor.end - tensor.start) / width);
  for (let start = tensor.start; start < tensor.end; start += READ_BYTES) {
    const end = Math.min(start + READ_BYTES, tensor.end);
    const bytes = await files.read(tensor.file, { start, end });
    decodeValues(storage, bytes, out.subarray((start - tensor.start) / width, (end - tensor.start) / width));
  }
  return out;
}

/** @throws ModelInputError for types that are no plain floating-point weights. */
export function storageOf(tensor: StoredTensor): StorageType {
  const storage = STORAGE[tensor.type];
  if (storage !== undefined) return storage;
  throw new ModelInputError(
    `${tensor.file}: tensor ${tensor.name} is stored as ${tensor.type}; F32, BF16 and F16 are implemented, use the unquantised checkpoint`,
  );
}

/** What one safetensors file holds, by its checked header. */
export async function readHeader(files: ModelFiles, file: string): Promise<StoredTensor[]> {
  const fileBytes = await files.size(file);
  const length = headerLength(await files.read(file, { start: 0, end: Math.min(8, fileBytes) }), file, fileBytes);
  return parseHeader(await files.read(file, { start: 8, end: 8 + length }), file, fileBytes);
}

/** The single file where there is one (as in transformers), else the files that the index names. */
async function weightFiles(files: ModelFiles): Promise<string[]> {
  if (await files.exists(WEIGHTS_FILE)) return [WEIGHTS_FILE];
  if (!(await files.exists(INDEX_FILE))) {
    throw new ModelInputError(`${files.location} has neither ${WEIGHTS_FILE} nor ${INDEX_FILE}; save the weights as safetensors`);
  }
  const index = parseJsonObject(new TextDecoder().decode(await files.read(INDEX_FILE)), INDEX_FILE);
  const map = index.weight_map;
  if (!isJsonObject(map)) throw new ModelInputError(`${INDEX_FILE}: weight_map must be an object, found ${shown(map)}`);
  const shards = new Set<string>();
  for (const [tensor, file] of Object.entries(map)) {
    if (typeof file !== 'string' || file.includes('/') || file.includes('\\')) {
      throw new ModelInputError(`${INDEX_FILE}: tensor ${tensor} must name a file of this folder, found ${shown(file)}`);
    }
    shards.add(file);
  }
  for (const file of shards) {
    if (!(await files.exists(file))) throw new ModelInputError(`${files.location} lacks ${file}, which ${INDEX_FILE} names; fetch it`);
  }
  return [...shards].sort();
}
