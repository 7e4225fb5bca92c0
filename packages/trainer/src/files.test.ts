import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from './errors.ts';
import { AppendFile, makeFolder, makeNewFolder, readText, writeFileAside } from './files.ts';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'or1-files-'));
});
afterAll(() => rm(root, { recursive: true }));

describe('files', () => {
  test('are replaced as a whole, with nothing left aside', async () => {
    await writeFileAside(join(root, 'a'), 'one');
    await writeFileAside(join(root, 'a'), 'two');
    expect(await readText(join(root, 'a'))).toBe('two');
    expect(await readdir(root)).toEqual(['a']);
  });

  test('a new folder is made once', async () => {
    expect(await makeNewFolder(join(root, 'x/y'))).toBe(true);
    expect(await makeNewFolder(join(root, 'x/y'))).toBe(false);
  });

  test.skipIf(!existsSync('/dev/full'))('a full disk is one line that says what to do', async () => {
    const file = await AppendFile.open('/dev/full');
    expect(file.append('x')).rejects.toThrow('/dev/full: the disk is full; free some space and go on with --resume');
    await file.close();
  });

  test.skipIf(!existsSync('/sys/kernel'))('a place that cannot be written is wrong input', async () => {
    const refused = makeFolder('/sys/kernel/or1-run');
    expect(refused).rejects.toThrow(InputError);
    expect(refused).rejects.toThrow('choose another folder with --out');
  });

  test('a file where a folder is needed is wrong input', async () => {
    await writeFileAside(join(root, 'plain'), 'x');
    expect(makeFolder(join(root, 'plain/run'))).rejects.toThrow('a file stands where a folder is needed');
  });
});
