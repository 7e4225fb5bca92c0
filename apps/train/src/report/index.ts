import { join } from 'node:path';
import { writeFileAside } from '@or1/trainer';
import { bundleScript, type PageAssets, pageStyle, readRun } from '@or1/views/node';
import { renderDocument } from './document.ts';

async function buildPageAssets(): Promise<PageAssets> {
  const entrypoint = Bun.fileURLToPath(new URL('page/main.ts', import.meta.url));
  return { script: await bundleScript(entrypoint, ['uplot']), style: await pageStyle() };
}

/**
 * Writes `report.html` into a run folder: one file that works offline, with curves, samples, summary and configuration. The run may
 * still be going on; the page then shows it up to its last event.
 *
 * @returns the path of the page
 * @throws InputError when the folder holds no run
 */
export async function renderReport(runFolder: string): Promise<string> {
  const [data, assets] = await Promise.all([readRun(runFolder), buildPageAssets()]);
  const path = join(runFolder, 'report.html');
  await writeFileAside(path, renderDocument(data, assets));
  return path;
}
