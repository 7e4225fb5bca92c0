import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Dashboard, serveDashboard } from '@or1/dashboard';
import { METRICS } from '@or1/trainer';
import { writeSyntheticRun } from '@or1/views/testing';
import type { Browser } from 'playwright-core';
import { CHROMIUM, launch, openPage } from './browser.ts';

const STEPS = 2000;

describe.skipIf(!process.env.OR1_SLOW || CHROMIUM === null)('a run of 2,000 steps', () => {
  let root: string;
  let dashboard: Dashboard;
  let browser: Browser;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'or1-long-'));
    await writeSyntheticRun(join(root, 'long'), { steps: STEPS });
    // A real log carries every metric of the table.
    const path = join(root, 'long/events.jsonl');
    const log = (await Bun.file(path).text()).trimEnd().split('\n');
    const full = log.map((line, index) => {
      const event = JSON.parse(line);
      if (event.event !== 'step-end') return line;
      const metrics = Object.fromEntries(METRICS.map(({ name }, place) => [name, Math.sin(index / 50 + place) / 3 + 0.123456789]));
      return JSON.stringify({ ...event, metrics: { ...metrics, ...event.metrics } });
    });
    await Bun.write(path, `${full.join('\n')}\n`);
    dashboard = await serveDashboard({ paths: [root], port: 0 });
    browser = await launch();
  });

  afterAll(async () => {
    await browser.close();
    await dashboard.stop();
    await rm(root, { recursive: true });
  });

  test('has all its curves on the screen within a second', async () => {
    const times: number[] = [];
    for (let visit = 0; visit < 5; visit += 1) {
      const { page } = await openPage(browser);
      const start = performance.now();
      await page.goto(`${dashboard.url}#/run/long`, { waitUntil: 'commit' });
      await page.locator('#chart-rates canvas').waitFor();
      times.push(performance.now() - start);
      expect(await page.locator('figure canvas').count()).toBe(13);
      await page.context().close();
    }
    expect(Math.min(...times)).toBeLessThan(1000);
  });
});
