import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { appendFile, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HOSTILE, writeSyntheticRun } from '@or1/views/testing';
import { type Dashboard, serveDashboard } from './serve.ts';

let root: string;
let dashboard: Dashboard;
let port: number;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'or1-dashboard-'));
  const runs = join(root, 'runs');
  await writeSyntheticRun(join(runs, 'plain'), { steps: 20 });
  await writeSyntheticRun(join(runs, 'hostile <b>'), { steps: 8, hostile: true });
  await writeSyntheticRun(join(root, 'outside'), { steps: 4 });
  await Bun.write(join(root, 'secret.txt'), 'the secret');
  await Bun.write(join(runs, 'notes.txt'), 'no run');
  await mkdir(join(runs, 'empty'));
  await symlink(join(root, 'outside'), join(runs, 'linked'));
  dashboard = await serveDashboard({ paths: [runs], port: 0, benchFolder: join(root, 'bench') });
  port = Number(new URL(dashboard.url).port);
});

afterAll(async () => {
  await dashboard.stop();
  await rm(root, { recursive: true });
});

/** Sends a request line as it stands: `fetch` would tidy the path first. */
function raw(path: string, host = `127.0.0.1:${port}`, method = 'GET'): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
    );
    let text = '';
    socket.on('data', (data) => {
      text += data.toString();
    });
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
  });
}

const json = async (path: string) => (await fetch(new URL(path, dashboard.url))).json();

describe('what is shown', () => {
  test('the runs of the folder, none that a link leads to', async () => {
    const runs = (await json('/runs')) as { id: string; name: string }[];
    expect(runs.map(({ id, name }) => [id, name])).toEqual([
      ['hostile-b-', 'hostile <b>'],
      ['plain', 'plain'],
    ]);
  });

  test('a run by its events, samples of a step, and problems', async () => {
    const { generation, notice, events } = await json('/runs/plain/events');
    expect([generation, notice, events.length]).toEqual([0, null, 27]);
    const { samples, rolloutSteps } = await json('/runs/plain/samples?step=10');
    expect(rolloutSteps).toEqual([1, 10, 20]);
    expect(
      new Set(samples.filter((sample: { moment: string }) => sample.moment === 'rollout').map((sample: { step: number }) => sample.step)),
    ).toEqual(new Set([10]));
    const { tables } = await json('/runs/plain/problems');
    expect(tables.map(({ title, steps }: { title: string; steps: number[] }) => [title, steps])).toEqual([
      ['Held-out problems at temperature 1', [0, 20]],
      ['Held-out problems at temperature 0.6', [0, 20]],
    ]);
  });

  test('one page that holds all of it and loads nothing', async () => {
    const page = await (await fetch(new URL('/export?run=hostile-b-', dashboard.url))).text();
    expect(page).not.toContain('src="/');
    expect(page).not.toContain(HOSTILE);
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)![1]!;
    expect(policy).toStartWith('default-src &#39;none&#39;; script-src &#39;sha256-');
    expect(policy).not.toContain('unsafe');
  });

  test('a page that may share memory and runs nothing from elsewhere', async () => {
    const { headers } = await fetch(dashboard.url);
    expect(headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin');
    expect(headers.get('Cross-Origin-Embedder-Policy')).toBe('require-corp');
    expect(headers.get('Content-Security-Policy')).toStartWith("default-src 'none'; script-src 'self' blob: 'wasm-unsafe-eval';");
  });
});

describe('what is refused', () => {
  test.each([
    '/../secret.txt',
    '/runs/../secret.txt',
    '/runs/../../etc/passwd',
    '/%2e%2e/secret.txt',
    '/runs/%2e%2e/events',
    '/runs/..%2f..%2fsecret.txt/events',
    '/runs/plain/../../secret.txt',
    '/runs/plain/..%2f..%2fsecret.txt',
    '/runs/linked/events',
    '/runs/empty/events',
    '/runs/notes.txt/events',
    '/nano/nano-E/../nano-C/model.safetensors',
    '/nano/nano-E/..%2fREADME.md',
    '/nano/nano-E/README.md',
    '/nano/nano-C/model.safetensors',
    '//etc/passwd',
    '/runs/plain/events/../../../secret.txt',
    '/runs/%00/events',
    '/runs/%zz/events',
    '/file:///etc/passwd',
    `/${'../'.repeat(12)}etc/passwd`,
  ])('%s', async (path) => {
    const response = await raw(path);
    expect(response).toMatch(/^HTTP\/1\.1 (400|404|500) /);
    expect(response).not.toMatch(/the secret|root:|"event"/);
  });

  test('another name for this address, as a page elsewhere would use it', async () => {
    expect(await raw('/runs', `evil.example:${port}`)).toMatch(/^HTTP\/1\.1 403 /);
    expect(await raw('/runs', `localhost:${port}`)).toMatch(/^HTTP\/1\.1 403 /);
    expect(await raw('/runs')).toMatch(/^HTTP\/1\.1 200 /);
  });

  test.each(['POST', 'PUT', 'DELETE'])('%s', async (method) => {
    expect(await raw('/runs', undefined, method)).toMatch(/^HTTP\/1\.1 405 /);
  });

  test('a path in an event log that leads out of its run folder', async () => {
    const folder = join(root, 'runs/crafted');
    await writeSyntheticRun(folder, { steps: 4 });
    const path = join(folder, 'events.jsonl');
    const log = await Bun.file(path).text();
    await Bun.write(path, log.replaceAll(/evaluations\/step-0-t[\d.]+\.jsonl/g, '../../secret.txt'));
    const { notes } = await json('/runs/crafted/samples');
    expect(notes.join(' ')).toContain('The evaluation of step 0 cannot be shown: the run folder has no file ../../secret.txt.');
    expect(JSON.stringify(await json('/runs/crafted/problems'))).not.toContain('the secret');
    await rm(folder, { recursive: true });
  });

  test('a port in use, and a path that is no folder', async () => {
    expect(serveDashboard({ paths: [], port })).rejects.toThrow(`port ${port} is in use`);
    expect(serveDashboard({ paths: [join(root, 'nowhere')], port: 0 })).rejects.toThrow('no such folder');
    expect(serveDashboard({ paths: [join(root, 'secret.txt')], port: 0 })).rejects.toThrow('no such folder');
  });
});

describe('a run that goes on', () => {
  /** Reads the stream until it has sent `count` events; their names and data. */
  async function read(follow: readonly unknown[][], count: number, meanwhile: () => Promise<void> = async () => undefined) {
    const stop = new AbortController();
    const query = follow.map((one) => `follow=${encodeURIComponent(JSON.stringify(one))}`).join('&');
    const response = await fetch(new URL(`/live?${query}`, dashboard.url), { signal: stop.signal });
    const found: { event: string; data: { id: string; events?: { step?: number }[]; notice?: string | null } }[] = [];
    let text = '';
    await meanwhile();
    for await (const chunk of response.body!) {
      text += new TextDecoder().decode(chunk);
      const parts = text.split('\n\n');
      text = parts.pop()!;
      for (const part of parts) {
        const match = /^event: (\w+)\ndata: (.*)$/.exec(part);
        if (match) found.push({ event: match[1]!, data: JSON.parse(match[2]!) });
      }
      if (found.length >= count) break;
    }
    stop.abort();
    return found;
  }

  test('sends what its log gains, a notice of damage, and says when it was taken back', async () => {
    const folder = join(root, 'runs/going');
    await writeSyntheticRun(folder, { steps: 6, finished: false });
    const path = join(folder, 'events.jsonl');
    const lines = (await Bun.file(path).text()).trimEnd().split('\n');
    await Bun.write(path, `${lines.slice(0, -2).join('\n')}\n`);
    const { generation, events } = await json('/runs/going/events');
    expect(events.length).toBe(lines.length - 2);

    const first = await read(
      [
        ['going', generation, events.length],
        ['plain', 0, 27],
      ],
      3,
      () => appendFile(path, `${lines.at(-2)}\n`),
    );
    expect(first.map(({ event, data }) => [data.id, event]).sort()).toEqual([
      ['going', 'grown'],
      ['going', 'notice'],
      ['plain', 'notice'],
    ]);
    expect(first.find(({ event }) => event === 'grown')!.data.events!.map(({ step }) => step)).toEqual([5]);

    await appendFile(path, 'rubbish\n');
    const damaged = await read([['going', generation, events.length + 1]], 1);
    expect(damaged[0]!.data.notice).toContain('is damaged');

    await Bun.write(path, `${lines.slice(0, 3).join('\n')}\n`);
    const [anew] = await read([['going', generation, events.length + 1]], 1);
    expect(anew).toEqual({ event: 'anew', data: { id: 'going' } });
    expect((await json('/runs/going/events')).events.length).toBe(3);
  });
});
