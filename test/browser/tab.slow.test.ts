/** What a visitor can do with a run in the tab: watch it learn, change it, carry it elsewhere. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWasmDevice } from '@or1/compute';
import { type Dashboard, serveDashboard } from '@or1/dashboard';
import { listCheckpoints, openLocalRun, readConfiguration, readEvents } from '@or1/trainer';
import type { Browser } from 'playwright-core';
import { CHROMIUM, launch, openPage, type WatchedPage } from './browser.ts';
import { comparable, resumeInBun, saveTab, startTab, trainTwin, waitForStatus } from './tab.ts';

const PATIENCE = 300_000;

describe.skipIf(!process.env.OR1_SLOW || CHROMIUM === null)('a run in the tab', () => {
  let root: string;
  let dashboard: Dashboard;
  let browser: Browser;

  const openTab = async (): Promise<WatchedPage> => {
    const watched = await openPage(browser);
    await watched.page.goto(`${dashboard.url}#/train`);
    return watched;
  };
  const accuracies = async (run: string) =>
    (await readEvents(run)).flatMap((event) => (event.event === 'step-end' ? [event.metrics.accuracy!] : []));
  /** Waits until a step has ended whose responses show this text. */
  const responsesWith = (page: WatchedPage['page'], text: string) =>
    page.locator('.fresh li', { hasText: text }).first().waitFor({ timeout: PATIENCE });

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'or1-tab-'));
    dashboard = await serveDashboard({ paths: [], port: 0 });
    browser = await launch();
  });

  afterAll(async () => {
    await browser.close();
    await dashboard.stop();
    await rm(root, { recursive: true });
  });

  test('learns', async () => {
    const { page, complaints, picture } = await openTab();
    await startTab(page, { steps: 30, promptsPerStep: 24 });
    await waitForStatus(page, 'Finished', PATIENCE);
    await picture('tab-learned-light-1280');
    await saveTab(page, join(root, 'learned'));
    const all = await accuracies(join(root, 'learned'));
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean(all.slice(-6)) - mean(all.slice(0, 3))).toBeGreaterThan(0.1);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('changes its temperature, entropy target and reward while it goes on, and refuses a reward that is none', async () => {
    const { page, complaints } = await openTab();
    await startTab(page, { steps: 400, promptsPerStep: 4 });
    await responsesWith(page, '');
    await page.getByLabel('Sampling temperature').fill('0.8');
    await page.getByLabel(/Entropy target/).fill('0.3');
    await page.getByRole('combobox', { name: 'Reward' }).selectOption('mine');
    await page.getByLabel(/Reward function/).fill('({ response }) => response.');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.locator('.notice', { hasText: 'the reward cannot be read' }).waitFor({ timeout: PATIENCE });
    await waitForStatus(page, /Generating|Training|verdicts/, PATIENCE);
    await page.getByLabel(/Reward function/).fill("({ response }) => (response.includes('[') ? 2.5 : 0.5)");
    await page.getByRole('button', { name: 'Apply' }).click();
    await responsesWith(page, '2.5');
    await page.getByRole('button', { name: 'Pause' }).click();
    await waitForStatus(page, 'Paused', PATIENCE);
    await saveTab(page, join(root, 'edited'));
    expect(await readConfiguration(join(root, 'edited'))).toMatchObject({
      temperature: 0.8,
      entropy: { target: 0.3 },
      reward: join(root, 'edited/reward.ts'),
    });
    const edits = (await Bun.file(join(root, 'edited/edits.jsonl')).text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(edits).toHaveLength(1);
    expect(edits[0].before).toEqual({ temperature: 1, entropyTarget: 0.1, reward: null });
    const steps = (await readEvents(join(root, 'edited'))).flatMap((event) => (event.event === 'step-end' ? [event.metrics] : []));
    expect(steps[0]!['reward/max']).toBe(1);
    expect(steps.at(-1)!['reward/max']).toBe(2.5);
    // Bun reads the reward that was written in the tab.
    const device = await createWasmDevice({ threads: 1 });
    const { parts, close } = await openLocalRun(await readConfiguration(join(root, 'edited')), device);
    const judged = parts.verifier({ prompt: '', response: '[7]', finish: 'stop', record: {}, signal: new AbortController().signal });
    expect(await judged).toMatchObject({ reward: 2.5 });
    await close();
    device.dispose();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('goes on in Bun, and in another tab, as if it had never moved', async () => {
    const { page } = await openTab();
    await startTab(page, { steps: 6, promptsPerStep: 4 });
    await responsesWith(page, '');
    await page.getByRole('button', { name: 'Pause' }).click();
    await waitForStatus(page, 'Paused', PATIENCE);
    const half = join(root, 'half');
    await saveTab(page, half);
    await page.context().close();
    await trainTwin(half, join(root, 'whole'));
    const whole = await comparable(join(root, 'whole'));

    await cp(half, join(root, 'in-bun'), { recursive: true });
    await resumeInBun(join(root, 'in-bun'), (await listCheckpoints(join(root, 'in-bun'))).at(-1)!.path);
    expect(await comparable(join(root, 'in-bun'))).toEqual(whole);

    const other = await openTab();
    await other.page.locator('input[type=file]').setInputFiles(`${half}.zip`);
    await waitForStatus(other.page, 'Paused', PATIENCE);
    await other.page.getByRole('button', { name: 'Go on' }).click();
    await waitForStatus(other.page, 'Finished', PATIENCE);
    await saveTab(other.page, join(root, 'in-another-tab'));
    expect(await comparable(join(root, 'in-another-tab'))).toEqual(whole);
    expect(other.complaints).toEqual([]);
    await other.page.context().close();
  });

  test('has one thread where the page may not share memory, and the same bytes', async () => {
    const { page } = await openPage(browser);
    await page.route('**/*', async (route) => {
      const response = await route.fetch();
      const headers = Object.fromEntries(Object.entries(response.headers()).filter(([name]) => !name.startsWith('cross-origin-')));
      await route.fulfill({ response, headers });
    });
    await page.goto(`${dashboard.url}#/train`);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    await startTab(page, { steps: 2, promptsPerStep: 4 });
    await waitForStatus(page, 'Finished', PATIENCE);
    await page.getByText('WebAssembly simd, 1 thread; this page may not share memory').waitFor();
    await saveTab(page, join(root, 'alone'));
    await trainTwin(join(root, 'alone'), join(root, 'twin'));
    expect(await comparable(join(root, 'alone'))).toEqual(await comparable(join(root, 'twin')));
    await page.context().close();
  });

  test('trains on WebGPU, through a software adapter', async () => {
    const gpu = await launch(['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader']);
    try {
      const { page, complaints } = await openPage(gpu);
      await page.goto(`${dashboard.url}#/train`);
      await startTab(page, { steps: 2, promptsPerStep: 2, heldOut: 0, device: 'graphics processor (WebGPU)' });
      await waitForStatus(page, 'Finished', PATIENCE);
      await page
        .getByText(/WebGPU on .*exact, f32/)
        .first()
        .waitFor();
      await saveTab(page, join(root, 'gpu'));
      const steps = (await readEvents(join(root, 'gpu'))).flatMap((event) => (event.event === 'step-end' ? [event.metrics] : []));
      expect(steps.map((metrics) => metrics['ratio/max-deviation'])).toEqual([0, 0]);
      expect(complaints).toEqual([]);
    } finally {
      await gpu.close();
    }
  });
});
