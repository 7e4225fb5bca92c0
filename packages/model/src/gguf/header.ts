import { ModelInputError } from '../folder-error.ts';

/** A value of the metadata. 64-bit whole numbers must be exact in a double. */
export type GgufValue = number | string | boolean | readonly GgufValue[];

export interface GgufTensor {
  readonly name: string;
  /** Row-major, as in Hugging Face files: the reverse of how the file lists it. */
  readonly shape: readonly number[];
  /** Number of the storage type; see `gguf/values.ts`. */
  readonly type: number;
  /** Where its bytes start in the file. */
  readonly start: number;
}

export interface GgufHeader {
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: readonly GgufTensor[];
}

/** The bytes at hand end inside the header: read more of the file and parse again. */
export class HeaderContinues extends Error {}

const MAGIC = 0x46554747;
const VERSIONS = [2, 3];
/** More than any model has; a damaged count must not fill the memory. */
const MOST_ENTRIES = 1 << 20;
const DEFAULT_ALIGNMENT = 32;

enum Kind {
  Uint8,
  Int8,
  Uint16,
  Int16,
  Uint32,
  Int32,
  Float32,
  Bool,
  String,
  Array,
  Uint64,
  Int64,
  Float64,
}

class Cursor {
  at = 0;
  private readonly view: DataView;
  private readonly decoder = new TextDecoder('utf-8', { fatal: true });

  constructor(
    private readonly bytes: Uint8Array,
    readonly file: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  damaged(what: string): ModelInputError {
    return new ModelInputError(`${this.file} is damaged: ${what}; fetch it again`);
  }

  private take(bytes: number): number {
    const at = this.at;
    if (at + bytes > this.bytes.length) throw new HeaderContinues();
    this.at += bytes;
    return at;
  }

  word(): number {
    return this.view.getUint32(this.take(4), true);
  }

  whole(what: string, most = Number.MAX_SAFE_INTEGER): number {
    const value = this.view.getBigUint64(this.take(8), true);
    if (value > BigInt(most)) throw this.damaged(`${what} is ${value}`);
    return Number(value);
  }

  text(what: string): string {
    const length = this.whole(`the length of ${what}`, 1 << 30);
    const at = this.take(length);
    try {
      return this.decoder.decode(this.bytes.subarray(at, at + length));
    } catch {
      throw this.damaged(`${what} is not UTF-8 text`);
    }
  }

  value(kind: number, key: string): GgufValue {
    switch (kind) {
      case Kind.Uint8:
        return this.view.getUint8(this.take(1));
      case Kind.Int8:
        return this.view.getInt8(this.take(1));
      case Kind.Uint16:
        return this.view.getUint16(this.take(2), true);
      case Kind.Int16:
        return this.view.getInt16(this.take(2), true);
      case Kind.Uint32:
        return this.word();
      case Kind.Int32:
        return this.view.getInt32(this.take(4), true);
      case Kind.Float32:
        return this.view.getFloat32(this.take(4), true);
      case Kind.Bool:
        return this.view.getUint8(this.take(1)) !== 0;
      case Kind.String:
        return this.text(key);
      case Kind.Array:
        return this.list(key);
      case Kind.Uint64:
        return this.whole(key);
      case Kind.Int64:
        return Number(this.view.getBigInt64(this.take(8), true));
      case Kind.Float64:
        return this.view.getFloat64(this.take(8), true);
      default:
        throw this.damaged(`${key} has a value of kind ${kind}, which there is not`);
    }
  }

  private list(key: string): GgufValue[] {
    const kind = this.word();
    if (kind === Kind.Array) throw this.damaged(`${key} is a list of lists`);
    const count = this.whole(`the length of ${key}`, 1 << 28);
    const values: GgufValue[] = [];
    for (let index = 0; index < count; index++) values.push(this.value(kind, key));
    return values;
  }
}

/**
 * Parses the start of a GGUF file (versions 2 and 3, little-endian).
 *
 * @throws HeaderContinues where `bytes` end inside the header; ModelInputError where the file is none or damaged.
 */
export function parseGgufHeader(bytes: Uint8Array, file: string): GgufHeader {
  const cursor = new Cursor(bytes, file);
  if (cursor.word() !== MAGIC) throw new ModelInputError(`${file} is no GGUF file: it does not begin with "GGUF"`);
  const version = cursor.word();
  if (!VERSIONS.includes(version)) {
    throw new ModelInputError(`${file} is GGUF version ${version}; versions ${VERSIONS.join(' and ')} are read, convert it again`);
  }
  const tensorCount = cursor.whole('the number of tensors', MOST_ENTRIES);
  const entryCount = cursor.whole('the number of metadata entries', MOST_ENTRIES);
  const metadata = new Map<string, GgufValue>();
  for (let index = 0; index < entryCount; index++) {
    const key = cursor.text(`the name of metadata entry ${index}`);
    metadata.set(key, cursor.value(cursor.word(), key));
  }
  const described = Array.from({ length: tensorCount }, (_, index) => tensorOf(cursor, index));
  const alignment = metadata.get('general.alignment') ?? DEFAULT_ALIGNMENT;
  if (typeof alignment !== 'number' || alignment < 8 || alignment % 8 !== 0) throw cursor.damaged(`general.alignment is ${alignment}`);
  const dataStart = Math.ceil(cursor.at / alignment) * alignment;
  const names = new Set<string>();
  for (const { name, start } of described) {
    if (names.has(name)) throw cursor.damaged(`tensor ${name} is there twice`);
    if (start % alignment !== 0) throw cursor.damaged(`tensor ${name} starts at byte ${start}, no multiple of ${alignment}`);
    names.add(name);
  }
  return { metadata, tensors: described.map((tensor) => ({ ...tensor, start: dataStart + tensor.start })) };
}

function tensorOf(cursor: Cursor, index: number): GgufTensor {
  const name = cursor.text(`the name of tensor ${index}`);
  const dimensions = cursor.word();
  if (dimensions < 1 || dimensions > 4) throw cursor.damaged(`tensor ${name} has ${dimensions} dimensions`);
  const shape = Array.from({ length: dimensions }, () => cursor.whole(`a dimension of tensor ${name}`, 2 ** 40)).reverse();
  const type = cursor.word();
  return { name, shape, type, start: cursor.whole(`the place of tensor ${name}`) };
}
