import { basename, dirname, resolve } from 'node:path';
import { type CurationConfiguration, parseCuration } from '@or1/data/curation';
import { InputError, loadConfigurationFile } from '@or1/trainer';
import { DEFAULT_STAGES } from './default-stages.ts';

/** A configuration file, with its paths made relative to where it lies. */
export async function readCuration(path: string): Promise<CurationConfiguration> {
  const configuration = parse(await loadConfigurationFile(path), path);
  const from = (file: string) => resolve(dirname(path), file);
  return {
    ...configuration,
    sources: configuration.sources.map((source) => ({ ...source, files: source.files.map(from) })),
    evaluations: configuration.evaluations.map((set) => ({ ...set, files: set.files.map(from) })),
    stages: configuration.stages.map(({ name, options }) => ({ name, options: withFolders(options, from) })),
  };
}

/** The configuration that stands for files alone: each its own source, every stage that needs no model. */
export function curationOfFiles(files: readonly string[]): CurationConfiguration {
  const names = files.map((file) =>
    basename(file)
      .replace(/(\.jsonl?|\.parquet)?(\.gz|\.zst)?$/, '')
      .replace(/[^\w.-]+/g, '-'),
  );
  const sources = files.map((file, index) => ({
    name: names.indexOf(names[index]!) === names.lastIndexOf(names[index]!) ? names[index]! : `${names[index]}-${index + 1}`,
    files: [file],
    licence: 'not stated',
  }));
  return parse({ title: `Curation of ${files.map((file) => basename(file)).join(', ')}`, sources, stages: DEFAULT_STAGES }, '--in');
}

function parse(values: unknown, place: string): CurationConfiguration {
  try {
    return parseCuration(values);
  } catch (error) {
    throw new InputError(`${place}: ${(error as Error).message}`, { cause: error });
  }
}

/** Folders that stages name, of models and embedders, are relative to the file too, where they are paths and not the names of a base. */
function withFolders(options: unknown, from: (file: string) => string): unknown {
  if (typeof options !== 'object' || options === null) return options;
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => {
      if (key === 'folder' && typeof value === 'string' && /[/\\]/.test(value)) return [key, from(value)];
      return [key, key === 'model' ? withFolders(value, from) : value];
    }),
  );
}
