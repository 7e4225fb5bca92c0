import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** Where public data sets lie beside the repository, if they do; tests over them are skipped elsewhere. */
export const DATA_FOLDER = resolve(import.meta.dir, '../../../shared/data');
export const hasData = existsSync(DATA_FOLDER);
