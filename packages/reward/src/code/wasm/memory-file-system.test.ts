import { expect, test } from 'bun:test';
import { MemoryFileSystem } from './memory-file-system.ts';

function make(room: number): MemoryFileSystem {
  const data = new SharedArrayBuffer(5);
  new Uint8Array(data).set([1, 2, 3, 4, 5]);
  const files = new MemoryFileSystem({ data, files: [['/python/lib/a.py', 1, 3]] });
  files.renew(room, { in: { kind: 'stream' } });
  return files;
}

test('library files are found by any spelling of their path, and not above the root', () => {
  const files = make(10);
  for (const path of ['/python/lib/a.py', 'python//lib/./a.py', '/tmp/../python/lib/a.py', '/../../python/lib/a.py']) {
    const node = files.find(files.root, path);
    expect(node?.kind === 'file' && [...node.data]).toEqual([2, 3, 4]);
  }
  expect(files.find(files.root, '/python/lib/a.py/b')).toBeUndefined();
  expect(files.find(files.root, '/etc')).toBeUndefined();
});

test('room in /tmp is charged and never given back, so unlinked files cannot hide it', () => {
  const files = make(10);
  const directory = files.find(files.root, '/tmp');
  if (directory?.kind !== 'directory') throw new Error('no /tmp');
  const file = files.create(directory, 'a', 'file');
  if (file?.kind !== 'file') throw new Error('no file');
  expect(files.resize(file, 8)).toBe(true);
  expect(files.resize(file, 11)).toBe(false);
  files.remove(directory, 'a');
  const other = files.create(directory, 'b', 'file');
  expect(other?.kind === 'file' && files.resize(other, 3)).toBe(false);
});

test('a renewed file system has forgotten', () => {
  const files = make(10);
  const directory = files.find(files.root, '/tmp');
  if (directory?.kind === 'directory') files.create(directory, 'left', 'file');
  expect(files.has('/tmp/left')).toBe(true);
  files.renew(10, {});
  expect(files.has('/tmp/left')).toBe(false);
  expect(files.has('/channel/in')).toBe(false);
});

test('files that shrink and grow again hold zeros', () => {
  const files = make(100);
  const directory = files.find(files.root, '/tmp');
  const file = directory?.kind === 'directory' ? files.create(directory, 'a', 'file') : undefined;
  if (file?.kind !== 'file') throw new Error('no file');
  files.resize(file, 4);
  file.data.set([9, 9, 9, 9]);
  files.resize(file, 1);
  files.resize(file, 4);
  expect([...file.data.subarray(0, 4)]).toEqual([9, 0, 0, 0]);
});
