import { describe, expect, test } from 'bun:test';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { HOST_ENTRIES } from './arrows.ts';
import { listWorkspaces, ROOT } from './workspaces.ts';

const workspaces = await listWorkspaces(ROOT);
/** Source of every entry of every package by the name under which it is imported. */
const sources = new Map(
  workspaces.flatMap(({ name, entries }) => [...entries].map(([entry, file]) => [`${name}${entry.slice(1)}`, join(ROOT, file)] as const)),
);
const portable = workspaces
  .filter(({ folder }) => folder.startsWith('packages/'))
  .flatMap(({ name, entries }) => [...entries.keys()].map((entry) => `${name}${entry.slice(1)}`))
  .filter((entry) => !HOST_ENTRIES.includes(entry));

interface Bundle {
  readonly bytes: number;
  /** `module, for importer` of every module that only Bun or Node have; the bundler would put an empty stand-in there. */
  readonly hostModules: readonly string[];
}

async function bundleForBrowser(entry: string): Promise<Bundle> {
  const hostModules: string[] = [];
  const { outputs } = await Bun.build({
    entrypoints: [entry],
    target: 'browser',
    plugins: [
      {
        name: 'workspace sources and host modules',
        setup(build) {
          build.onResolve({ filter: /^@or1\// }, ({ path }) => {
            const source = sources.get(path);
            return source === undefined ? undefined : { path: source };
          });
          build.onResolve({ filter: /^[a-z]/ }, ({ path, importer }) => {
            if (path === 'bun' || path.startsWith('bun:') || isBuiltin(path)) hostModules.push(`${path}, for ${importer}`);
            return undefined;
          });
        },
      },
    ],
  });
  return { bytes: outputs.reduce((sum, output) => sum + output.size, 0), hostModules };
}

describe('bundled for a browser', () => {
  test('there is something to bundle', () => {
    expect(portable).toContain('@or1/optimizer');
    expect(portable).toContain('@or1/reward/math');
  });

  test.each(portable)('%s needs nothing of Bun or Node', async (entry) => {
    const { bytes, hostModules } = await bundleForBrowser(sources.get(entry)!);
    expect(hostModules).toEqual([]);
    expect(bytes).toBeGreaterThan(0);
  });

  test('what needs the host is noticed', async () => {
    const { hostModules } = await bundleForBrowser(sources.get('@or1/data/node')!);
    expect(hostModules.some((module) => module.startsWith('node:'))).toBe(true);
  });
});
