import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeFiles } from './node-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'or1-data-'));
afterAll(() => rmSync(folder, { recursive: true }));
const bytes = (text: string) => new TextEncoder().encode(text);

test('what is written is read back, whole, in slices and as a stream', async () => {
  const path = join(folder, 'deep', 'file.txt');
  await nodeFiles.write(path, [bytes('hello '), bytes('w'.repeat(300_000)), bytes('!')]);
  expect(await nodeFiles.size(path)).toBe(300_007);
  expect(new TextDecoder().decode(await nodeFiles.slice(path, 4, 8))).toBe('o ww');
  expect((await new Response(nodeFiles.stream(path)).text()).length).toBe(300_007);
  expect(readdirSync(join(folder, 'deep'))).toEqual(['file.txt']);
});

test('a write that fails half-way leaves the old file and nothing else', async () => {
  const path = join(folder, 'kept.txt');
  await nodeFiles.write(path, [bytes('old')]);
  const failing = function* () {
    yield bytes('new');
    throw new Error('out of ideas');
  };
  await expect(nodeFiles.write(path, failing())).rejects.toThrow('out of ideas');
  await Bun.sleep(20);
  expect(await Bun.file(path).text()).toBe('old');
  expect(readdirSync(folder).filter((name) => name.includes('.part'))).toEqual([]);
});

test('folders, absent files and slices past the end are refused', async () => {
  await expect(nodeFiles.size(folder)).rejects.toThrow('is not a file');
  await expect(nodeFiles.size(join(folder, 'absent'))).rejects.toThrow('ENOENT');
  const path = join(folder, 'short.txt');
  await nodeFiles.write(path, [bytes('abc')]);
  await expect(nodeFiles.slice(path, 0, 5)).rejects.toThrow('ends at byte 3');
});
