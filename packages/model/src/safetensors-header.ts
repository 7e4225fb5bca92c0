import { isJsonObject, parseJsonObject, shown } from './config-json.ts';
import type { JsonObject, JsonValue } from './config-types.ts';
import { ModelInputError } from './folder-error.ts';

/** Bits an element of every type that the format names. */
const ELEMENT_BITS: Readonly<Record<string, number>> = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
};

/** The format's own bound on a header. */
const MAX_HEADER_BYTES = 100_000_000;

/** One tensor of one file; `start` and `end` are bytes from the beginning of the file. */
export interface StoredTensor {
  readonly name: string;
  readonly file: string;
  /** As the file spells it: `F32`, `BF16`, `F16`, … */
  readonly type: string;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

/** The length of the JSON header, from a file's first eight bytes. */
export function headerLength(prefix: Uint8Array, file: string, fileBytes: number): number {
  if (prefix.length < 8) throw new ModelInputError(`${file} has ${fileBytes} bytes and is no safetensors file; fetch it again`);
  const length = new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true);
  if (length < 2n || length > BigInt(MAX_HEADER_BYTES)) {
    throw new ModelInputError(
      `${file} is no safetensors file (its header would have ${length} bytes); fetch it again or convert the weights`,
    );
  }
  if (length > BigInt(fileBytes - 8)) {
    throw new ModelInputError(
      `${file} is truncated: its header needs ${length} bytes and the file ends after ${fileBytes}; fetch it again`,
    );
  }
  return Number(length);
}

/**
 * Reads and checks a header: known types, whole shapes, ranges that fit the shapes, lie one behind the other without gap or overlap,
 * and end where the file ends.
 *
 * @throws ModelInputError naming the file and the tensor.
 */
export function parseHeader(header: Uint8Array, file: string, fileBytes: number): StoredTensor[] {
  const json = parseJsonObject(new TextDecoder().decode(header), `${file}: the header`);
  const dataStart = 8 + header.length;
  const tensors: StoredTensor[] = [];
  for (const [name, entry] of Object.entries(json)) {
    if (name === '__metadata__') continue;
    if (!isJsonObject(entry))
      throw new ModelInputError(`${file}: ${name} is described by ${shown(entry)} instead of an object; fetch the file again`);
    tensors.push(parseEntry(name, entry, file, dataStart));
  }
  tensors.sort((one, other) => one.start - other.start || one.end - other.end);
  let expected = dataStart;
  let before = 'the header';
  for (const tensor of tensors) {
    if (tensor.start !== expected) {
      const problem = tensor.start < expected ? `overlaps ${before}` : `leaves ${tensor.start - expected} unused bytes behind ${before}`;
      throw new ModelInputError(`${file}: tensor ${tensor.name} ${problem}; the file is damaged, fetch it again`);
    }
    expected = tensor.end;
    before = tensor.name;
  }
  if (fileBytes < expected) {
    throw new ModelInputError(
      `${file} is truncated: tensor ${before} ends at byte ${expected} and the file has ${fileBytes}; fetch it again`,
    );
  }
  if (fileBytes > expected) {
    throw new ModelInputError(
      `${file}: ${fileBytes - expected} bytes follow the last tensor ${before}; the file is damaged, fetch it again`,
    );
  }
  return tensors;
}

function parseEntry(name: string, entry: JsonObject, file: string, dataStart: number): StoredTensor {
  const fail = (problem: string) => new ModelInputError(`${file}: tensor ${name} ${problem}; the file is damaged, fetch it again`);
  const { dtype, shape, data_offsets: offsets } = entry;
  const bits = typeof dtype === 'string' ? ELEMENT_BITS[dtype] : undefined;
  if (typeof dtype !== 'string' || bits === undefined) throw fail(`has the unknown type ${shown(dtype)}`);
  if (!isCountList(shape)) throw fail(`has the shape ${shown(shape)}`);
  if (!isCountList(offsets) || offsets.length !== 2) throw fail(`has the byte range ${shown(offsets)}`);
  const [from, to] = offsets as readonly [number, number];
  const bytes = (shape.reduce((product, size) => product * size, 1) * bits) / 8;
  if (to - from !== bytes) throw fail(`holds ${to - from} bytes, but ${dtype} ${shown(shape)} takes ${bytes}`);
  return { name, file, type: dtype, shape, start: dataStart + from, end: dataStart + to };
}

function isCountList(value: JsonValue | undefined): value is readonly number[] {
  return Array.isArray(value) && value.every((each) => Number.isSafeInteger(each) && each >= 0);
}
