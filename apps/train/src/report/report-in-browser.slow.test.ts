import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { writeSyntheticRun } from '@or1/views/testing';
import { renderReport } from './index.ts';
import { type BrowserPage, CHROMIUM, openPage } from './testing/browser-page.ts';

describe.skipIf(!process.env.OR1_SLOW || CHROMIUM === null)('the page in a browser', () => {
  let folder: string;
  let page: BrowserPage;
  let address: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'or1-report-'));
    await writeSyntheticRun(folder, { hostile: true });
    address = pathToFileURL(await renderReport(folder)).href;
    page = await openPage(address);
  });

  afterAll(async () => {
    await page.close();
    await rm(folder, { recursive: true });
  });

  test('draws every chart', async () => {
    const drawn = await page.evaluate<number[]>(`[...document.querySelectorAll('figure')].map((figure) => {
      const canvas = figure.querySelector('canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return new Set(Array.from(new Uint32Array(data.buffer))).size;
    })`);
    expect(drawn.length).toBe(13);
    for (const colours of drawn) expect(colours).toBeGreaterThan(20);
  });

  test('moves through the samples by keyboard', async () => {
    const chosen = `document.getElementById(document.querySelector('[role=listbox]').getAttribute('aria-activedescendant')).id`;
    const press = (key: string) =>
      page.evaluate(`document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: '${key}', bubbles: true }))`);
    await page.evaluate(`document.querySelector('[role=listbox]').focus()`);
    expect(await page.evaluate<string>(chosen)).toBe('problem-0');
    await press('ArrowDown');
    await press('ArrowDown');
    await press('ArrowUp');
    expect(await page.evaluate<string>(chosen)).toBe('problem-1');
    await press('End');
    expect(await page.evaluate<string>(chosen)).toBe('problem-23');
    expect(await page.evaluate<string>(`document.querySelector('.sample h3').textContent`)).toContain('problem-23');
  });

  test('colours the tokens of a rollout', async () => {
    const choose = (index: string, value: string) => `{
      const select = [...document.querySelectorAll('#sample-browser select')].at(${index});
      select.value = '${value}';
      select.dispatchEvent(new Event('change'));
    }`;
    await page.evaluate(choose('0', 'rollouts'));
    await page.evaluate(choose('-1', 'surprise'));
    const backgrounds = await page.evaluate<string[]>(
      `[...document.querySelectorAll('.token')].map((token) => getComputedStyle(token).backgroundColor)`,
    );
    expect(backgrounds.length).toBeGreaterThan(100);
    expect(new Set(backgrounds).size).toBeGreaterThan(10);
  });

  test('hides a line by keyboard', async () => {
    const state = `(() => {
      const label = document.querySelectorAll('#chart-entropy .u-series th')[1];
      label.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
      return label.getAttribute('aria-pressed');
    })()`;
    expect(await page.evaluate<string>(state)).toBe('false');
    expect(await page.evaluate<string>(state)).toBe('true');
  });

  test('ran nothing that a model wrote, asked for nothing but itself and met no error', async () => {
    expect(await page.evaluate<string>('typeof globalThis.hacked')).toBe('undefined');
    expect(page.requested).toEqual([address]);
    expect(page.errors).toEqual([]);
  });
});
