/** The view that trains in the tab, as a visitor works it; and the same run in Bun. */
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createWasmDevice } from '@or1/compute';
import { createRunFolder, openLocalRun, openRunFolder, readConfiguration, train } from '@or1/trainer';
import { unzipSync } from 'fflate';
import type { Page } from 'playwright-core';

export interface TabSettings {
  readonly steps: number;
  readonly promptsPerStep: number;
  readonly heldOut?: number;
  /** Label of the device list; default: the processor with all its threads. */
  readonly device?: string;
}

export async function startTab(page: Page, { steps, promptsPerStep, heldOut = 16, device }: TabSettings): Promise<void> {
  await page.getByLabel('Steps').fill(String(steps));
  await page.getByLabel(/Prompts a step/).fill(String(promptsPerStep));
  await page.getByLabel(/Held-out problems/).fill(String(heldOut));
  if (device !== undefined) await page.getByLabel('Compute on the').selectOption(device);
  await page.getByRole('button', { name: /^Start/ }).click();
}

export function waitForStatus(page: Page, words: string | RegExp, timeout = 50_000): Promise<void> {
  return page.locator('main [role=status] strong', { hasText: words }).waitFor({ timeout });
}

/** Saves the tab's run and unpacks it into a run folder. */
export async function saveTab(page: Page, folder: string): Promise<void> {
  const download = page.waitForEvent('download', { timeout: 50_000 });
  await page.getByRole('button', { name: 'Save the run' }).click();
  const archive = `${folder}.zip`;
  await mkdir(dirname(archive), { recursive: true });
  await (await download).saveAs(archive);
  for (const [path, content] of Object.entries(unzipSync(await Bun.file(archive).bytes()))) await Bun.write(join(folder, path), content);
}

/** Trains in Bun what the run folder `like` was configured for. */
export async function trainTwin(like: string, folder: string): Promise<void> {
  const device = await createWasmDevice({ threads: 1 });
  try {
    const run = await openLocalRun(await readConfiguration(like), device);
    await (await createRunFolder(folder, run.configuration)).release();
    await train({ runFolder: folder, configuration: run.configuration, parts: run.parts });
    await run.close();
  } finally {
    device.dispose();
  }
}

/** Goes on in Bun with a run that began in a tab. */
export async function resumeInBun(folder: string, checkpoint: string): Promise<void> {
  const device = await createWasmDevice({ threads: 1 });
  try {
    const run = await openLocalRun(await readConfiguration(folder), device, checkpoint);
    const opened = await openRunFolder(folder);
    await train({ runFolder: folder, configuration: run.configuration, parts: run.parts });
    await opened.release();
    await run.close();
  } finally {
    device.dispose();
  }
}

/** Digest of every file of a run folder; events without what the clock and the device said. */
export async function comparable(folder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const path of [...new Bun.Glob('**/*').scanSync({ cwd: folder })].sort()) {
    if (['lock', 'void.jsonl', 'edits.jsonl'].includes(path)) continue;
    const content = await Bun.file(join(folder, path)).bytes();
    files[path] = path === 'events.jsonl' ? withoutClocks(new TextDecoder().decode(content)) : Bun.hash(content).toString(16);
  }
  return files;
}

function withoutClocks(log: string): string {
  const lines = log.trimEnd().split('\n');
  return lines.map((line) => JSON.stringify({ ...JSON.parse(line), clock: undefined })).join('\n');
}
