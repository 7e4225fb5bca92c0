import { expect, test } from 'bun:test';
import { ROOT } from './workspaces.ts';

/** What stands at the top of the repository; everything else belongs into one of the five folders. */
const FOLDERS = ['apps', 'bench', 'packages', 'test', 'wasm'];
const FILES = [
  ...['.gitignore', 'LICENSE', 'README.md', 'biome.json', 'bun.lock', 'bunfig.toml', 'knip.json', 'package.json', 'tsconfig.json'],
  ...['turbo.json', '.ci'],
];

async function git(...words: string[]): Promise<string[]> {
  const { stdout, exitCode } = Bun.spawnSync(['git', ...words], { cwd: ROOT });
  if (exitCode !== 0) throw new Error(`git ${words.join(' ')} ended with ${exitCode}`);
  return stdout.toString().split('\0').filter(Boolean);
}

const isCheckout = Bun.spawnSync(['git', 'rev-parse', '--show-toplevel'], { cwd: ROOT }).exitCode === 0;

test.skipIf(!isCheckout)('the top level is exactly what it is meant to be', async () => {
  const tracked = await git('ls-files', '-z', '--cached', '--others', '--exclude-standard');
  const top = new Set(tracked.map((path) => path.split('/')[0]!));
  expect([...top].sort()).toEqual([...FOLDERS, ...FILES].sort());
});

test.skipIf(!isCheckout)('no built or installed file is tracked', async () => {
  const tracked = await git('ls-files', '-z');
  expect(tracked.filter((path) => /(^|\/)(node_modules|dist|build|\.turbo|runs)\//.test(path))).toEqual([]);
});
