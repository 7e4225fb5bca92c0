import type { ConfigurationLayer } from './schema.ts';

/**
 * The default export of a TypeScript configuration file: gives completion and type errors while writing it. What it leaves out comes
 * from its `preset`.
 */
export function defineRun(configuration: ConfigurationLayer): ConfigurationLayer {
  return configuration;
}
