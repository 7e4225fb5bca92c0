import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { directoryFiles } from './node/directory-files.ts';
import { readHeader, readTensor } from './safetensors-reader.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'or1-tensors-'));
});
afterAll(() => rm(directory, { recursive: true }));

/** A file of which only the header and a few f32 values are really written; the rest is a hole of zeros. */
async function sparseFile(
  name: string,
  tensors: Readonly<Record<string, number>>,
  values: readonly (readonly [string, number, number])[],
): Promise<void> {
  let offset = 0;
  const header: Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }> = {};
  for (const [tensor, count] of Object.entries(tensors)) {
    header[tensor] = { dtype: 'F32', shape: [count], data_offsets: [offset, offset + 4 * count] };
    offset += 4 * count;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const file = await open(join(directory, name), 'w');
  await file.write(new BigUint64Array([BigInt(text.length)]), 0, 8, 0);
  await file.write(text, 0, text.length, 8);
  await file.truncate(8 + text.length + offset);
  for (const [tensor, index, value] of values) {
    await file.write(new Float32Array([value]), 0, 4, 8 + text.length + header[tensor]!.data_offsets[0] + 4 * index);
  }
  await file.close();
}

async function read(file: string, tensor: string): Promise<Float32Array> {
  const files = directoryFiles(directory);
  return readTensor(files, (await readHeader(files, file)).find(({ name }) => name === tensor)!);
}

test('a tensor that begins beyond 4 GiB', async () => {
  await sparseFile('far', { huge: 1.2e9, small: 3 }, [['small', 1, 2.5]]);
  expect([...(await read('far', 'small'))]).toEqual([0, 2.5, 0]);
});

test('a tensor that is read in several pieces', async () => {
  const boundary = 2 ** 24;
  await sparseFile('pieces', { first: 1, large: boundary + 2 }, [
    ['large', 0, 1],
    ['large', boundary - 1, 2],
    ['large', boundary, 3],
    ['large', boundary + 1, 4],
  ]);
  const values = await read('pieces', 'large');
  expect([values.length, values[0], values[1], values[boundary - 1], values[boundary], values[boundary + 1]]).toEqual([
    boundary + 2,
    1,
    0,
    2,
    3,
    4,
  ]);
});
