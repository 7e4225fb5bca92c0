import { join } from 'node:path';
import { writeFileAside } from '@or1/trainer';
import { renderDocument } from './document.ts';
import { buildPageAssets } from './page-assets.ts';
import { readRun } from './read-run.ts';

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
