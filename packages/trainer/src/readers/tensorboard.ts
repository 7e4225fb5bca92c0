/**
 * TensorBoard's event file: a sequence of records, each `length u64, masked CRC-32C of the length, data, masked CRC-32C of the data`,
 * little-endian; data is a protocol-buffer `Event` (wall_time = 1 double, step = 2 int64, file_version = 3 string, summary = 5). No
 * library on npm writes it without TensorFlow itself.
 */
import type { ScalarRow } from './scalars.ts';

const CASTAGNOLI = 0x82f63b78;

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ CASTAGNOLI : value >>> 1;
  return value;
});

/** CRC-32C (Castagnoli) of the bytes. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = crcTable[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt(value);
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
const FIXED32 = 5;

function field(number: number, wireType: number, content: Uint8Array): Uint8Array {
  const tag = varint((number << 3) | wireType);
  return wireType === DELIMITED ? concat([tag, varint(content.length), content]) : concat([tag, content]);
}

function double(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return bytes;
}

function float(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return bytes;
}

const text = (value: string) => new TextEncoder().encode(value);

function record(data: Uint8Array): Uint8Array {
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(data.length), true);
  const crc = (bytes: Uint8Array) => {
    const masked = new Uint8Array(4);
    new DataView(masked.buffer).setUint32(0, maskedCrc(bytes), true);
    return masked;
  };
  return concat([length, crc(length), data, crc(data)]);
}

function scalarEvent({ step, timeMs, values }: ScalarRow): Uint8Array {
  const summary = Object.entries(values).map(([tag, value]) =>
    field(1, DELIMITED, concat([field(1, DELIMITED, text(tag)), field(2, FIXED32, float(value))])),
  );
  return concat([field(1, FIXED64, double(timeMs / 1000)), field(2, VARINT, varint(step)), field(5, DELIMITED, concat(summary))]);
}

/** The bytes of an event file that TensorBoard opens, with one scalar a curve and step. */
export function scalarsToTensorBoard(rows: readonly ScalarRow[]): Uint8Array<ArrayBuffer> {
  const version = concat([field(1, FIXED64, double((rows[0]?.timeMs ?? 0) / 1000)), field(3, DELIMITED, text('brain.Event:2'))]);
  return concat([record(version), ...rows.map((row) => record(scalarEvent(row)))]);
}
