import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ARROWS, HOST_ENTRIES } from './arrows.ts';
import { findViolations } from './check-arrows.ts';
import { parseSource } from './parse-source.ts';
import { listSources, listWorkspaces, ROOT } from './workspaces.ts';

test('no source of the repository imports against the arrows', async () => {
  expect(await findViolations(ROOT)).toEqual([]);
});

test('the check reads the sources that are there', async () => {
  const workspaces = await listWorkspaces(ROOT);
  expect(workspaces.map(({ name }) => name).sort()).toEqual(Object.keys(ARROWS).sort());
  const sources = workspaces.flatMap((workspace) => listSources(ROOT, workspace));
  expect(sources).toContain('packages/optimizer/src/index.ts');
  expect(sources).toContain('test/house/arrows.test.ts');
  expect(sources.some((path) => path.includes('node_modules'))).toBe(false);
});

test('the arrows have no circle', () => {
  const settled = new Set<string>();
  const settle = (name: string, above: readonly string[]): void => {
    expect(above).not.toContain(name);
    if (settled.has(name)) return;
    for (const below of ARROWS[name] ?? []) settle(below, [...above, name]);
    settled.add(name);
  };
  for (const name of Object.keys(ARROWS)) settle(name, []);
  expect(settled.size).toBe(Object.keys(ARROWS).length);
});

test('every host entry is one that a package has', async () => {
  const entries = (await listWorkspaces(ROOT)).flatMap(({ name, entries }) =>
    [...entries.keys()].map((entry) => `${name}${entry.slice(1)}`),
  );
  for (const entry of HOST_ENTRIES) expect(entries).toContain(entry);
});

describe('a planted import', () => {
  let root: string;
  let violations: string[];

  const manifest = (name: string, dependencies: object = {}, subpaths: object = {}) =>
    JSON.stringify({ name, exports: { '.': { bun: './src/index.ts' }, ...subpaths }, dependencies });
  const files: Record<string, string> = {
    'package.json': JSON.stringify({ workspaces: ['packages/*', 'apps/*'] }),
    'packages/optimizer/package.json': manifest('@or1/optimizer', { '@or1/model': '*' }),
    'packages/optimizer/src/index.ts': `import type { Learner } from '@or1/model';\nexport { gone } from '../../data/src/index.ts';\nexport type L = Learner;`,
    'packages/optimizer/src/optimizer.test.ts': `const model = await import('@or1/model');\nexport type T = import('@or1/trainer').T;`,
    'packages/model/package.json': manifest('@or1/model'),
    'packages/model/src/index.ts': `export * from './deep.ts';\nexport const worker = new URL('./worker.ts', import.meta.url);`,
    'packages/model/src/deep.ts': `import { readFile } from 'node:fs/promises';\nexport const text = readFile(Bun.argv[0]!);`,
    'packages/model/src/worker.ts': `import { parentPort } from 'worker_threads';\nparentPort?.postMessage(globalThis.process.pid);`,
    'packages/data/package.json': manifest('@or1/data', {}, { './node': { bun: './src/node.ts' } }),
    'packages/data/src/index.ts': `export const process = (item: { Buffer: number }) => item.Buffer;\nexport const done = process({ Buffer: 1 });`,
    'packages/data/src/node.ts': `import { join } from 'node:path';\nexport const here = join(import.meta.dir, process.cwd());`,
    'packages/rollout/package.json': JSON.stringify({
      ...JSON.parse(manifest('@or1/rollout')),
      imports: { '#host': { browser: './src/browser.ts', default: './src/host.ts' } },
    }),
    'packages/rollout/src/index.ts': `export { where } from '#host';`,
    'packages/rollout/src/browser.ts': `export const where = process.cwd();`,
    'packages/rollout/src/host.ts': `export const where = process.cwd();`,
    'packages/stray/package.json': manifest('@or1/stray'),
    'packages/stray/src/index.ts': `export const path = import.meta.dir;`,
    'apps/train/package.json': manifest('@or1/train'),
    'apps/train/src/index.ts': `import '@or1/data/node';\nimport '@or1/data/src/secret.ts';\nexport const pid = process.pid;`,
  };

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'or1-house-'));
    for (const [path, text] of Object.entries(files)) await Bun.write(join(root, path), text);
    violations = await findViolations(root);
  });

  afterAll(() => rm(root, { recursive: true }));

  const refused: [string, string][] = [
    ['a type against the arrows', 'packages/optimizer/src/index.ts:1: imports @or1/model: @or1/optimizer must not know @or1/model'],
    [
      'a path into another package',
      'packages/optimizer/src/index.ts:2: imports ../../data/src/index.ts: reaches into packages/data/src/index.ts',
    ],
    [
      'a dynamic import in a test',
      'packages/optimizer/src/optimizer.test.ts:1: imports @or1/model: @or1/optimizer must not know @or1/model',
    ],
    [
      'a type from a package that is not there',
      'packages/optimizer/src/optimizer.test.ts:2: imports @or1/trainer: there is no such package here',
    ],
    ['a module the entry reaches', 'packages/model/src/deep.ts:1: imports node:fs/promises, but @or1/model must run in a browser'],
    ['a global of Bun', 'packages/model/src/deep.ts:2: uses Bun, but @or1/model must run in a browser'],
    ['a builtin without node: in a worker', 'packages/model/src/worker.ts:1: imports worker_threads, but @or1/model must run in a browser'],
    ['a global by way of globalThis', 'packages/model/src/worker.ts:2: uses process, but @or1/model must run in a browser'],
    ['a package without arrows', 'packages/stray: @or1/stray has no line in the table of arrows'],
    [
      'what stands for a host module in a browser',
      'packages/rollout/src/browser.ts:1: uses process, but @or1/rollout must run in a browser',
    ],
    ['the folder of a module', 'packages/stray/src/index.ts:1: uses import.meta.dir, but @or1/stray must run in a browser'],
    [
      'a package that is not declared',
      'apps/train/src/index.ts:1: imports @or1/data/node: apps/train/package.json does not list @or1/data',
    ],
    ['a file behind the exports', 'apps/train/src/index.ts:2: imports @or1/data/src/secret.ts: @or1/data exports no ./src/secret.ts'],
  ];
  test.each(refused)('%s is refused', (_, expected) => {
    expect(violations.some((violation) => violation.startsWith(expected))).toBe(true);
  });

  test('nothing else is: own names like process, host entries, apps', () => {
    const known = refused.map(([, expected]) => expected);
    expect(violations.filter((violation) => !known.some((start) => violation.startsWith(start)))).toEqual([]);
    expect(violations.some((violation) => violation.startsWith('packages/data'))).toBe(false);
  });
});

test('parseSource names a file that is no TypeScript', () => {
  expect(() => parseSource('broken.ts', 'const = 1')).toThrow('broken.ts:');
});
