import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Dashboard, serveDashboard } from '@or1/dashboard';
import { HOSTILE, writeSyntheticRun } from '@or1/views/testing';
import type { Browser } from 'playwright-core';
import { CHROMIUM, chartColours, launch, openPage, type WatchedPage } from './browser.ts';

describe.skipIf(CHROMIUM === null)('the dashboard in Chromium', () => {
  let root: string;
  let dashboard: Dashboard;
  let browser: Browser;
  let watched: WatchedPage;

  const run = (name: string) => join(root, 'runs', name);
  const show = (hash: string) => watched.page.goto(`${dashboard.url}${hash}`);
  const status = () => watched.page.locator('.badge').first().textContent();

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'or1-browser-'));
    await writeSyntheticRun(run('plain'), { steps: 40 });
    await writeSyntheticRun(run('hostile'), { steps: 20, hostile: true });
    await writeSyntheticRun(run('going'), { steps: 30, finished: false });
    await writeSyntheticRun(run('damaged'), { steps: 10 });
    await appendFile(join(run('damaged'), 'events.jsonl'), '{"v":1,"event":"step-e');
    for (const seed of [1, 2]) {
      await writeSyntheticRun(run(`seed-${seed}`), { steps: 30 });
      const path = join(run(`seed-${seed}`), 'events.jsonl');
      await Bun.write(
        path,
        (await Bun.file(path).text()).replace('"seed":1', `"seed":${seed}`).replace('"mode":"adaptive-paper"', '"mode":"off"'),
      );
    }
    dashboard = await serveDashboard({ paths: [join(root, 'runs')], port: 0 });
    browser = await launch();
    watched = await openPage(browser);
  });

  afterAll(async () => {
    await browser.close();
    await dashboard.stop();
    await rm(root, { recursive: true });
  });

  test('lists the runs, by keyboard too', async () => {
    await show('#/');
    const { page } = watched;
    await page.getByRole('link', { name: 'plain' }).waitFor();
    expect(await page.locator('tbody tr').count()).toBe(6);
    await page.getByRole('link', { name: 'plain' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'plain', level: 1 }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
  });

  test('draws every curve of a run, with a table of its numbers', async () => {
    await show('#/run/plain');
    const { page } = watched;
    await page.locator('#chart-rates canvas').waitFor();
    const colours = await chartColours(page);
    expect(colours.length).toBe(13);
    for (const count of colours) expect(count).toBeGreaterThan(15);
    await page.locator('#chart-accuracy summary', { hasText: 'Numbers' }).click();
    const rows = page.locator('#chart-accuracy .scroll tbody tr');
    await rows.first().waitFor();
    expect(await rows.count()).toBeGreaterThan(10);
    await watched.picture('run-light-1280');
  });

  test('shows what a log gains while one looks', async () => {
    await show('#/run/going');
    const { page } = watched;
    await page.locator('#chart-accuracy canvas').waitFor();
    expect(await status()).toBe('… not finished');
    const path = join(run('going'), 'events.jsonl');
    const last = (await Bun.file(path).text()).trimEnd().split('\n').at(-1)!;
    const steps = page.locator('.facts > div', { hasText: 'steps' }).first();
    expect(await steps.textContent()).toContain('30 of 30');
    await appendFile(
      path,
      `${last.replace('"step":30', '"step":31')}\n${JSON.stringify({ v: 1, event: 'run-end', step: 31, clock: { time_ms: 1, session: 1, elapsed_ms: 1, peak_memory_bytes: 1 } })}\n`,
    );
    await page.locator('.badge', { hasText: '✓ finished' }).waitFor({ timeout: 5000 });
    expect(await steps.textContent()).toContain('31 of 30');
  });

  test('says where a log is cut off', async () => {
    await show('#/run/damaged');
    await watched.page.locator('.notice', { hasText: 'The last line of the log is cut off' }).waitFor({ timeout: 5000 });
    expect((await chartColours(watched.page)).length).toBe(13);
  });

  test('filters samples and colours their tokens', async () => {
    await show('#/run/plain/samples');
    const { page } = watched;
    await page.getByRole('listbox', { name: 'Problems' }).waitFor();
    const count = async () => Number.parseInt((await page.locator('.count').textContent()) ?? '', 10);
    const all = await count();
    await page.getByLabel('Outcome').selectOption('gained');
    const gained = await count();
    expect(gained).toBeGreaterThan(0);
    expect(gained).toBeLessThan(all);
    for (const marks of await page.locator('[role=option] .marks').allTextContents()) expect(marks).toMatch(/^✗.* → ✓/);
    await page.getByLabel('Show').selectOption('rollouts');
    await page.getByLabel('Outcome').selectOption('mixed');
    for (const marks of await page.locator('[role=option] .marks').allTextContents()) expect(marks).toMatch(/✓.*✗|✗.*✓/);
    await page.getByLabel('Outcome').selectOption('any');
    await page.getByLabel('Order').selectOption('entropy');
    await page.getByLabel('Colour tokens by').selectOption('entropy');
    const backgrounds = await page
      .locator('.token')
      .evaluateAll((tokens) => tokens.map((token) => getComputedStyle(token).backgroundColor));
    expect(new Set(backgrounds).size).toBeGreaterThan(10);
    await page.getByRole('listbox', { name: 'Problems' }).focus();
    await page.keyboard.press('ArrowDown');
    expect(await page.getByRole('listbox', { name: 'Problems' }).getAttribute('aria-activedescendant')).toBe('problem-1');
    await watched.picture('samples-light-1280');
  });

  test('shows how often each problem was solved', async () => {
    await show('#/run/plain/problems');
    const rows = watched.page.locator('table.rates').first().locator('tbody tr');
    await rows.first().waitFor();
    expect(await rows.first().textContent()).toMatch(/0\/2[12]\/2|1\/22\/2/);
  });

  test('compares groups of seeds, with bands', async () => {
    await show('#/compare?run=plain&run=seed-1&run=seed-2');
    const { page } = watched;
    await page.locator('#chart-entropy canvas').waitFor();
    const legend = await page.locator('#chart-entropy .u-legend').textContent();
    expect(legend).toContain('entropy.mode=off (2 seeds)');
    expect(legend).toContain('entropy.mode=adaptive-paper (1 run)');
    expect((await chartColours(page)).length).toBeGreaterThan(6);
    await watched.picture('compare-light-1280');
  });

  test('shows what a model wrote as text, whatever it wrote', async () => {
    const { page } = watched;
    for (const part of ['', '/samples', '/problems', '/configuration']) {
      await show(`#/run/hostile${part}`);
      await page.locator('main').getByText('onerror').first().waitFor({ state: 'attached' });
    }
    await show('#/run/hostile/samples');
    await page.locator('.attempt pre').first().waitFor();
    expect(await page.locator('.attempt pre').first().textContent()).toContain(HOSTILE.slice(0, 40));
    expect(await page.evaluate(() => 'hacked' in globalThis)).toBe(false);
    expect(await page.locator('main img, main script').count()).toBe(0);
  });

  test('shows the lab and the benchmarks', async () => {
    const { page } = watched;
    await show('#/benchmarks');
    await page.locator('table tbody tr').first().waitFor();
    expect(await page.locator('tbody').textContent()).toContain('gemm');
    await show('#/lab');
    await page.getByRole('heading', { name: 'Entropy lab' }).waitFor();
    await page.locator('main .notice, main .panel').first().waitFor();
  });

  test('lets nothing stick out on a narrow dark screen', async () => {
    const narrow = await openPage(browser, { viewport: { width: 380, height: 800 }, colorScheme: 'dark' });
    const views = [
      '',
      'run/plain',
      'run/plain/samples',
      'run/plain/problems',
      'compare?run=plain&run=seed-1',
      'train',
      'benchmarks',
      'lab',
    ];
    for (const view of views) {
      await narrow.page.goto(`${dashboard.url}#/${view}`);
      await narrow.page.locator('main :is(table, figure, form, .notice, .panel, .browser)').first().waitFor();
      const excess = await narrow.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect([view, excess]).toEqual([view, 0]);
      await narrow.picture(`${view.replaceAll(/\W+/g, '-') || 'runs'}-dark-380`);
    }
    expect(narrow.complaints).toEqual([]);
    await narrow.page.context().close();
  });

  test('is one page that works without a server', async () => {
    await show('#/');
    const download = watched.page.waitForEvent('download');
    await watched.page.getByRole('link', { name: 'Save all as one page' }).click();
    const path = join(root, 'saved.html');
    await (await download).saveAs(path);
    const saved = await openPage(browser);
    const address = pathToFileURL(path).href;
    await saved.page.goto(`${address}#/run/plain`);
    await saved.page.locator('#chart-rates canvas').waitFor();
    expect((await chartColours(saved.page)).length).toBe(13);
    await saved.page.goto(`${address}#/run/hostile/samples`);
    await saved.page.locator('.attempt pre').first().waitFor();
    expect(await saved.page.evaluate(() => 'hacked' in globalThis)).toBe(false);
    expect(saved.requested.filter((requested) => !requested.startsWith(address))).toEqual([]);
    expect(saved.complaints).toEqual([]);
    await saved.page.context().close();
  });

  test('asked for nothing but itself and met no error', () => {
    expect(watched.requested.filter((address) => !address.startsWith(dashboard.url))).toEqual([]);
    expect(watched.complaints).toEqual([]);
  });
});
