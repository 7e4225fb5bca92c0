import { extname } from 'node:path';
import { parse } from 'yaml';
import { InputError } from '../errors.ts';
import { readText } from '../files.ts';
import { importUserModule } from '../user-modules.ts';
import type { ConfigurationLayer } from './schema.ts';

async function readValues(path: string): Promise<unknown> {
  const extension = extname(path).toLowerCase();
  try {
    if (extension === '.ts' || extension === '.js' || extension === '.mjs') return (await importUserModule(path)).default;
    if (extension === '.json') return JSON.parse(await readText(path));
    if (extension === '.yaml' || extension === '.yml') return parse(await readText(path));
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${path}: cannot be read as a configuration: ${(error as Error).message.split('\n')[0]}`, { cause: error });
  }
  throw new InputError(`${path}: a configuration is a .ts, .yaml or .json file`);
}

/**
 * Reads a configuration file: YAML, JSON, or a TypeScript module whose default export is `defineRun({...})`.
 *
 * @throws InputError when it cannot be read or is no group of keys.
 */
export async function loadConfigurationFile(path: string): Promise<ConfigurationLayer> {
  const values = await readValues(path);
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw new InputError(`${path}: holds no configuration; write keys such as steps: 20, or export default defineRun({ steps: 20 })`);
  }
  return values as ConfigurationLayer;
}
