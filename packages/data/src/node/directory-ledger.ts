import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ledger, LedgerLog } from '../curation/ledger.ts';
import { nodeFiles } from './node-files.ts';

const NEWLINE = 0x0a;

/** A ledger in a folder: a file for each log and each text. */
export function directoryLedger(folder: string): Ledger {
  return {
    async openLog(name): Promise<LedgerLog> {
      await mkdir(folder, { recursive: true });
      const path = join(folder, name);
      const handle = await open(path, 'a+');
      try {
        const bytes = await handle.readFile();
        const whole = bytes.lastIndexOf(NEWLINE) + 1;
        if (whole < bytes.length) await handle.truncate(whole);
        const lines = bytes.toString('utf8', 0, whole).split('\n');
        lines.pop();
        return {
          lines,
          async append(added) {
            if (added.length === 0) return;
            await handle.writeFile(`${added.join('\n')}\n`);
            await handle.datasync();
          },
          close: () => handle.close(),
        };
      } catch (error) {
        await handle.close();
        throw error;
      }
    },
    async read(name) {
      try {
        return await readFile(join(folder, name), 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw error;
      }
    },
    write: (name, text) => nodeFiles.write(join(folder, name), [new TextEncoder().encode(text)]),
  };
}
