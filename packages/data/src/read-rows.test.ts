import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { readRows } from './read-rows.ts';
import { memoryFiles } from './testing/memory-files.ts';

async function rowsOf(content: string | Uint8Array, pieceSize?: number) {
  const rows = [];
  for await (const row of readRows(memoryFiles({ file: content }, pieceSize), 'file')) rows.push(row);
  return rows;
}
const objects = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { minLength: 1, maxLength: 6 });

describe('JSON', () => {
  test('lines and arrays, cut anywhere, give what JSON.parse gives', async () => {
    await fc.assert(
      fc.asyncProperty(objects, fc.integer({ min: 1, max: 30 }), async (values, pieceSize) => {
        const expected = values.map((value) => JSON.parse(JSON.stringify(value)));
        const lines = values.map((value) => JSON.stringify(value)).join('\n');
        expect((await rowsOf(lines, pieceSize)).map(({ row }) => row)).toEqual(expected);
        expect((await rowsOf(JSON.stringify(values), pieceSize)).map(({ row }) => row)).toEqual(expected);
        expect((await rowsOf(`\n ${JSON.stringify(values, null, 2)}\n`, pieceSize)).map(({ row }) => row)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test('blank lines, carriage returns and a byte order mark are let pass; places and indices count on', async () => {
    const rows = await rowsOf('\ufeff{"a":1}\r\n\r\n{"a":2}');
    expect(rows).toEqual([
      { row: { a: 1 }, index: 0, place: 'file:1' },
      { row: { a: 2 }, index: 1, place: 'file:3' },
    ]);
    expect((await rowsOf('[\n{"a":1},\n\n{"a":\n2}]')).map(({ place }) => place)).toEqual(['file:2', 'file:4']);
  });

  test.each([
    ['{"a":1}\n{"a":\n', 'file:2: not valid JSON'],
    ['{"a":1}\n[1]\n', 'file:2: a row must be a JSON object, not a list'],
    ['"text"\n', 'file:1: a row must be a JSON object, not string'],
    ['[{"a":1},\n{"a" 2}]', 'file:2: not valid JSON'],
    ['[{"a":1},\n3]', 'file:2: a row must be a JSON object, not number'],
    ['[{"a":1},\n{"a":2}', 'file:2: the JSON array does not end'],
    ['[{"a":1}]\n[{"a":2}]', 'file:2: there is text after the closing bracket'],
    ['', 'file: the file is empty'],
  ])('%j is refused with %j', async (content, message) => {
    await expect(rowsOf(content)).rejects.toThrow(message);
  });

  test('bytes that are not UTF-8 are refused', async () => {
    await expect(rowsOf(Uint8Array.from([0x7b, 0x22, 0xff, 0x22, 0x7d]))).rejects.toThrow('file: the text is not UTF-8');
  });
});

describe('compression', () => {
  const lines = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => `${JSON.stringify({ n: from + index, text: 'é€'.repeat(50) })}\n`).join('');

  test.each([
    ['gzip', Bun.gzipSync],
    ['zstd', Bun.zstdCompressSync],
  ] as const)('%s, in one piece or several joined ones', async (_, compress) => {
    const one = compress(Buffer.from(lines(0, 3000)));
    const two = compress(Buffer.from(lines(3000, 6000)));
    const rows = await rowsOf(Buffer.concat([one, two]), 777);
    expect(rows.map(({ row }) => row.n)).toEqual(Array.from({ length: 6000 }, (_, index) => index));
    expect(rows.every(({ row }) => row.text === 'é€'.repeat(50))).toBeTrue();
  });

  test.each([
    ['gzip', Bun.gzipSync],
    ['zstd', Bun.zstdCompressSync],
  ] as const)('a %s file that is cut short is refused', async (kind, compress) => {
    const bytes = compress(Buffer.from(lines(0, 3000)));
    await expect(rowsOf(bytes.subarray(0, bytes.length - 9))).rejects.toThrow(`file: the ${kind} stream is broken`);
  });
});
