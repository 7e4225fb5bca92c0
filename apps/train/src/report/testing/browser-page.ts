/** A page in headless Chromium, driven over its debugging protocol; for tests that look at what a reader would see. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Path of the Chromium of Debian's package, or null. */
export const CHROMIUM = Bun.which('chromium');

interface Reply {
  readonly id?: number;
  readonly method?: string;
  readonly result?: Record<string, unknown>;
  readonly params?: Record<string, unknown>;
}

export interface BrowserPage {
  /** Value of an expression in the page. */
  evaluate<T>(expression: string): Promise<T>;
  /** Addresses that the page has asked for. */
  readonly requested: readonly string[];
  /** Uncaught exceptions and errors on the console, refusals of the content security policy among them. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

async function debuggingAddress(stderr: ReadableStream<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of stderr) {
    text += new TextDecoder().decode(chunk);
    const match = /ws:\/\/([^/]+)\//.exec(text);
    if (match) return match[1]!;
  }
  throw new Error(`chromium ended before it could be driven:\n${text}`);
}

export async function openPage(url: string): Promise<BrowserPage> {
  const profile = await mkdtemp(join(tmpdir(), 'or1-chromium-'));
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--remote-debugging-port=0', `--user-data-dir=${profile}`];
  const browser = Bun.spawn([CHROMIUM!, ...flags, 'about:blank'], { stdout: 'ignore', stderr: 'pipe' });
  const host = await debuggingAddress(browser.stderr);
  const targets = (await (await fetch(`http://${host}/json`)).json()) as { type: string; webSocketDebuggerUrl: string }[];
  const socket = new WebSocket(targets.find(({ type }) => type === 'page')!.webSocketDebuggerUrl);
  await new Promise((resolve) => socket.addEventListener('open', resolve));

  const waiting = new Map<number, (reply: Reply) => void>();
  const requested: string[] = [];
  const errors: string[] = [];
  let loaded = (): void => {};
  const load = new Promise<void>((resolve) => {
    loaded = resolve;
  });
  socket.addEventListener('message', ({ data }) => {
    const reply = JSON.parse(data as string) as Reply;
    if (reply.id !== undefined) waiting.get(reply.id)?.(reply);
    if (reply.method === 'Network.requestWillBeSent') requested.push((reply.params!.request as { url: string }).url);
    if (reply.method === 'Runtime.exceptionThrown' || reply.method === 'Log.entryAdded') errors.push(JSON.stringify(reply.params));
    if (reply.method === 'Page.loadEventFired') loaded();
  });
  let id = 0;
  const send = (method: string, params: object = {}): Promise<Reply> =>
    new Promise((resolve) => {
      id += 1;
      waiting.set(id, resolve);
      socket.send(JSON.stringify({ id, method, params }));
    });

  for (const domain of ['Runtime', 'Log', 'Network', 'Page']) await send(`${domain}.enable`);
  await send('Page.navigate', { url });
  await load;
  return {
    requested,
    errors,
    evaluate: async <T>(expression: string) => {
      const { result } = await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
      if (result === undefined || result.exceptionDetails) throw new Error(`${expression}: ${JSON.stringify(result)}`);
      return (result.result as { value: T }).value;
    },
    close: async () => {
      socket.close();
      browser.kill();
      await browser.exited;
      await rm(profile, { recursive: true, force: true });
    },
  };
}
