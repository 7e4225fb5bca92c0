import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { writeSyntheticRun } from '@or1/views/testing';
import type { Browser } from 'playwright-core';
import { or1Json } from '../end-to-end/or1.ts';
import { CHROMIUM, chartColours, launch, openPage, type WatchedPage } from './browser.ts';

describe.skipIf(CHROMIUM === null)('the report in Chromium', () => {
  let folder: string;
  let browser: Browser;
  let watched: WatchedPage;
  let address: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'or1-report-'));
    await writeSyntheticRun(folder, { hostile: true });
    const { files } = await or1Json<{ files: readonly [string] }>(['report', folder]);
    address = pathToFileURL(files[0]).href;
    browser = await launch();
    watched = await openPage(browser);
    await watched.page.goto(address);
  });

  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  test('draws every chart', async () => {
    const drawn = await chartColours(watched.page);
    expect(drawn.length).toBe(13);
    for (const colours of drawn) expect(colours).toBeGreaterThan(15);
  });

  test('moves through the samples by keyboard', async () => {
    const { page } = watched;
    const list = page.getByRole('listbox');
    const chosen = () => list.getAttribute('aria-activedescendant');
    await list.focus();
    expect(await chosen()).toBe('problem-0');
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowUp']) await page.keyboard.press(key);
    expect(await chosen()).toBe('problem-1');
    await page.keyboard.press('End');
    expect(await chosen()).toBe('problem-23');
    expect(await page.locator('.sample h3').textContent()).toContain('problem-23');
  });

  test('colours the tokens of a rollout', async () => {
    const { page } = watched;
    await page.getByLabel('Show').selectOption('rollouts');
    await page.getByLabel('Colour tokens by').selectOption('surprise');
    const backgrounds = await page
      .locator('.token')
      .evaluateAll((tokens) => tokens.map((token) => getComputedStyle(token).backgroundColor));
    expect(backgrounds.length).toBeGreaterThan(100);
    expect(new Set(backgrounds).size).toBeGreaterThan(10);
  });

  test('hides a line by keyboard', async () => {
    const label = watched.page.locator('#chart-entropy .u-series th').nth(1);
    await label.focus();
    for (const pressed of ['false', 'true']) {
      await watched.page.keyboard.press('Enter');
      expect(await label.getAttribute('aria-pressed')).toBe(pressed);
    }
  });

  test('ran nothing that a model wrote, asked for nothing but itself and met no error', async () => {
    expect(await watched.page.evaluate(() => 'hacked' in globalThis)).toBe(false);
    expect(watched.requested).toEqual([address]);
    expect(watched.complaints).toEqual([]);
  });
});
