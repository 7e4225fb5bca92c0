import { createHash } from 'node:crypto';
import { listFilesBelow, readBytes } from '../files.ts';

/**
 * What two runs of one configuration must have in common: every file byte for byte (as digests), except that events lose their `clock`, and the
 * files that tell of kills (`void.jsonl`, `lock`) are left out.
 */
export async function comparableFiles(runFolder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const name of await listFilesBelow(runFolder)) {
    if (name === 'void.jsonl' || name === 'lock') continue;
    const content = await readBytes(`${runFolder}/${name}`);
    files[name] =
      name === 'events.jsonl' ? withoutClocks(new TextDecoder().decode(content)) : createHash('sha256').update(content).digest('hex');
  }
  return files;
}

function withoutClocks(log: string): string {
  const lines = log.trimEnd().split('\n');
  return lines.map((line) => JSON.stringify({ ...JSON.parse(line), clock: undefined })).join('\n');
}
