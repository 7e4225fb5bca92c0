/**
 * The README's pictures, from pages that our own commands made:
 *
 *     bun bench/pictures/make.ts runs/NAME/report.html
 *
 * draws the nano run from its report and the entropy controls from the lab's page. Needs Debian's package chromium.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Page } from 'playwright-core';

const HERE = import.meta.dir;
const CHROMIUM = Bun.which('chromium');
const LAB_PAGE = join(HERE, '../lab/results/index.html');

/** Keeps the named figures and hides all else of the page, so that a picture of its body shows them side by side. */
async function keepFigures(page: Page, ids: readonly string[]): Promise<void> {
  await page.evaluate((kept) => {
    const figures = kept.map((id) => document.getElementById(`chart-${id}`));
    for (const [index, figure] of figures.entries()) if (figure === null) throw new Error(`the page has no chart ${kept[index]}`);
    const grid = document.createElement('div');
    grid.className = 'charts';
    grid.append(...(figures as HTMLElement[]));
    for (const figure of figures) for (const part of figure!.querySelectorAll('.reading, details')) part.remove();
    // Legends show values under the pointer, and a picture has none.
    for (const part of grid.querySelectorAll('.u-legend .u-series:first-child, .u-legend .u-value')) part.remove();
    document.body.replaceChildren(grid);
  }, ids);
}

async function picture(page: Page, source: string, ids: readonly string[], name: string): Promise<void> {
  await page.goto(pathToFileURL(resolve(source)).href);
  await page.waitForSelector('.uplot canvas');
  await keepFigures(page, ids);
  await page.waitForTimeout(300);
  const path = join(HERE, `${name}.png`);
  await page.locator('body > .charts').screenshot({ path });
  console.log(path);
}

const [report] = process.argv.slice(2);
if (CHROMIUM === null || report === undefined || !existsSync(report)) {
  console.error(
    CHROMIUM === null
      ? "pictures need Debian's package chromium"
      : 'name the report of a finished run: bun bench/pictures/make.ts runs/NAME/report.html',
  );
  process.exit(2);
}
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
const page = await browser.newPage({ viewport: { width: 1180, height: 900 }, deviceScaleFactor: 1.5 });
await picture(page, report, ['accuracy', 'entropy', 'entropy-coefficient', 'length'], 'nano-run');
await picture(page, LAB_PAGE, ['controls-compared-accuracy', 'controls-compared-entropy'], 'entropy-controls');
await browser.close();
