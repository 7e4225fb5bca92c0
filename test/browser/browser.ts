/** Debian's Chromium, driven by Playwright, for tests that look at what a visitor sees. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Path of the Chromium of Debian's package, or null where it is not installed. */
export const CHROMIUM = Bun.which('chromium');

/** Pictures of what the tests saw; not part of the repository. */
const PICTURES = join(import.meta.dir, 'build');

/** @param flags of Chromium beyond what every test needs */
export async function launch(flags: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox', ...flags] });
}

export interface WatchedPage {
  readonly page: Page;
  /** Errors and warnings on the console, uncaught exceptions, refusals of the content security policy. */
  readonly complaints: string[];
  /** Addresses that were asked for, but for those within the page (`blob:`, `data:`). */
  readonly requested: string[];
  picture(name: string): Promise<void>;
}

/** A page in a context of its own, with everything noted that a visitor should never cause. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  const requested: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
  page.on('request', (request) => {
    if (!/^(blob|data):/.test(request.url())) requested.push(request.url());
  });
  return {
    page,
    complaints,
    requested,
    picture: async (name) => {
      await mkdir(PICTURES, { recursive: true });
      await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
    },
  };
}

/** Colours of each chart on the page: one that was drawn has many. */
export function chartColours(page: Page): Promise<number[]> {
  return page.locator('figure canvas').evaluateAll((canvases) =>
    canvases.map((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement;
      const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
      return new Set(new Uint32Array(data.buffer)).size;
    }),
  );
}
