import { describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { listWorkspaces, ROOT } from './workspaces.ts';

/** The first ```ts block of a Markdown text; null where there is none. */
function firstExample(markdown: string): string | null {
  return /^```ts\n([\s\S]*?)^```$/m.exec(markdown)?.[1] ?? null;
}

/** Runs a source as a reader would after pasting it into a file; it lies inside the repository so that the workspace's names resolve. */
async function runExample(source: string): Promise<{ exitCode: number; stderr: string }> {
  const folder = await mkdtemp(join(ROOT, 'test/.readme-example-'));
  try {
    const file = join(folder, 'example.ts');
    await Bun.write(file, source);
    const run = Bun.spawn([process.execPath, file], { cwd: folder, stdout: 'ignore', stderr: 'pipe', timeout: 55_000 });
    const [exitCode, stderr] = await Promise.all([run.exited, new Response(run.stderr).text()]);
    return { exitCode, stderr };
  } finally {
    await rm(folder, { recursive: true });
  }
}

const packages = (await listWorkspaces(ROOT)).filter(({ folder }) => folder.startsWith('packages/'));

describe('the first example of each README', () => {
  test.each(packages.map(({ folder }) => folder))('%s runs as it stands', async (folder) => {
    const path = join(ROOT, folder, 'README.md');
    expect(existsSync(path)).toBe(true);
    const example = firstExample(await Bun.file(path).text());
    expect(example).not.toBeNull();
    expect(await runExample(example!)).toMatchObject({ exitCode: 0 });
  });

  test('an example that throws would be noticed', async () => {
    expect((await runExample(`throw new Error('planted');`)).exitCode).not.toBe(0);
    expect(firstExample('no code')).toBeNull();
    expect(firstExample('text\n```ts\na();\n```\n```ts\nb();\n```\n')).toBe('a();\n');
  });
});
