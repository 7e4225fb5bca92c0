import { afterEach, describe, expect, test } from 'bun:test';
import { sha256 } from '../../node/sha256.ts';
import { type Ledger, memoryLedger } from '../ledger.ts';
import { ChatEndpoint, type ChatRequest, endpointOptions } from './chat-endpoint.ts';
import { type StandInServer, standInServer } from './testing/stand-in-server.ts';

const open: { close?: () => Promise<void>; stop?: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await (one.close?.() ?? one.stop!());
});

async function endpointOf(
  server: StandInServer,
  { ledger = memoryLedger(), ...options }: { ledger?: Ledger } & Record<string, unknown> = {},
) {
  const endpoint = await ChatEndpoint.open(endpointOptions.parse({ url: server.url, ...options }), {
    ledger,
    hasher: sha256,
    apiKey: 'secret',
  });
  open.push(endpoint, server);
  return endpoint;
}

const signal = new AbortController().signal;
const request = (content: string, sample = 0): ChatRequest => ({
  model: 'small',
  messages: [{ role: 'user', content }],
  temperature: 1,
  maxTokens: 64,
  sample,
});

test('sends what it was given and gives back text, finish and tokens', async () => {
  const server = standInServer(() => ({ text: 'two words', finish: 'length' }));
  const endpoint = await endpointOf(server);
  expect(await endpoint.ask(request('one two three', 7), signal)).toEqual({
    text: 'two words',
    finish: 'length',
    promptTokens: 3,
    completionTokens: 2,
  });
  expect(server.asked[0]).toMatchObject({
    model: 'small',
    messages: [{ role: 'user', content: 'one two three' }],
    temperature: 1,
    max_tokens: 64,
    seed: 7,
  });
});

describe('nothing is paid for twice', () => {
  test('the same request is sent once, now and in later runs; another sample is another request', async () => {
    const server = standInServer(({ seed }) => `answer ${seed}`);
    const ledger = memoryLedger();
    const first = await endpointOf(server, { ledger, price: { prompt: 1_000_000, completion: 2_000_000 } });
    const texts = await Promise.all([request('p'), request('p'), request('p', 1)].map(async (one) => (await first.ask(one, signal)).text));
    expect(texts).toEqual(['answer 0', 'answer 0', 'answer 1']);
    expect(server.asked).toHaveLength(2);
    // Two requests of 1 token each and two answers of 2 tokens each.
    expect(first.use).toEqual({ asked: 2, remembered: 0, retried: 0, promptTokens: 2, completionTokens: 4, cost: 2 * 1 + 4 * 2 });
    const second = await endpointOf(server, { ledger });
    expect((await second.ask(request('p', 1), signal)).text).toBe('answer 1');
    expect(second.use).toMatchObject({ asked: 0, remembered: 1, cost: 0 });
    expect(server.asked).toHaveLength(2);
  });
});

describe('a server in trouble', () => {
  test.each([429, 500, 503])('status %p is tried again until it passes', async (status) => {
    const server = standInServer((_, call) => (call < 3 ? { status } : 'at last'));
    const endpoint = await endpointOf(server, { retries: 3 });
    expect((await endpoint.ask(request('p'), signal)).text).toBe('at last');
    expect(endpoint.use).toMatchObject({ asked: 1, retried: 2 });
  });

  test('after the last try the error names server, model and answer, and nothing is kept', async () => {
    const server = standInServer((_, call) => (call <= 2 ? { status: 503 } : 'back'));
    const endpoint = await endpointOf(server, { retries: 1 });
    await expect(endpoint.ask(request('p'), signal)).rejects.toThrow(`${server.url}, model small: 503`);
    expect((await endpoint.ask(request('p'), signal)).text).toBe('back');
  });

  test('a request that is wrong is not tried again', async () => {
    const server = standInServer(() => ({ status: 400 }));
    const endpoint = await endpointOf(server, { retries: 5 });
    await expect(endpoint.ask(request('p'), signal)).rejects.toThrow('400');
    expect(server.asked).toHaveLength(1);
  });

  test('nobody listens at the address', async () => {
    const server = standInServer(() => 'never');
    await server.stop();
    const endpoint = await endpointOf(server, { retries: 0 });
    await expect(endpoint.ask(request('p'), signal)).rejects.toThrow(`${server.url}, model small:`);
  });
});

test('no more requests at once than asked for', async () => {
  const server = standInServer(async () => {
    await Bun.sleep(2);
    return 'done';
  });
  const endpoint = await endpointOf(server, { concurrency: 3 });
  await Promise.all(Array.from({ length: 20 }, (_, sample) => endpoint.ask(request('p', sample), signal)));
  expect(server.asked).toHaveLength(20);
  expect(server.mostAtOnce).toBe(3);
});

test('an aborted run sends no more', async () => {
  const server = standInServer(async () => {
    await Bun.sleep(5);
    return 'done';
  });
  const endpoint = await endpointOf(server, { concurrency: 1 });
  const controller = new AbortController();
  const asked = Array.from({ length: 10 }, (_, sample) => endpoint.ask(request('p', sample), controller.signal));
  controller.abort(new Error('stopped by the user'));
  const ends = await Promise.allSettled(asked);
  expect(ends.every(({ status }) => status === 'rejected')).toBeTrue();
  expect(server.asked.length).toBeLessThanOrEqual(1);
});

test('an address that is none is refused', () => {
  expect(() => endpointOptions.parse({ url: 'localhost' })).toThrow();
  expect(() => endpointOptions.parse({ url: 'http://127.0.0.1/v1', concurrency: 0 })).toThrow();
});
