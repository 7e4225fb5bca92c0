import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { LineQueue } from './line-queue.ts';

test('lines come out whole and in order however the text is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string().map((text) => text.replaceAll('\n', ''))),
      fc.integer({ min: 1, max: 7 }),
      async (lines, size) => {
        const text = lines.map((line) => `${line}\n`).join('');
        const queue = new LineQueue(10_000, () => undefined);
        for (let at = 0; at < text.length; at += size) queue.push(text.slice(at, at + size));
        queue.close();
        const read: string[] = [];
        for (let line = await queue.next(); line !== null; line = await queue.next()) read.push(line);
        expect(read).toEqual(lines);
      },
    ),
  );
});

test('a reader that waits gets the line, then the end', async () => {
  const queue = new LineQueue(100, () => undefined);
  const first = queue.next();
  queue.push('a');
  queue.push('b\n');
  expect(await first).toBe('ab');
  const second = queue.next();
  queue.close();
  expect(await second).toBeNull();
});

test('too much unread text overflows once, read text does not count', async () => {
  let overflows = 0;
  const queue = new LineQueue(10, () => {
    overflows += 1;
  });
  for (let round = 0; round < 5; round++) {
    queue.push('12345678\n');
    expect(await queue.next()).toBe('12345678');
  }
  expect(overflows).toBe(0);
  queue.push('12345678901');
  queue.push('1');
  expect(overflows).toBe(1);
  expect(await queue.next()).toBeNull();
});
