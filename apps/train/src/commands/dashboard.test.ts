import { expect, test } from 'bun:test';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

function start(words: readonly string[]) {
  return Bun.spawn([process.execPath, MAIN, 'dashboard', ...words], { stdout: 'pipe', stderr: 'pipe' });
}

async function refusal(words: readonly string[]): Promise<[exitCode: number, message: string]> {
  const child = start(words);
  return [await child.exited, (await new Response(child.stderr).text()).trim()];
}

test('prints its address as JSON, serves until it is interrupted, and refuses its port to another', async () => {
  const child = start(['--port', '0', '--json']);
  const { value } = await child.stdout.getReader().read();
  const { url } = JSON.parse(new TextDecoder().decode(value)) as { url: string };
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  expect(await (await fetch(url)).text()).toContain('<title>or1 dashboard</title>');
  const { port } = new URL(url);
  expect(await refusal(['--port', port])).toEqual([2, `or1: port ${port} is in use; stop what uses it, or choose another with --port N`]);
  child.kill('SIGINT');
  expect(await child.exited).toBe(130);
});

test('refuses a folder that is not there, and a port that is none', async () => {
  expect(await refusal(['/no/such/folder'])).toEqual([
    2,
    'or1: /no/such/folder: no such folder; give run folders, or folders that hold run folders',
  ]);
  const [code, message] = await refusal(['--port', 'seven']);
  expect(code).toBe(2);
  expect(message).toContain('give a port from 0 to 65535');
});
