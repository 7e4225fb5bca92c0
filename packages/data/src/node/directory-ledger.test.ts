import { afterAll, expect, test } from 'bun:test';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { directoryLedger } from './directory-ledger.ts';

const folder = mkdtempSync(join(tmpdir(), 'or1-ledger-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a log gives back its lines, and forgets one that was cut off before it goes on', async () => {
  const ledger = directoryLedger(join(folder, 'deep'));
  const first = await ledger.openLog('a.log');
  expect(first.lines).toEqual([]);
  await first.append(['one', 'zwölf']);
  await first.append([]);
  await first.close();
  appendFileSync(join(folder, 'deep/a.log'), 'hal');
  const second = await ledger.openLog('a.log');
  expect(second.lines).toEqual(['one', 'zwölf']);
  await second.append(['three']);
  await second.close();
  expect(readFileSync(join(folder, 'deep/a.log'), 'utf8')).toBe('one\nzwölf\nthree\n');
});

test('a text is there as a whole or not at all', async () => {
  const ledger = directoryLedger(folder);
  expect(await ledger.read('b.json')).toBeNull();
  await ledger.write('b.json', '{}');
  expect(await ledger.read('b.json')).toBe('{}');
  expect(readdirSync(folder).filter((name) => name.includes('.part'))).toEqual([]);
});
