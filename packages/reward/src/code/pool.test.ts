import { expect, test } from 'bun:test';
import { Pool, PoolClosed } from './pool.ts';

function makePool(size: number) {
  const seen = { opened: 0, closed: 0, active: 0, most: 0 };
  const pool = new Pool<number>({
    size,
    open: async () => ++seen.opened,
    close: async () => {
      seen.closed += 1;
    },
  });
  const work =
    (result: number | Error, milliseconds = 0) =>
    async (): Promise<number> => {
      seen.active += 1;
      seen.most = Math.max(seen.most, seen.active);
      await Bun.sleep(milliseconds);
      seen.active -= 1;
      if (result instanceof Error) throw result;
      return result;
    };
  return { pool, seen, work };
}

test('ten thousand items, bounded, each with its own result, on a constant number of slots', async () => {
  const { pool, seen, work } = makePool(3);
  const results = await Promise.all(Array.from({ length: 10_000 }, (_, index) => pool.run(work(index))));
  expect(results).toEqual(Array.from({ length: 10_000 }, (_, index) => index));
  expect(seen).toEqual({ opened: 3, closed: 0, active: 0, most: 3 });
  await pool.close();
  expect(seen.closed).toBe(3);
});

test('items begin in the order of their arrival', async () => {
  const { pool } = makePool(2);
  const begun: number[] = [];
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      pool.run(async () => {
        begun.push(index);
        await Bun.sleep(index % 3);
      }),
    ),
  );
  expect(begun).toEqual(Array.from({ length: 20 }, (_, index) => index));
});

test('a failure is its own: the slot is replaced and the others go on', async () => {
  const { pool, seen, work } = makePool(1);
  const settled = await Promise.allSettled([pool.run(work(1)), pool.run(work(new Error('broken'))), pool.run(work(3))]);
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(seen.opened).toBe(2);
  expect(seen.closed).toBe(1);
});

test('a slot that does not open rejects its item alone', async () => {
  let tries = 0;
  const pool = new Pool<number>({
    size: 1,
    open: async () => {
      tries += 1;
      if (tries === 1) throw new Error('no room');
      return tries;
    },
    close: async () => undefined,
  });
  const settled = await Promise.allSettled([pool.run(async () => 1), pool.run(async () => 2)]);
  expect(settled.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
});

test('cancelled items never begin, and running work sees its signal', async () => {
  const { pool, work } = makePool(1);
  const controller = new AbortController();
  let aborted = false;
  const running = pool.run(async (_, signal) => {
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    aborted = true;
    return 1;
  }, controller.signal);
  const waiting = pool.run(work(2), controller.signal).catch((error: unknown) => error);
  const other = pool.run(work(3));
  await Bun.sleep(1);
  controller.abort();
  expect(await waiting).toBeInstanceOf(PoolClosed);
  expect(await running).toBe(1);
  expect(aborted).toBe(true);
  expect(pool.run(work(4), controller.signal)).rejects.toBeInstanceOf(PoolClosed);
  expect(await other).toBe(3);
});

test('closing rejects what waits and refuses what comes', async () => {
  const { pool, work } = makePool(1);
  const first = pool.run(work(1, 10));
  const second = pool.run(work(2)).catch((error: unknown) => error);
  await Bun.sleep(1);
  const closing = pool.close();
  expect(await second).toBeInstanceOf(PoolClosed);
  expect(await first).toBe(1);
  await closing;
  expect(pool.run(work(3))).rejects.toBeInstanceOf(PoolClosed);
});

test('a pool has room for at least one', () => {
  expect(() => makePool(0)).toThrow("a pool's size must be a whole number above 0, not 0");
});
