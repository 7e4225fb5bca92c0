import type { TensorShape } from './config-tensors.ts';
import type { StorageType } from './config-types.ts';
import type { TensorReader } from './folder-types.ts';
import { BYTES, encodeValues } from './safetensors-values.ts';

const TYPE_NAMES: Readonly<Record<StorageType, string>> = { f32: 'F32', bf16: 'BF16', f16: 'F16' };

export const elementCount = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

/**
 * The bytes of a safetensors file with `shapes` in their order, asked of `reader` one tensor at a time. The header carries
 * `{"format": "pt"}`, without which transformers does not open a file.
 */
export async function* safetensorsBytes(
  shapes: readonly TensorShape[],
  storage: StorageType,
  reader: TensorReader,
): AsyncGenerator<Uint8Array> {
  yield header(shapes, storage);
  for (const { name, shape } of shapes) {
    const values = await reader.read(name);
    if (values.length !== elementCount(shape)) {
      throw new RangeError(`tensor ${name} has ${values.length} values; its shape [${shape.join(', ')}] takes ${elementCount(shape)}`);
    }
    try {
      yield encodeValues(storage, values);
    } catch (cause) {
      throw new RangeError(`tensor ${name}: ${(cause as Error).message}; store the weights as f32`, { cause });
    }
  }
}

function header(shapes: readonly TensorShape[], storage: StorageType): Uint8Array {
  const entries: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  let offset = 0;
  for (const { name, shape } of shapes) {
    const end = offset + elementCount(shape) * BYTES[storage];
    entries[name] = { dtype: TYPE_NAMES[storage], shape, data_offsets: [offset, end] };
    offset = end;
  }
  // Padded with spaces so that the values start at a multiple of eight bytes.
  const json = JSON.stringify(entries);
  const text = new TextEncoder().encode(json);
  const length = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  return bytes;
}
