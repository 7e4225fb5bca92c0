/** The disk in memory against the one of the machine: the same calls, the same answers. */
import { afterAll, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as machine from './files.ts';
import * as memory from './files-in-memory.ts';

const root = await mkdtemp(join(tmpdir(), 'or1-files-'));
afterAll(() => rm(root, { recursive: true }));

async function* chunks() {
  yield Uint8Array.of(1, 2);
  yield Uint8Array.of(3);
}

describe.each([
  ['machine', machine, join(root, 'run')],
  ['memory', memory, 'run'],
] as const)('files on the disk of the %s', (_, files, run) => {
  beforeEach(() => files.removeAll(run));

  test('write, read, list, move and remove', async () => {
    await files.makeFolder(`${run}/a/b`);
    await files.writeFileAside(`${run}/a/text`, 'één');
    await files.writeFileAside(`${run}/a/b/bytes`, chunks());
    await files.writeFileAside(`${run}/top`, Uint8Array.of(9));
    expect(await files.readText(`${run}/a/text`)).toBe('één');
    expect([...(await files.readBytes(`${run}/a/b/bytes`))]).toEqual([1, 2, 3]);
    expect(await files.listFolder(run)).toEqual(['a', 'top']);
    expect(await files.listFilesBelow(run)).toEqual(['a/b/bytes', 'a/text', 'top']);
    expect([await files.fileSize(`${run}/a/text`), await files.fileSize(`${run}/a`), await files.fileSize(`${run}/no`)]).toEqual([
      5,
      null,
      null,
    ]);
    expect([await files.isFolder(`${run}/a`), await files.isFolder(`${run}/top`), await files.isFolder(`${run}/no`)]).toEqual([
      true,
      false,
      false,
    ]);
    await files.moveFolder(`${run}/a`, `${run}/moved`);
    expect(await files.listFilesBelow(run)).toEqual(['moved/b/bytes', 'moved/text', 'top']);
    await files.removeAll(`${run}/moved`);
    expect(await files.listFilesBelow(run)).toEqual(['top']);
    expect(files.readBytes(`${run}/no`)).rejects.toThrow('no such file');
  });

  test('append', async () => {
    await files.makeFolder(run);
    const file = await files.AppendFile.open(`${run}/log`);
    await file.append('one\n');
    await file.append('two\n');
    await file.sync();
    await file.close();
    expect(await files.readText(`${run}/log`)).toBe('one\ntwo\n');
  });

  test('a model folder', async () => {
    const folder = files.modelFilesAt(`${run}/model`);
    expect(await folder.list()).toEqual([]);
    await folder.write('weights', Uint8Array.of(1, 2, 3, 4));
    expect([await folder.exists('weights'), await folder.exists('other'), await folder.size('weights')]).toEqual([true, false, 4]);
    expect([...(await folder.read('weights', { start: 1, end: 3 }))]).toEqual([2, 3]);
    expect(folder.read('weights', { start: 1, end: 9 })).rejects.toThrow();
  });
});
