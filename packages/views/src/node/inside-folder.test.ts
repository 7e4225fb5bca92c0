import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { insideFolder } from './inside-folder.ts';

let root: string;
beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'or1-inside-')));
  await mkdir(join(root, 'run/evaluations'), { recursive: true });
  await mkdir(join(root, 'run-other'));
  for (const path of ['run/events.jsonl', 'run/evaluations/one.jsonl', 'secret', 'run-other/secret'])
    await Bun.write(join(root, path), 'x');
  await symlink(join(root, 'secret'), join(root, 'run/link'));
  await symlink(join(root, 'run/events.jsonl'), join(root, 'run/own'));
  await symlink('loop', join(root, 'run/loop'));
});
afterAll(() => rm(root, { recursive: true }));

test.each(['events.jsonl', 'evaluations/one.jsonl', './evaluations/../events.jsonl'])('%s is inside', async (path) => {
  expect(await insideFolder(join(root, 'run'), path)).toBe(join(root, 'run', path));
});

test('a link to what is inside is inside', async () => {
  expect(await insideFolder(join(root, 'run'), 'own')).toBe(join(root, 'run/events.jsonl'));
});

test.each([
  '../secret',
  '/etc/passwd',
  '..',
  '.',
  '',
  'link',
  'loop',
  'none',
  '../run-other/secret',
  'evaluations/../../secret',
  'events.jsonl\0',
])('%j is refused', async (path) => {
  expect(await insideFolder(join(root, 'run'), path)).toBeNull();
});
