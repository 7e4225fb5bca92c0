import { describe, expect, test } from 'bun:test';
import { headerLength, parseHeader } from './safetensors-header.ts';

const encode = (header: unknown) => new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
const entry = (shape: number[], from: number, to: number, dtype = 'F32') => ({ dtype, shape, data_offsets: [from, to] });
const parse = (header: unknown, dataBytes: number) => {
  const bytes = encode(header);
  return parseHeader(bytes, 'w.safetensors', 8 + bytes.length + dataBytes);
};

test('tensors come with absolute byte ranges, in file order', () => {
  const header = {
    __metadata__: { format: 'pt' },
    b: entry([2, 2], 4, 20),
    a: entry([1], 0, 4),
    none: entry([0, 3], 20, 20),
    scalar: entry([], 20, 22, 'BF16'),
  };
  const start = 8 + encode(header).length;
  expect(parse(header, 22)).toEqual([
    { name: 'a', file: 'w.safetensors', type: 'F32', shape: [1], start, end: start + 4 },
    { name: 'b', file: 'w.safetensors', type: 'F32', shape: [2, 2], start: start + 4, end: start + 20 },
    { name: 'none', file: 'w.safetensors', type: 'F32', shape: [0, 3], start: start + 20, end: start + 20 },
    { name: 'scalar', file: 'w.safetensors', type: 'BF16', shape: [], start: start + 20, end: start + 22 },
  ]);
});

describe('damaged headers are named', () => {
  const table: readonly (readonly [string, unknown, number, string])[] = [
    ['no JSON', '{"a": ', 0, 'w.safetensors: the header is not valid JSON'],
    ['no object', '[]', 0, 'w.safetensors: the header must hold a JSON object'],
    ['an entry that is no object', { a: 3 }, 0, 'a is described by 3'],
    ['an unknown type', { a: entry([1], 0, 4, 'F31') }, 4, 'tensor a has the unknown type "F31"'],
    ['a negative size', { a: entry([-1], 0, 4) }, 4, 'tensor a has the shape [-1]'],
    ['a missing range', { a: { dtype: 'F32', shape: [1] } }, 4, 'tensor a has the byte range nothing'],
    ['a range that does not fit the shape', { a: entry([2], 0, 4) }, 4, 'tensor a holds 4 bytes, but F32 [2] takes 8'],
    ['a reversed range', { a: entry([1], 4, 0) }, 4, 'tensor a holds -4 bytes'],
    ['overlapping tensors', { a: entry([2], 0, 8), b: entry([2], 4, 12) }, 12, 'tensor b overlaps a'],
    ['a gap', { a: entry([1], 0, 4), b: entry([1], 8, 12) }, 12, 'tensor b leaves 4 unused bytes behind a'],
    ['a gap in front', { a: entry([1], 4, 8) }, 8, 'tensor a leaves 4 unused bytes behind the header'],
    ['a truncated file', { a: entry([1], 0, 4), b: entry([1], 4, 8) }, 7, 'w.safetensors is truncated: tensor b ends at byte'],
    ['bytes too many', { a: entry([1], 0, 4) }, 6, '2 bytes follow the last tensor a'],
  ];
  test.each(table)('%s', (_name, header, dataBytes, message) => {
    expect(() => parse(header, dataBytes)).toThrow(message);
  });
});

describe('header length', () => {
  const prefix = (length: bigint) => {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, length, true);
    return bytes;
  };
  test('is read as 64 bits', () => expect(headerLength(prefix(300n), 'w', 400)).toBe(300));
  test.each([
    [new Uint8Array(3), 3, 'w has 3 bytes and is no safetensors file'],
    [prefix(1n << 40n), 400, 'w is no safetensors file'],
    [prefix(0n), 400, 'w is no safetensors file'],
    [prefix(500n), 400, 'w is truncated: its header needs 500 bytes and the file ends after 400'],
  ] as const)('%j of %d bytes', (bytes, fileBytes, message) => {
    expect(() => headerLength(bytes, 'w', fileBytes)).toThrow(message);
  });
});
