import { realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';

async function realOrNull(path: string): Promise<string | null> {
  try {
    return await realpath(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

/**
 * The file or folder that a relative path names inside a folder; null where there is none, or where `..`, an absolute path or a symbolic
 * link leads out of the folder. Paths that stand in a run's files are as untrusted as the rest of them.
 */
export async function insideFolder(folder: string, path: string): Promise<string | null> {
  const root = await realOrNull(folder);
  if (root === null || path.includes('\0')) return null;
  const found = await realOrNull(resolve(root, path));
  return found?.startsWith(root + sep) ? found : null;
}
