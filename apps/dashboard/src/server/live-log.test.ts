import { afterAll, beforeEach, expect, test } from 'bun:test';
import { appendFile, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LiveLog } from './live-log.ts';

const folder = await mkdtemp(join(tmpdir(), 'or1-live-'));
const path = join(folder, 'events.jsonl');
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => rm(path, { force: true }));

const line = (step: number, version = 1) =>
  `${JSON.stringify({ v: version, event: 'checkpoint-written', step, path: 'é', clock: { time_ms: 1, session: 1, elapsed_ms: 0, write_s: 0, bytes: 1 } })}\n`;
const stepsOf = ({ events }: Awaited<ReturnType<LiveLog['refresh']>>) => events.map((event) => ('step' in event ? event.step : null));

test('reads what is appended, and a line only when it is whole', async () => {
  const log = new LiveLog(folder);
  expect(await log.refresh()).toMatchObject({ events: [], notice: null });
  await appendFile(path, line(1));
  expect(stepsOf(await log.refresh())).toEqual([1]);
  const next = Buffer.from(line(2));
  // In the middle of the two bytes of é.
  const cut = next.indexOf(0xc3) + 1;
  await appendFile(path, next.subarray(0, cut));
  expect(stepsOf(await log.refresh())).toEqual([1]);
  await appendFile(path, next.subarray(cut));
  const state = await log.refresh();
  expect(stepsOf(state)).toEqual([1, 2]);
  expect(state.lines).toEqual([line(1).trimEnd(), line(2).trimEnd()]);
  expect(state.generation).toBe(0);
});

test('a last line that stays cut off is told, one in the making is not', async () => {
  const log = new LiveLog(folder);
  await appendFile(path, line(1) + line(2).slice(0, 20));
  expect((await log.refresh()).notice).toBeNull();
  expect((await log.refresh()).notice).toContain('cut off');
  await appendFile(path, line(2).slice(20));
  const state = await log.refresh();
  expect([stepsOf(state), state.notice]).toEqual([[1, 2], null]);
});

test.each([
  ['damaged', 'rubbish\n', 'Line 2 is damaged'],
  ['newer', line(2, 9), 'Line 2 is of version 9 of the event log, newer'],
])('a %s line ends the reading with a notice', async (_, bad, notice) => {
  const log = new LiveLog(folder);
  await appendFile(path, line(1) + bad + line(3));
  for (let again = 0; again < 2; again += 1) {
    const state = await log.refresh();
    expect(stepsOf(state)).toEqual([1]);
    expect(state.notice).toStartWith(notice);
  }
});

test('a log that was replaced is read anew', async () => {
  const log = new LiveLog(folder);
  await appendFile(path, line(1) + line(2) + line(3));
  await log.refresh();
  await Bun.write(`${path}.writing`, line(1) + line(2) + line(3).replace('"step":3', '"step":7'));
  await rename(`${path}.writing`, path);
  const state = await log.refresh();
  expect([stepsOf(state), state.generation]).toEqual([[1, 2, 7], 1]);
});
