import { afterAll } from 'bun:test';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for the calling test file alone; gone after its last test. */
export function scratchFolder(name: string): string {
  const path = mkdtempSync(join(tmpdir(), `or1-${name}-`));
  afterAll(() => rm(path, { recursive: true, force: true }));
  return path;
}
