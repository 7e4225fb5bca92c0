import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, open, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { directoryFiles } from './directory-files.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'or1-files-'));
});
afterAll(() => rm(directory, { recursive: true }));

const bytes = (text: string) => new TextEncoder().encode(text);

test('files are written whole, in directories made on the way, and read by range', async () => {
  const files = directoryFiles(join(directory, 'a/b'));
  expect(await files.list()).toEqual([]);
  expect(await files.exists('x.json')).toBe(false);
  await files.write('x.json', bytes('hello'));
  await files.write(
    'y.bin',
    (async function* () {
      yield bytes('one ');
      yield new Uint8Array(0);
      yield bytes('two');
    })(),
  );
  expect(await files.list()).toEqual(['x.json', 'y.bin']);
  expect(await files.size('y.bin')).toBe(7);
  expect(await files.read('y.bin')).toEqual(bytes('one two'));
  expect(await files.read('y.bin', { start: 4, end: 6 })).toEqual(bytes('tw'));
  expect(await files.read('y.bin', { start: 7, end: 7 })).toEqual(new Uint8Array(0));
});

test('a write that fails leaves the old file and nothing beside it', async () => {
  const files = directoryFiles(join(directory, 'atomic'));
  await files.write('w', bytes('old'));
  const failing = async function* () {
    yield bytes('ne');
    throw new Error('the source broke');
  };
  await expect(files.write('w', failing())).rejects.toThrow('the source broke');
  expect(await files.read('w')).toEqual(bytes('old'));
  expect(await readdir(files.location)).toEqual(['w']);
});

test('a reader never sees a half-written file', async () => {
  const files = directoryFiles(join(directory, 'swap'));
  await files.write('w', bytes('old'));
  const slow = async function* () {
    yield bytes('n');
    expect(await files.read('w')).toEqual(bytes('old'));
    yield bytes('ew');
  };
  await files.write('w', slow());
  expect(await files.read('w')).toEqual(bytes('new'));
});

describe('errors name the file', () => {
  test('absent', async () => {
    const files = directoryFiles(directory);
    await expect(files.read('absent.json')).rejects.toThrow(`${join(directory, 'absent.json')} cannot be opened`);
    await expect(files.size('absent.json')).rejects.toThrow(`${directory} has no file absent.json`);
  });
  test('too short', async () => {
    const files = directoryFiles(join(directory, 'short'));
    await files.write('s', bytes('abc'));
    await expect(files.read('s', { start: 2, end: 9 })).rejects.toThrow('s ends after 3 bytes; bytes to 9 were asked for');
  });
  test('a directory where files should go', async () => {
    await writeFile(join(directory, 'plain'), 'x');
    await expect(directoryFiles(join(directory, 'plain')).write('w', bytes('x'))).rejects.toThrow(
      `${join(directory, 'plain/w')} cannot be written (`,
    );
  });
});

test('links to files count as files, directories do not', async () => {
  const files = directoryFiles(join(directory, 'links'));
  await files.write('real', bytes('x'));
  await symlink('real', join(files.location, 'link'));
  expect(await files.exists('link')).toBe(true);
  expect(await directoryFiles(directory).exists('links')).toBe(false);
});

test('ranges beyond 4 GiB are read', async () => {
  const path = join(directory, 'large');
  await writeFile(path, '');
  await truncate(path, 5e9);
  const file = await open(path, 'r+');
  await file.write(bytes('mark'), 0, 4, 4.8e9);
  await file.close();
  const files = directoryFiles(directory);
  expect(await files.size('large')).toBe(5e9);
  expect(await files.read('large', { start: 4.8e9 - 1, end: 4.8e9 + 5 })).toEqual(bytes('\0mark\0'));
});
