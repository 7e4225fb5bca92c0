/** The webgpu device as it stands, in a browser: headless Chromium with its software adapter. */
import { expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { PageOutcome } from './webgpu-page.ts';

const CHROMIUM = '/usr/bin/chromium';

/** Two cases each: what a page can do otherwise than a process is not in the shapes. */
const KERNELS = ['add', 'cast', 'embedding', 'rmsNorm', 'rmsNormBackward', 'linear', 'swiGlu', 'headForward', 'drawBits', 'adamW'];

test.skipIf(!existsSync(CHROMIUM))(
  'kernels agree with the reference over navigator.gpu',
  async () => {
    const built = await Bun.build({
      entrypoints: [join(import.meta.dir, 'webgpu-page.ts')],
      target: 'browser',
      conditions: ['bun'],
      // Reached in tests on the host alone.
      external: ['bun:*', 'node:*', 'webgpu'],
    });
    const script = await built.outputs[0]!.text();
    // navigator.gpu is there only for secure pages, which pages of this machine are.
    using server = Bun.serve({
      port: 0,
      fetch: ({ url }) =>
        new URL(url).pathname === '/page.js'
          ? new Response(script, { headers: { 'content-type': 'text/javascript' } })
          : new Response('<!doctype html><script type="module" src="/page.js"></script>', { headers: { 'content-type': 'text/html' } }),
    });
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
    });
    try {
      const page = await browser.newPage();
      await page.goto(`http://localhost:${server.port}/`);
      await page.waitForFunction('window.runWebgpuCases !== undefined');
      const outcome = (await page.evaluate(`window.runWebgpuCases(${JSON.stringify(KERNELS)}, 2)`)) as PageOutcome;
      expect(outcome.failures).toEqual([]);
      expect(outcome.cases).toBe(2 * KERNELS.length);
      expect(outcome.adapter).toMatch(/swiftshader/i);
      expect(outcome.lost).toMatch(/^DeviceLostError: the GPU device was lost: /);
    } finally {
      await browser.close();
    }
  },
  60_000,
);
