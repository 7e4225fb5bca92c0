import type { TensorShape } from './config-tensors.ts';
import { ModelInputError } from './folder-error.ts';
import type { ModelFiles, TensorReader, WritableModelFiles } from './folder-types.ts';
import { readHeader, readTensor } from './safetensors-reader.ts';
import { safetensorsBytes } from './safetensors-writer.ts';

/** Writes tensors that are no model's weights, such as an optimizer's moments, as one f32 safetensors file. */
export async function writeTensorFile(
  files: WritableModelFiles,
  name: string,
  shapes: readonly TensorShape[],
  reader: TensorReader,
): Promise<void> {
  await files.write(name, safetensorsBytes(shapes, 'f32', reader));
}

/**
 * Opens a safetensors file by name; only its header is read now.
 *
 * @throws ModelInputError when it is missing or damaged; `read` also for a tensor that it does not hold.
 */
export async function openTensorFile(files: ModelFiles, name: string): Promise<TensorReader> {
  const stored = new Map((await readHeader(files, name)).map((tensor) => [tensor.name, tensor]));
  return {
    async read(tensorName) {
      const tensor = stored.get(tensorName);
      if (tensor === undefined) throw new ModelInputError(`${files.location}/${name} has no tensor ${tensorName}`);
      return readTensor(files, tensor);
    },
  };
}
