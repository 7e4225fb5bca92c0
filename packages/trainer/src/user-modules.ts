import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InputError } from './errors.ts';
import { fileSize } from './files.ts';

let provided = false;

/** Lets a user's file import `@or1/reward` and `@or1/trainer` wherever it lies: outside a project that has them installed too. */
async function providePackages(): Promise<void> {
  if (provided) return;
  provided = true;
  const packages = { '@or1/reward': await import('@or1/reward'), '@or1/trainer': await import('./index.ts') };
  Bun.plugin({
    name: 'or1 packages for user files',
    setup(build) {
      for (const [name, exports] of Object.entries(packages)) build.module(name, () => ({ exports: { ...exports }, loader: 'object' }));
    },
  });
}

/**
 * Imports a user's TypeScript or JavaScript file by its path.
 *
 * @throws InputError when there is no such file; whatever the file itself throws.
 */
export async function importUserModule(path: string): Promise<{ readonly default?: unknown }> {
  if ((await fileSize(path)) === null) throw new InputError(`${path}: no such file`);
  await providePackages();
  return import(pathToFileURL(resolve(path)).href);
}
