import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { openModelFolder } from './folder.ts';
import { fetchFiles } from './folder-fetch.ts';
import { directoryFiles } from './node/directory-files.ts';

const fixture = join(import.meta.dir, '../../../test/oracles/fixtures/qwen2-sharded');
let server: ReturnType<typeof Bun.serve>;
let requests: string[] = [];

/** /ranged honours byte ranges, /whole ignores them, /short sends too little, /broken fails. */
beforeAll(() => {
  server = Bun.serve({
    port: 0,
    fetch: async (request) => {
      const [, kind, name] = new URL(request.url).pathname.split('/');
      const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.get('Range') ?? '');
      requests.push(`${request.method} ${name} ${range ? `${range[1]}-${range[2]}` : 'whole'}`);
      if (kind === 'broken') return new Response('no', { status: 503 });
      const file = Bun.file(join(fixture, name ?? ''));
      if (!(await file.exists())) return new Response('absent', { status: 404 });
      const bytes = await file.bytes();
      if (kind === 'whole' || range === null) return new Response(bytes);
      const part = bytes.slice(Number(range[1]), Number(range[2]) + (kind === 'short' ? 0 : 1));
      return new Response(part, { status: 206, headers: { 'Content-Range': `bytes ${range[1]}-${range[2]}/${bytes.length}` } });
    },
  });
});
afterAll(() => server.stop(true));

const at = (kind: string) => `http://127.0.0.1:${server.port}/${kind}/`;

test.each(['ranged', 'whole'])('a folder opens over HTTP: %s', async (kind) => {
  const [remote, local] = [await openModelFolder(fetchFiles(at(kind))), await openModelFolder(directoryFiles(fixture))];
  expect(remote.config).toEqual(local.config);
  for (const name of local.tensors.names) expect(await remote.tensors.read(name)).toEqual(await local.tensors.read(name));
});

test('a server without ranges sends each weight file once or twice, not once a tensor', async () => {
  requests = [];
  const folder = await openModelFolder(fetchFiles(at('whole')));
  for (const name of folder.tensors.names) await folder.tensors.read(name);
  expect(requests.filter((request) => request.startsWith('GET model-00001-of-00002')).length).toBeLessThanOrEqual(2);
});

describe('errors', () => {
  test('a server that fails is not a missing file', async () => {
    const files = fetchFiles(at('broken'));
    await expect(files.exists('config.json')).rejects.toThrow('/broken/config.json cannot be fetched: status 503');
    await expect(files.read('config.json')).rejects.toThrow('status 503');
  });
  test('too few bytes', async () => {
    await expect(fetchFiles(at('short')).read('config.json', { start: 0, end: 8 })).rejects.toThrow(
      '8 bytes from 0 were asked for, 7 came',
    );
  });
});
