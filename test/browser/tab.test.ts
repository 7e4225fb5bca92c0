/** Training in the browser's tab against training in Bun: the same packages, so the same bytes. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Dashboard, serveDashboard } from '@or1/dashboard';
import type { Browser } from 'playwright-core';
import { CHROMIUM, launch, openPage, type WatchedPage } from './browser.ts';
import { comparable, saveTab, startTab, trainTwin, waitForStatus } from './tab.ts';

describe.skipIf(CHROMIUM === null)('training in the tab', () => {
  let root: string;
  let dashboard: Dashboard;
  let browser: Browser;
  let watched: WatchedPage;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'or1-tab-'));
    dashboard = await serveDashboard({ paths: [], port: 0 });
    browser = await launch();
    watched = await openPage(browser);
    await watched.page.goto(`${dashboard.url}#/train`);
  });

  afterAll(async () => {
    await browser.close();
    await dashboard.stop();
    await rm(root, { recursive: true });
  });

  test('two steps on all threads, with a pause between, are those of Bun byte for byte', async () => {
    const { page } = watched;
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await startTab(page, { steps: 2, promptsPerStep: 4 });
    await page.getByRole('button', { name: 'Pause' }).click();
    await waitForStatus(page, 'Paused');
    await page.getByRole('button', { name: 'Go on' }).click();
    await waitForStatus(page, 'Finished');
    await watched.picture('tab-finished-light-1280');
    await saveTab(page, join(root, 'tab'));
    await trainTwin(join(root, 'tab'), join(root, 'bun'));
    const [tab, bun] = [await comparable(join(root, 'tab')), await comparable(join(root, 'bun'))];
    expect(Object.keys(tab).filter((path) => path.startsWith('checkpoints/step-2/')).length).toBeGreaterThan(6);
    expect(tab).toEqual(bun);
    expect(watched.complaints).toEqual([]);
  });
});
