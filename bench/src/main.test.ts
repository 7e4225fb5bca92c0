import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MAIN = join(import.meta.dir, 'main.ts');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'or1-bench-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function bench(...words: string[]) {
  const run = Bun.spawn([process.execPath, MAIN, ...words], { stdout: 'pipe', stderr: 'pipe' });
  const [code, stdout, stderr] = await Promise.all([run.exited, new Response(run.stdout).text(), new Response(run.stderr).text()]);
  return { code, stdout, stderr };
}

describe('the command', () => {
  test('--list names the benchmarks', async () => {
    const { code, stdout } = await bench('--list');
    expect(code).toBe(0);
    const names = stdout.split('\n').map((line) => line.split(/ +/)[1]);
    expect(names).toEqual(expect.arrayContaining(['gemm', 'generate', 'train-pass', 'rl-step', 'phases']));
  });

  test('wrong input ends with exit code 2 and one line that names it', async () => {
    for (const [words, message] of [
      [['no-such-bench'], 'no-such-bench: no such benchmark; there are kernels'],
      [['gemm', '--compare', join(folder, 'absent.json')], 'absent.json: cannot be read (ENOENT)'],
      [['gemm', '--device', 'webgpu'], '--device webgpu'],
      [['--threads', '0'], 'whole number of at least 1'],
    ] as const) {
      const { code, stderr, stdout } = await bench(...words);
      expect({ words, code, stdout }).toEqual({ words, code: 2, stdout: '' });
      expect(stderr).toContain(message);
    }
  });

  test('a file that is no report is refused before anything is measured', async () => {
    const path = join(folder, 'other.json');
    await Bun.write(path, '{"rows": 3}');
    const { code, stderr } = await bench('gemm', '--compare', path);
    expect(code).toBe(2);
    expect(stderr).toContain('is no saved benchmark report');
  });
});
